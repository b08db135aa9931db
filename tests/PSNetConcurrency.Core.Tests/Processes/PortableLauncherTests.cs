using System.Diagnostics;
using System.Globalization;
using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes;
using PSNetConcurrency.Core.Processes.Launching;
using PSNetConcurrency.Core.Processes.Observation;
using PSNetConcurrency.Core.Tests.Net;
using PSNetConcurrency.Core.Tests.Transfer;

namespace PSNetConcurrency.Core.Tests.Processes;

/// <summary>The way of the other systems does the same, as far as it goes.</summary>
public sealed class PortableLauncherTests
{
    private static readonly PortableLauncher Launcher = new();

    [LinuxFact]
    public async Task Streams_arguments_and_exit_codes_come_through()
    {
        ChildProcess child = ChildProcess.Start(Shell.Script("printf '%s|' \"$@\"; echo err >&2; exit 3", "a b", "", "\"'$x", "ü\n*"), Launcher);
        Assert.Equal(("a b||\"'$x|ü\n*|", "err\n"), await child.EndAsync());
        Assert.Equal((3, ChildProcessState.Failed, NetError.ExitCodeNotZero), (child.ExitCode, child.State, child.Failure?.Error));
    }

    [LinuxFact]
    public async Task Much_output_on_both_streams_arrives_and_is_bounded()
    {
        const int Size = 3_000_000, Bound = 256 * 1024;
        ChildProcess child = ChildProcess.Start(Shell.Script($"head -c {Size} /dev/zero >&2 & head -c {Size} /dev/zero; wait") with { BufferSize = Bound }, Launcher);
        await Eventually.TrueAsync(() => child.Output.BytesInMemory >= Bound, "the buffer is full");
        Assert.InRange(child.Output.BytesInMemory, Bound, Bound + (512 * 1024));
        Assert.True(await child.WaitAsync(Shell.Limit, default));
        (string output, string error) = await child.ReadAllAsync();
        Assert.Equal((Size, Size), (output.Length, error.Length));
    }

    [LinuxFact]
    public async Task Input_comes_through_and_ends()
    {
        ChildProcess child = ChildProcess.Start(Shell.Script("cat; echo end") with { HasInput = true }, Launcher);
        await child.SendAsync(Encoding.UTF8.GetBytes(new string('x', 300_000)), default);
        child.CloseInput();
        Assert.Equal(300_000 + "end\n".Length, (await child.EndAsync()).Output.Length);
        Assert.Equal(NetError.HandleClosed, (await Assert.ThrowsAsync<NetException>(async () => await child.SendAsync("x"u8.ToArray(), default))).Error);
    }

    [LinuxFact]
    public async Task Stops_are_heeded_or_forced()
    {
        ChildProcess heeds = ChildProcess.Start(Shell.Script("echo ready; exec sleep 1000"), Launcher);
        await heeds.LinesAsync(1);
        await heeds.StopAsync(TimeSpan.FromMinutes(1), includeDescendants: false);
        Assert.Equal((ChildProcessState.Stopped, "SIGTERM", null), (heeds.State, heeds.Signal, heeds.ExitCode));
        ChildProcess ignores = ChildProcess.Start(Shell.Script("trap '' TERM; setsid sleep 1000 & echo $!; while :; do sleep 0.01; done"), Launcher);
        string below = (await ignores.LinesAsync(1))[0];
        await ignores.StopAsync(TimeSpan.FromMilliseconds(50), includeDescendants: true);
        Assert.Equal((ChildProcessState.Stopped, "SIGKILL"), (ignores.State, ignores.Signal));
        Assert.False(ProcessTable.Find(int.Parse(below, CultureInfo.InvariantCulture)) is { IsZombie: false });
    }

    [LinuxFact]
    public async Task A_grandchild_that_holds_the_pipe_does_not_hold_up_the_end()
    {
        ChildProcess child = ChildProcess.Start(Shell.Script("sleep 1000 & echo $!"), Launcher);
        string below = (await child.EndAsync()).Output.TrimEnd();
        using Process left = Process.GetProcessById(int.Parse(below, CultureInfo.InvariantCulture));
        left.Kill();
    }

    [LinuxFact]
    public async Task A_parent_killed_takes_its_children_along_but_not_the_detached()
    {
        ChildProcess parent = ChildProcess.Start(ParentProgram.Options("portable"));
        string[] lines = await parent.LinesAsync(6);
        string[] tied = [lines[0], lines[1], lines[3]];
        Assert.All(tied, pid => Assert.True(Lives(pid), pid));
        using (Process killed = Process.GetProcessById(parent.ProcessId))
        {
            killed.Kill();
        }
        await Eventually.TrueAsync(() => !tied.Any(Lives), "the children are gone");
        Assert.True(Lives(lines[4]));
        // What a child has started is not the watcher's.
        foreach (string pid in (string[])[lines[2], lines[4]])
        {
            using Process left = Process.GetProcessById(int.Parse(pid, CultureInfo.InvariantCulture));
            left.Kill();
        }
    }

    [LinuxFact]
    public async Task Nothing_is_left_of_children_that_ended()
    {
        int Pipes() => Directory.GetFiles(Path.GetTempPath(), "PSNetConcurrency-*").Length;
        int before = Pipes();
        ChildProcess[] children = [.. Enumerable.Range(0, 20).Select(i => ChildProcess.Start(Shell.Script($"exit {i % 2}"), Launcher))];
        foreach (ChildProcess child in children)
        {
            await child.EndAsync();
        }
        await Eventually.TrueAsync(() => Pipes() <= before, "the named pipes are gone");
        await Eventually.TrueAsync(() => !ProcessTable.Snapshot().Any(p => p.ParentProcessId == Environment.ProcessId && children.Any(c => c.ProcessId == p.ProcessId)), "no zombie is left");
    }

    [LinuxFact]
    public void What_is_no_program_is_told_so()
    {
        using TemporaryFolder folder = new();
        string script = Path.Combine(folder.Path, "script");
        File.WriteAllText(script, "echo hello\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Equal(NetError.ProgramNotExecutable, Assert.Throws<NetException>(() => ChildProcess.Start(new ChildProcessOptions { FilePath = script }, Launcher)).Error);
    }

    private static bool Lives(string pid) => ProcessTable.Find(int.Parse(pid, CultureInfo.InvariantCulture)) is { IsZombie: false };
}
