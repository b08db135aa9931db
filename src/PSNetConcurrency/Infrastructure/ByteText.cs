using System.Globalization;

namespace PSNetConcurrency.Infrastructure;

/// <summary>Numbers of bytes as people read them. Public, because the views in PSNetConcurrency/Formats call it.</summary>
public static class ByteText
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

    /// <summary>The number in the powers of 1024 that PowerShell's own literals such as 8MB mean.</summary>
    public static string Of(double bytes)
    {
        int unit = 0;
        // What rounds to 1024 is the next unit's 1.
        for (; bytes >= (unit == 0 ? 1024 : 1023.95) && unit < Units.Length - 1; unit++)
        {
            bytes /= 1024;
        }
        return string.Create(CultureInfo.CurrentCulture, $"{(unit == 0 ? Math.Round(bytes) : bytes):0.#} {Units[unit]}");
    }
}
