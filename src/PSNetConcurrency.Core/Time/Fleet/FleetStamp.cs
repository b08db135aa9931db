using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>The time of a schedule's last firing, in a file: what systemd's Persistent= keeps in a stamp.</summary>
internal sealed class FleetStamp(string path)
{
    /// <summary>The last firing; null where there was none.</summary>
    /// <exception cref="NetException"><see cref="NetError.FileFailure"/></exception>
    public DateTimeOffset? Read()
    {
        try
        {
            return File.Exists(path) && DateTimeOffset.TryParse(File.ReadAllText(path).Trim(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed("read", e);
        }
    }

    /// <exception cref="NetException"><see cref="NetError.FileFailure"/></exception>
    public void Write(DateTimeOffset time)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            // Moved into place: whoever reads finds the old or the new one, and never half of it.
            string part = path + ".part";
            File.WriteAllText(part, time.ToString("O", CultureInfo.InvariantCulture) + "\n");
            File.Move(part, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed("written", e);
        }
    }

    private NetException Failed(string what, Exception e) => new(NetError.FileFailure, $"The time of the last firing can't be {what} in '{path}': {e.Message}", path, e);
}
