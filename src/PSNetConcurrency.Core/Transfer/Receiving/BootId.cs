using System.Globalization;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>Tells one start of the machine from another.</summary>
internal static class BootId
{
    private const string LinuxBootId = "/proc/sys/kernel/random/boot_id";
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(30);

    /// <summary>Linux has an identifier; elsewhere it is the time of the start, as the clocks of today tell it.</summary>
    public static string Current { get; } = OperatingSystem.IsLinux() && File.Exists(LinuxBootId)
        ? File.ReadAllText(LinuxBootId).Trim()
        : StartTime().ToString("o", CultureInfo.InvariantCulture);

    /// <summary>Whether the machine still runs since then. A clock that was set says no, and then what is known is checked again.</summary>
    public static bool IsCurrent(string boot) =>
        boot == Current || (DateTime.TryParse(boot, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out DateTime start) && (start - StartTime()).Duration() < Tolerance);

    private static DateTime StartTime() => DateTime.UtcNow - TimeSpan.FromMilliseconds(Environment.TickCount64);
}
