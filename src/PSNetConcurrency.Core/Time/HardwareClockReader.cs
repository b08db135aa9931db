using System.Diagnostics;
using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>
/// Reads the battery-backed clock where the system lets programs: on Linux by /sys/class/rtc, which reads the clock itself each
/// time, and takes no rights. Windows and macOS have it read by the kernel only.
/// </summary>
internal sealed class HardwareClockReader(string classFolder = "/sys/class/rtc", string adjustFile = "/etc/adjtime")
{
    private const string SystemOnes = "hctosys", SinceEpoch = "since_epoch";

    // A second, and some for a machine that is busy.
    private static readonly TimeSpan LongestSecond = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(1);

    /// <summary>Reads it at once; with <paramref name="compare"/> when its next second begins, within about a second, which tells how far it is ahead of the system's clock.</summary>
    /// <exception cref="NetException"><see cref="NetError.NotSupportedHere"/>, <see cref="NetError.AccessDenied"/>, or the clock stands still (<see cref="NetError.TimedOut"/>).</exception>
    public async Task<HardwareClock> ReadAsync(bool compare, CancellationToken stop)
    {
        string folder = Find();
        bool local = KeepsLocalTime();
        long seconds = ReadSeconds(folder);
        TimeSpan? difference = null;
        if (compare)
        {
            (seconds, long systemTicks) = await NextSecondAsync(folder, seconds, stop).ConfigureAwait(false);
            difference = TimeSpan.FromTicks(ToUtc(seconds, local).UtcTicks - systemTicks);
        }
        return new HardwareClock
        {
            Time = ToUtc(seconds, local).ToLocalTime(),
            Source = Describe(folder),
            KeepsLocalTime = local,
            SystemDifference = difference,
        };
    }

    // The kernel tells of a new second only to who may open the device: so it is looked at, for a second at most.
    private static async Task<(long Seconds, long SystemTicks)> NextSecondAsync(string folder, long first, CancellationToken stop)
    {
        long began = Stopwatch.GetTimestamp();
        using PeriodicTimer timer = new(Look);
        while (Stopwatch.GetElapsedTime(began) < LongestSecond)
        {
            await timer.WaitForNextTickAsync(stop).ConfigureAwait(false);
            long before = DateTime.UtcNow.Ticks, seconds = ReadSeconds(folder), after = DateTime.UtcNow.Ticks;
            if (seconds != first)
            {
                return (seconds, before + ((after - before) / 2));
            }
        }
        throw new NetException(NetError.TimedOut, $"The hardware clock {folder} stands still: its seconds did not change in {LongestSecond.TotalSeconds:0} s. Its battery or its driver may have failed.", folder);
    }

    private static DateTimeOffset ToUtc(long seconds, bool local)
    {
        DateTimeOffset shown = DateTimeOffset.FromUnixTimeSeconds(seconds);
        return local ? new DateTimeOffset(DateTime.SpecifyKind(shown.DateTime, DateTimeKind.Local)) : shown;
    }

    private static long ReadSeconds(string folder)
    {
        string path = Path.Combine(folder, SinceEpoch);
        try
        {
            string text = File.ReadAllText(path).Trim();
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long seconds) ? seconds
                : throw new NetException(NetError.FileFailure, $"{path} shows '{text}', which is no number of seconds.", path);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new NetException(NetError.AccessDenied, $"This user may not read the hardware clock, {path}: {e.Message}.", path, e);
        }
        catch (IOException e) when (e is not NetException)
        {
            // A clock without power: the driver knows that its time is wrong, and tells none.
            throw new NetException(NetError.FileFailure, $"The hardware clock tells no time, {path}: {e.Message}. It may never have been set, or its battery is empty.", path, e);
        }
    }

    private static string Describe(string folder)
    {
        string name = Path.Combine(folder, "name");
        return File.Exists(name) ? $"{Path.GetFileName(folder)} ({File.ReadAllText(name).Trim()})" : Path.GetFileName(folder);
    }

    private string Find()
    {
        string[] clocks = Directory.Exists(classFolder) ? [.. Directory.GetDirectories(classFolder).Where(d => File.Exists(Path.Combine(d, SinceEpoch))).Order(StringComparer.Ordinal)] : [];
        // The one that the system's clock is set from when it starts.
        return clocks.FirstOrDefault(d => File.Exists(Path.Combine(d, SystemOnes)) && File.ReadAllText(Path.Combine(d, SystemOnes)).Trim() == "1")
            ?? clocks.FirstOrDefault()
            ?? throw new NetException(NetError.NotSupportedHere, OperatingSystem.IsLinux()
                ? $"This machine has no hardware clock that can be read: {classFolder} has none. Containers and many virtual machines have none; a physical machine, or a virtual one with an emulated clock, has."
                : "The hardware clock can be read on Linux only, by /sys/class/rtc. Windows and macOS keep it to themselves: there the system's clock is all a program sees.", classFolder);
    }

    // The third line says it, as hwclock(8) has it; without the file it is UTC.
    private bool KeepsLocalTime()
    {
        try
        {
            return File.Exists(adjustFile) && File.ReadLines(adjustFile).ElementAtOrDefault(2)?.Trim() == "LOCAL";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
