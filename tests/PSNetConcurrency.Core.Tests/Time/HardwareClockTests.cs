using System.Globalization;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Tests.Transfer;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Core.Tests.Time;

public sealed class HardwareClockTests
{
    [Fact]
    public async Task The_clock_that_the_system_is_set_from_is_read()
    {
        using TemporaryFolder folder = new();
        Clock(folder, "rtc0", "0", 1);
        Clock(folder, "rtc1", "1", 1_700_000_000);
        HardwareClock clock = await new HardwareClockReader(folder.Path, Path.Combine(folder.Path, "adjtime")).ReadAsync(compare: false, CancellationToken.None);
        Assert.Equal((1_700_000_000, "rtc1 (test)", false, null), (clock.Time.ToUnixTimeSeconds(), clock.Source, clock.KeepsLocalTime, clock.SystemDifference));
    }

    [Fact]
    public async Task Its_difference_is_taken_when_its_second_begins()
    {
        using TemporaryFolder folder = new();
        string file = Clock(folder, "rtc0", "1", 0);
        long begun = 0;
        // A clock five seconds ahead.
        Task ticking = Task.Run(async () =>
        {
            await Task.Delay(200);
            begun = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            string next = file + ".next";
            File.WriteAllText(next, (begun / 1000 + 5).ToString(CultureInfo.InvariantCulture));
            File.Move(next, file, overwrite: true);
        });
        HardwareClock clock = await new HardwareClockReader(folder.Path, "nowhere").ReadAsync(compare: true, CancellationToken.None);
        await ticking;
        // Late by what the machine needed to see it.
        Assert.InRange(clock.SystemDifference!.Value.TotalMilliseconds, 5000 - (begun % 1000) - 2000, 5000 - (begun % 1000) + 1);
    }

    [Fact]
    public async Task Local_time_is_understood()
    {
        using TemporaryFolder folder = new();
        Clock(folder, "rtc0", "1", 1_700_000_000);
        string adjust = Path.Combine(folder.Path, "adjtime");
        File.WriteAllText(adjust, "0.0 0 0.0\n0\nLOCAL\n");
        HardwareClock clock = await new HardwareClockReader(folder.Path, adjust).ReadAsync(compare: false, CancellationToken.None);
        Assert.True(clock.KeepsLocalTime);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000).DateTime, clock.Time.DateTime);
    }

    [Fact]
    public async Task What_can_not_be_read_is_an_error_with_a_reason()
    {
        using TemporaryFolder folder = new();
        HardwareClockReader reader = new(folder.Path);
        NetException e = await Assert.ThrowsAsync<NetException>(() => reader.ReadAsync(false, CancellationToken.None));
        Assert.Equal(NetError.NotSupportedHere, e.Error);
        string file = Clock(folder, "rtc0", "1", 5);
        Assert.Equal(NetError.TimedOut, (await Assert.ThrowsAsync<NetException>(() => reader.ReadAsync(true, CancellationToken.None))).Error);
        File.WriteAllText(file, "what?");
        Assert.Equal(NetError.FileFailure, (await Assert.ThrowsAsync<NetException>(() => reader.ReadAsync(false, CancellationToken.None))).Error);
    }

    private static string Clock(TemporaryFolder folder, string name, string system, long seconds)
    {
        string path = Directory.CreateDirectory(Path.Combine(folder.Path, name)).FullName;
        File.WriteAllText(Path.Combine(path, "hctosys"), system + "\n");
        File.WriteAllText(Path.Combine(path, "name"), "test\n");
        string file = Path.Combine(path, "since_epoch");
        File.WriteAllText(file, seconds.ToString(CultureInfo.InvariantCulture) + "\n");
        return file;
    }
}
