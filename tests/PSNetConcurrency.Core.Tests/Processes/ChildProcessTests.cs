using System.Diagnostics;
using System.Globalization;
using System.Text;
using CsCheck;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes;
using PSNetConcurrency.Core.Processes.Launching;

namespace PSNetConcurrency.Core.Tests.Processes;

/// <summary>Starting a program, and how it ends.</summary>
public sealed class ChildProcessTests
{
    [LinuxFact]
    public async Task Both_streams_arrive_and_the_end_is_told()
    {
        ChildProcess child = Shell.Start("echo out; echo err >&2");
        Assert.Equal(("out\n", "err\n"), await child.EndAsync());
        Assert.Equal(ChildProcessState.Completed, child.State);
        Assert.Equal(0, child.ExitCode);
        Assert.Null(child.Signal);
        Assert.Null(child.Failure);
        Assert.False(child.IsAlive);
        Assert.False(child.HasMoreData);
        Assert.NotNull(child.ExitTime);
        Assert.NotNull(child.CpuTime);
        Assert.True(child.Duration > TimeSpan.Zero);
    }

    [LinuxTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(126)]
    [InlineData(127)]
    [InlineData(137)]
    [InlineData(255)]
    public async Task An_exit_code_is_exact_and_a_failure(int code)
    {
        ChildProcess child = Shell.Start($"exit {code}");
        await child.EndAsync();
        Assert.Equal(code, child.ExitCode);
        Assert.Null(child.Signal);
        Assert.Equal(ChildProcessState.Failed, child.State);
        Assert.Equal(NetError.ExitCodeNotZero, child.Failure?.Error);
    }

    [LinuxTheory]
    [InlineData(1, "SIGHUP")]
    [InlineData(2, "SIGINT")]
    [InlineData(3, "SIGQUIT")]
    [InlineData(6, "SIGABRT")]
    [InlineData(9, "SIGKILL")]
    [InlineData(10, "SIGUSR1")]
    [InlineData(11, "SIGSEGV")]
    [InlineData(13, "SIGPIPE")]
    [InlineData(14, "SIGALRM")]
    [InlineData(15, "SIGTERM")]
    [InlineData(31, "SIGSYS")]
    [InlineData(34, "SIGRTMIN")]
    [InlineData(35, "SIGRTMIN+1")]
    public async Task A_signal_is_told_by_its_name(int number, string name)
    {
        ChildProcess child = Shell.Start($"kill -{number} $$; read x");
        await child.EndAsync();
        Assert.Equal(name, child.Signal);
        Assert.Null(child.ExitCode);
        Assert.Equal(ChildProcessState.Failed, child.State);
        Assert.Equal(NetError.ChildKilled, child.Failure?.Error);
    }

    [LinuxFact]
    public void Arguments_are_never_split_again() =>
        Gen.Char.Where(c => c is not '\0' && !char.IsSurrogate(c)).Array[0, 12].Select(c => new string(c)).Array[0, 6].Sample(arguments =>
        {
            // One more, so that none are told from one that is empty.
            ChildProcess child = ChildProcess.Start(new ChildProcessOptions { FilePath = "/usr/bin/printf", Arguments = ["%s\\0", .. arguments, "end"] });
            (string output, _) = child.EndAsync().GetAwaiter().GetResult();
            Assert.Equal([.. arguments, "end", ""], output.Split('\0'));
        }, iter: 60, threads: 1);

    [LinuxFact]
    public async Task Ten_megabytes_on_each_stream_at_once_arrive_while_it_is_waited_for()
    {
        const int Size = 10 * 1024 * 1024;
        ChildProcess child = Shell.Start($"head -c {Size} /dev/zero >&2 & head -c {Size} /dev/zero; wait");
        Assert.True(await child.WaitAsync(Shell.Limit, default));
        (string output, string error) = await child.ReadAllAsync();
        Assert.Equal((Size, Size), (output.Length, error.Length));
        Assert.Equal(0, child.ExitCode);
    }

    [LinuxFact]
    public async Task Input_comes_through_and_ends()
    {
        ChildProcess child = ChildProcess.Start(Shell.Script("cat; echo end") with { HasInput = true });
        string text = new('x', 1_000_000);
        await child.SendAsync(Encoding.UTF8.GetBytes(text), default);
        await child.SendAsync("tail\n"u8.ToArray(), default);
        child.CloseInput();
        Assert.Equal((text + "tail\nend\n", ""), await child.EndAsync());
        NetException e = await Assert.ThrowsAsync<NetException>(async () => await child.SendAsync("late"u8.ToArray(), default));
        Assert.Equal(NetError.HandleClosed, e.Error);
    }

    [LinuxFact]
    public async Task Input_that_nobody_reads_waits_and_is_told_when_the_reader_goes()
    {
        ChildProcess child = ChildProcess.Start(Shell.Script("echo ready; sleep 1000") with { HasInput = true });
        await child.LinesAsync(1);
        using CancellationTokenSource stop = new();
        Task stopped = child.SendAsync(new byte[1_000_000], stop.Token).AsTask();
        Assert.False(stopped.IsCompleted);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        Task sending = child.SendAsync(new byte[1_000_000], default).AsTask();
        await child.StopAsync(TimeSpan.Zero, includeDescendants: false);
        Assert.Equal(NetError.HandleClosed, (await Assert.ThrowsAsync<NetException>(() => sending)).Error);
    }

    [LinuxFact]
    public async Task Without_input_it_reads_the_null_device()
    {
        ChildProcess child = Shell.Start("cat; readlink /proc/self/fd/0");
        Assert.Equal("/dev/null\n", (await child.EndAsync()).Output);
        Assert.Equal(NetError.HandleClosed, (await Assert.ThrowsAsync<NetException>(async () => await child.SendAsync("x"u8.ToArray(), default))).Error);
    }

    [LinuxFact]
    public async Task Folder_variables_priority_and_processors_are_as_asked()
    {
        string folder = Path.GetTempPath().TrimEnd('/');
        ChildProcess child = ChildProcess.Start(Shell.Script("pwd; echo $ONE-$PATH-$PSNETCONCURRENCY_DEPTH-$PSNETCONCURRENCY_NAME; nice; grep Cpus_allowed: /proc/self/status | cut -f 2; ps -o pgid= -p $$; echo $$") with
        {
            WorkingDirectory = folder,
            Environment = new Dictionary<string, string?> { ["ONE"] = "1 2", ["PATH"] = "/usr/bin:/bin" },
            PriorityClass = ProcessPriorityClass.BelowNormal,
            ProcessorAffinity = 1,
        });
        string[] lines = (await child.EndAsync()).Output.Split('\n');
        Assert.Equal(folder, lines[0]);
        Assert.Equal($"1 2-/usr/bin:/bin-{ChildEnvironment.Depth + 1}-{child.Name}", lines[1]);
        Assert.Equal("10", lines[2]);
        Assert.Equal(1, Convert.ToInt32(lines[3].Split(',')[^1], 16));
        Assert.Equal(lines[5], lines[4].Trim());
        Assert.Equal(child.ProcessId.ToString(CultureInfo.InvariantCulture), lines[5]);
    }

    [LinuxFact]
    public async Task A_child_gets_its_streams_and_the_lifeline_and_no_other_descriptor()
    {
        using FileStream open = File.OpenRead("/etc/passwd");
        ChildProcess other = ChildProcess.Start(Shell.Script("read x") with { HasInput = true });
        ChildProcess child = Shell.Start("ls /proc/$$/fd | tr '\\n' ' '");
        Assert.Equal($"0 1 2 {Lifeline.ChildDescriptor} ", (await child.EndAsync()).Output);
        other.CloseInput();
        await other.EndAsync();
    }

    [LinuxFact]
    public async Task No_signal_is_ignored_or_blocked_in_it()
    {
        // The runtime ignores SIGPIPE, and a child would inherit that.
        ChildProcess child = Shell.Start("grep -E 'SigBlk|SigIgn' /proc/self/status | cut -f 2");
        string[] masks = (await child.EndAsync()).Output.Split('\n');
        // The C library keeps 32 and 33 for itself.
        const ulong Internal = 3UL << 31;
        Assert.Equal([0UL, 0UL], masks[..2].Select(m => Convert.ToUInt64(m, 16) & ~Internal));
    }

    [LinuxFact]
    public async Task A_grandchild_that_holds_the_pipe_does_not_hold_up_the_end()
    {
        ChildProcess child = Shell.Start("(trap '' HUP; exec sleep 1000) & echo started; echo $!");
        string[] lines = (await child.EndAsync()).Output.Split('\n');
        Assert.Equal("started", lines[0]);
        Assert.True(Directory.Exists($"/proc/{lines[1]}"));
        using Process grandchild = Process.GetProcessById(int.Parse(lines[1], CultureInfo.InvariantCulture));
        grandchild.Kill();
    }

    [LinuxFact]
    public void A_number_and_a_name_count_up()
    {
        ChildProcess first = Shell.Start(""), second = Shell.Start("");
        Assert.True(second.Id > first.Id && first.Id > 0);
        Assert.Equal(ChildEnvironment.NameOf(first.Id), first.Name);
        Assert.Equal(Environment.ProcessId, first.ParentProcessId);
        Assert.Equal("/bin/sh -c \"\" sh", first.Command);
    }

    [LinuxFact]
    public async Task Memory_is_told_of_a_child_that_needs_more_than_this_process()
    {
        ChildProcess small = Shell.Start("");
        await small.EndAsync();
        Assert.Null(small.PeakMemory);
        long wanted = (Process.GetCurrentProcess().PeakWorkingSet64 * 5 / 4) + (64 << 20);
        ChildProcess large = ChildProcess.Start(new ChildProcessOptions { FilePath = "dd", Arguments = ["if=/dev/zero", "of=/dev/null", $"bs={wanted}", "count=1"] });
        await large.EndAsync();
        Assert.Equal(0, large.ExitCode);
        Assert.True(large.PeakMemory >= wanted, $"{large.PeakMemory} of {wanted}");
    }

    [LinuxFact]
    public async Task Two_hundred_at_once_are_waited_for()
    {
        ChildProcess[] children = [.. Enumerable.Range(0, 200).Select(i => Shell.Start($"echo {i}; exit {i % 7}"))];
        Assert.All(await Task.WhenAll(children.Select(c => c.WaitAsync(Shell.Limit, default))), Assert.True);
        for (int i = 0; i < children.Length; i++)
        {
            Assert.Equal(i % 7, children[i].ExitCode);
            Assert.Equal($"{i}\n", (await children[i].ReadAllAsync()).Output);
        }
    }
}
