using System.Diagnostics;
using System.Globalization;
using PSNetConcurrency.Core.Processes.Observation;
using PSNetConcurrency.Core.Tests.Net;

namespace PSNetConcurrency.Core.Tests.Processes;

/// <summary>Children end with their parent, however it ends.</summary>
public sealed class LifelineTests
{
    [LinuxFact]
    public async Task A_parent_killed_takes_its_children_and_their_groups_along_but_not_the_detached()
    {
        ChildProcess parent = ChildProcess.Start(ParentProgram.Options("default"));
        string[] lines = await parent.LinesAsync(6);
        string[] tied = lines[..4];
        Assert.All(tied, pid => Assert.True(Lives(pid), pid));
        // Named below the name of the process that started them.
        Assert.Equal($"{parent.Name}:1", lines[5]);
        // The parent alone: its children are in groups of their own, but for one.
        using (Process killed = Process.GetProcessById(parent.ProcessId))
        {
            killed.Kill();
        }
        await parent.WaitAsync(Shell.Limit, default);
        Assert.Equal("SIGKILL", parent.Signal);
        await Eventually.TrueAsync(() => !tied.Any(Lives), "the children are gone");
        Assert.True(Lives(lines[4]));
        using Process detached = Process.GetProcessById(int.Parse(lines[4], CultureInfo.InvariantCulture));
        detached.Kill();
    }

    [LinuxFact]
    public async Task What_a_child_left_behind_lives_as_long_as_this_process()
    {
        // Ended with the child it would be lost to scripts that start something in the background.
        ChildProcess child = Shell.Start("sleep 1000 >/dev/null 2>&1 & echo $!");
        string below = (await child.EndAsync()).Output.TrimEnd();
        Assert.True(Lives(below));
        using Process left = Process.GetProcessById(int.Parse(below, CultureInfo.InvariantCulture));
        left.Kill();
    }

    [LinuxFact]
    public async Task A_detached_program_is_in_a_session_of_its_own_without_streams()
    {
        ChildProcess child = ChildProcess.Start(Shell.Script("exec sleep 1000") with { Detached = true });
        Assert.Equal("/dev/null", File.ResolveLinkTarget($"/proc/{child.ProcessId}/fd/1", returnFinalTarget: false)?.FullName);
        // While a program is loaded it has its libraries open for a moment.
        await Eventually.TrueAsync(() => Directory.EnumerateFiles($"/proc/{child.ProcessId}/fd").Select(Path.GetFileName).Order().SequenceEqual(["0", "1", "2"]), "no descriptors but the streams");
        Assert.Equal(child.ProcessId.ToString(CultureInfo.InvariantCulture), File.ReadAllText($"/proc/{child.ProcessId}/stat").Split(' ')[5]);
        await child.StopAsync(TimeSpan.Zero, includeDescendants: false);
        Assert.False(child.IsAlive);
    }

    [LinuxFact]
    public async Task A_thousand_half_of_them_killed_leave_nothing()
    {
        Random random = new(20261124);
        await Shell.Start("").EndAsync();
        int before = Directory.GetFiles("/proc/self/fd").Length;
        HashSet<int> ours = [];
        Queue<(ChildProcess Child, Task Stop)> open = new();
        for (int i = 0; i < 1000; i++)
        {
            bool killed = random.Next(2) == 0;
            ChildProcess child = killed
                ? Shell.Start($"echo {i}; sleep 1000 & wait")
                : ChildProcess.Start(Shell.Script($"echo {i}") with { HasInput = true });
            ours.Add(child.ProcessId);
            // Anywhere between its first instruction and its end.
            Task stop = killed ? StopLater(child, random.Next(3000)) : child.WaitAsync(Shell.Limit, default);
            open.Enqueue((child, stop));
            if (open.Count >= 32)
            {
                await OneAsync(open.Dequeue());
            }
        }
        while (open.TryDequeue(out var next))
        {
            await OneAsync(next);
        }
        Assert.DoesNotContain(ProcessTable.Snapshot(), p => p.ParentProcessId == Environment.ProcessId && ours.Contains(p.ProcessId));
        // Other tests open some at the same time.
        Assert.True(Directory.GetFiles("/proc/self/fd").Length < before + 200);

        static async Task StopLater(ChildProcess child, int microseconds)
        {
            long end = Stopwatch.GetTimestamp() + (microseconds * Stopwatch.Frequency / 1_000_000);
            while (Stopwatch.GetTimestamp() < end)
            {
                await Task.Yield();
            }
            await child.StopAsync(TimeSpan.Zero, includeDescendants: false);
        }

        static async Task OneAsync((ChildProcess Child, Task Stop) one)
        {
            await one.Stop;
            Assert.False(one.Child.IsAlive);
            Assert.NotEqual(one.Child.Signal is null, one.Child.ExitCode is null);
            one.Child.Output.Dispose();
        }
    }

    // A zombie is gone: whoever adopted it has only not looked yet.
    private static bool Lives(string pid) => ProcessTable.Find(int.Parse(pid, CultureInfo.InvariantCulture)) is { IsZombie: false };
}
