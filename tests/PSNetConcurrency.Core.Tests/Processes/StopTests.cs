using System.Globalization;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Tests.Net;

namespace PSNetConcurrency.Core.Tests.Processes;

/// <summary>Ending a child, and all below it.</summary>
public sealed class StopTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [LinuxFact]
    public async Task It_is_asked_first_and_may_end_in_its_own_way()
    {
        ChildProcess child = Shell.Start("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.01; done");
        await child.LinesAsync(1);
        await child.StopAsync(Long, includeDescendants: false);
        Assert.False(child.IsAlive);
        Assert.Equal((ChildProcessState.Stopped, 3, null), (child.State, child.ExitCode, child.Failure));
        Assert.Equal("ready\nbye\n", (await child.ReadAllAsync()).Output);
    }

    [LinuxFact]
    public async Task What_does_not_heed_is_killed_after_the_grace()
    {
        ChildProcess child = Shell.Start("trap '' TERM; echo ready; while :; do sleep 0.01; done");
        await child.LinesAsync(1);
        await child.StopAsync(TimeSpan.FromMilliseconds(50), includeDescendants: false);
        Assert.Equal((ChildProcessState.Stopped, "SIGKILL"), (child.State, child.Signal));
    }

    [LinuxFact]
    public async Task Without_grace_it_is_killed_and_gone_when_the_stop_ends()
    {
        ChildProcess child = Shell.Start("trap 'echo asked' TERM; echo ready; while :; do sleep 0.01; done");
        await child.LinesAsync(1);
        await child.StopAsync(TimeSpan.Zero, includeDescendants: false);
        Assert.False(Directory.Exists($"/proc/{child.ProcessId}"));
        Assert.Equal(("SIGKILL", null), (child.Signal, child.ExitCode));
        Assert.Equal("ready\n", (await child.ReadAllAsync()).Output);
        await child.StopAsync(TimeSpan.Zero, includeDescendants: true);
    }

    [LinuxFact]
    public async Task What_a_shell_runs_ends_with_it()
    {
        ChildProcess child = Shell.Start("sleep 1000 & echo $!; wait");
        string below = (await child.LinesAsync(1))[0];
        await child.StopAsync(TimeSpan.Zero, includeDescendants: false);
        await Eventually.TrueAsync(() => !Lives(below), "the group is gone");
    }

    [LinuxFact]
    public async Task A_whole_tree_ends_though_its_parts_left_the_group_and_ignore_what_asks()
    {
        // Three levels, each in a session of its own, one an orphan of a group that is known.
        ChildProcess child = Shell.Start("trap '' TERM; setsid sh -c 'echo $$; setsid sleep 1000 & echo $!; (sleep 1001 & echo $!); wait' & wait");
        string[] below = await child.LinesAsync(3);
        Assert.All(below, pid => Assert.True(Lives(pid)));
        await child.StopAsync(TimeSpan.FromMilliseconds(50), includeDescendants: true);
        Assert.All(below, pid => Assert.False(Lives(pid)));
        Assert.Equal("SIGKILL", child.Signal);
    }

    [LinuxTheory]
    [InlineData(0)]
    [InlineData(600)]
    public async Task What_an_ended_child_left_in_its_group_ends(int graceSeconds)
    {
        ChildProcess child = Shell.Start("sleep 1000 & echo $!");
        string left = (await child.LinesAsync(1))[0];
        await child.EndAsync();
        Assert.True(Lives(left));
        await child.StopAsync(TimeSpan.FromSeconds(graceSeconds), includeDescendants: true);
        Assert.False(Lives(left));
        Assert.Equal(ChildProcessState.Completed, child.State);
    }

    [LinuxFact]
    public async Task Whoever_has_the_number_of_an_ended_child_is_left_alone()
    {
        ChildProcess child = Shell.Start("true");
        await child.EndAsync();
        ChildProcess stranger = Shell.Start("sleep 1000");
        // As if numbers had come round.
        typeof(ChildProcess).GetField("<ProcessId>k__BackingField", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!.SetValue(child, stranger.ProcessId);
        await child.StopAsync(TimeSpan.Zero, includeDescendants: true);
        Assert.True(stranger.IsAlive);
        Assert.NotEqual('T', Core.Processes.Observation.ProcessTable.Find(stranger.ProcessId)?.Native);
        await stranger.StopAsync(TimeSpan.Zero, includeDescendants: true);
    }

    [LinuxFact]
    public async Task A_tree_that_keeps_growing_ends()
    {
        ChildProcess child = Shell.Start("echo ready; while :; do setsid sleep 1234.5 & sleep 0.001; done");
        await child.LinesAsync(1);
        await child.StopAsync(TimeSpan.Zero, includeDescendants: true);
        Assert.DoesNotContain(Directory.EnumerateDirectories("/proc"), p => Command(p) == "sleep\01234.5\0");
    }

    [LinuxFact]
    public async Task One_that_takes_too_long_is_timed_out()
    {
        ChildProcess child = ChildProcess.Start(Shell.Script("echo begun; sleep 1000") with { Timeout = TimeSpan.FromMilliseconds(50) });
        await child.EndAsync();
        Assert.Equal((ChildProcessState.TimedOut, "SIGTERM", NetError.TimedOut), (child.State, child.Signal, child.Failure?.Error));
    }

    [LinuxFact]
    public async Task A_wait_gives_up_and_leaves_the_child()
    {
        ChildProcess child = Shell.Start("read x; sleep 1000");
        Assert.False(await child.WaitAsync(TimeSpan.Zero, default));
        Assert.False(await child.WaitAsync(TimeSpan.FromMilliseconds(20), default));
        using CancellationTokenSource stop = new();
        Task<bool> waiting = child.WaitAsync(null, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.True(child.IsAlive);
        await child.StopAsync(TimeSpan.Zero, includeDescendants: false);
        Assert.True(await child.WaitAsync(TimeSpan.Zero, default));
    }

    // A zombie is gone: whoever adopted it has only not looked yet.
    private static bool Lives(string pid) => Core.Processes.Observation.ProcessTable.Find(int.Parse(pid, CultureInfo.InvariantCulture)) is { IsZombie: false };

    private static string Command(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
