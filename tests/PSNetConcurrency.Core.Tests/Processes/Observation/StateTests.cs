using System.Globalization;
using PSNetConcurrency.Core.Processes.Observation;
using PSNetConcurrency.Core.Tests.Net;

namespace PSNetConcurrency.Core.Tests.Processes.Observation;

public class StateTests
{
    [LinuxFact]
    public async Task A_sleeping_process_is_blocked_and_says_so()
    {
        using RealProcess sleep = RealProcess.Sleep();
        ProcessStateInfo seen = await UntilAsync(sleep.Id, s => s.State == ProcessState.Blocked && s.WaitReason == "sleeps for a time");
        Assert.Equal("S (sleeping)", seen.Native);
        Assert.InRange(seen.Processor!.Value, 0, 1023);
    }

    [LinuxFact]
    public async Task A_reader_of_a_pipe_waits_for_that_descriptor()
    {
        using RealProcess reader = new("cat");
        await UntilAsync(reader.Id, s => s is { State: ProcessState.Blocked, WaitReason: "reads from a pipe, descriptor 0" } || s.WaitReason == "reads from a socket, descriptor 0" || s.WaitReason == "receives from a socket, descriptor 0");
    }

    [LinuxFact]
    public async Task More_busy_processes_than_processors_are_running_and_ready()
    {
        RealProcess[] busy = [.. Enumerable.Range(0, Environment.ProcessorCount + 1).Select(_ => RealProcess.Busy())];
        try
        {
            StateSampler sampler = new([.. busy.Select(b => ProcessTable.Find(b.Id)!)]);
            HashSet<ProcessState> seen = [];
            await Eventually.TrueAsync(async () =>
            {
                ProcessState[] states = [.. (await sampler.SampleAsync(withThreads: false, default)).Select(o => o!.Process.State)];
                // A moment of its own for each, so that not even the number of those running is bounded.
                Assert.All(states, s => Assert.True(s is ProcessState.Running or ProcessState.Ready or ProcessState.Blocked));
                seen.UnionWith(states);
                return seen.Contains(ProcessState.Running) && seen.Contains(ProcessState.Ready);
            }, "one running, one ready");
        }
        finally
        {
            Array.ForEach(busy, b => b.Dispose());
        }
    }

    [LinuxFact]
    public async Task One_that_is_stopped_is_stopped_until_it_is_continued()
    {
        using RealProcess sleep = RealProcess.Sleep();
        sleep.Signal(RealProcess.Stop);
        ProcessStateInfo seen = await UntilAsync(sleep.Id, s => s.State == ProcessState.Stopped);
        Assert.Null(seen.WaitReason);
        sleep.Signal(RealProcess.Continue);
        await UntilAsync(sleep.Id, s => s.State == ProcessState.Blocked);
    }

    [LinuxFact]
    public async Task A_child_that_nobody_asks_for_is_a_zombie()
    {
        using RealProcess parent = new("python3", "-c", "import os,time\np = os.fork()\nif p == 0: os._exit(0)\nprint(p, flush=True)\ntime.sleep(1000)");
        await UntilAsync(int.Parse(parent.ReadLine()!, CultureInfo.InvariantCulture), s => s is { State: ProcessState.Zombie, Native: "Z (zombie)", Processor: null });
    }

    [LinuxFact]
    public async Task Every_thread_has_a_state_of_its_own()
    {
        StateSampler sampler = new([ProcessTable.Find(Environment.ProcessId)!]);
        ProcessObservation seen = (await sampler.SampleAsync(withThreads: true, default))[0]!;
        Assert.Contains(seen.Threads, t => t.State == ProcessState.Running);
        Assert.Contains(seen.Threads, t => t.State == ProcessState.Blocked);
        Assert.Equal(ProcessState.Running, seen.Process.State);
        Assert.Null(seen.Process.ThreadId);
        Assert.Equal(seen.Threads.Count, seen.Threads.DistinctBy(t => t.ThreadId).Count());
    }

    [LinuxFact]
    public async Task One_that_is_gone_or_replaced_has_no_state()
    {
        using RealProcess sleep = RealProcess.Sleep();
        ProcessRecord process = ProcessTable.Find(sleep.Id)!;
        Assert.Null((await new StateSampler([process with { StartMark = process.StartMark + 1 }]).SampleAsync(withThreads: false, default))[0]);
        sleep.End();
        Assert.Null((await new StateSampler([process]).SampleAsync(withThreads: false, default))[0]);
    }

    [LinuxFact]
    public async Task A_watch_sees_stop_and_kill_and_ends_with_the_process()
    {
        using RealProcess sleep = RealProcess.Sleep();
        await UntilAsync(sleep.Id, s => s.State == ProcessState.Blocked);
        List<StateTransition> seen = [];
        await foreach (StateTransition transition in StateWatch.RunAsync([ProcessTable.Find(sleep.Id)!], TimeSpan.FromMilliseconds(1), null, default))
        {
            seen.Add(transition);
            // Each is done when the one before was seen.
            switch (transition.To)
            {
                case ProcessState.Blocked when transition.From is null: sleep.Signal(RealProcess.Stop); break;
                case ProcessState.Stopped: sleep.Signal(RealProcess.Continue); break;
                case ProcessState.Blocked: sleep.End(); break;
            }
        }
        Assert.Null(seen[0].From);
        Assert.Equal("first look: sleeps for a time", seen[0].Reason);
        // It may be seen ready in between, on its way to the signal.
        Assert.Contains(seen, t => t is { To: ProcessState.Stopped, IsLegal: true });
        Assert.Equal(ProcessState.Terminated, seen[^1].To);
        Assert.All(seen.Skip(1), t => Assert.Equal(t.IsLegal, t.Missed.Length == 0));
        Assert.All(seen.Zip(seen.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
    }

    [LinuxFact]
    public async Task A_watch_of_several_goes_on_until_the_last_has_ended()
    {
        using RealProcess first = RealProcess.Sleep(), second = RealProcess.Sleep();
        List<StateTransition> ends = [];
        await foreach (StateTransition transition in StateWatch.RunAsync([ProcessTable.Find(first.Id)!, ProcessTable.Find(second.Id)!], TimeSpan.FromMilliseconds(1), null, default))
        {
            if (transition.From is null && transition.ProcessId == first.Id)
            {
                first.End();
            }
            if (transition.To == ProcessState.Terminated)
            {
                ends.Add(transition);
                second.End();
            }
        }
        Assert.Equal([first.Id, second.Id], ends.Select(e => e.ProcessId));
    }

    [LinuxFact]
    public async Task A_watch_ends_when_its_time_is_up_or_it_is_stopped()
    {
        ProcessRecord self = ProcessTable.Find(Environment.ProcessId)!;
        await foreach (StateTransition transition in StateWatch.RunAsync([self], TimeSpan.FromHours(1), TimeSpan.Zero, default))
        {
            Assert.Null(transition.From);
        }
        using CancellationTokenSource stop = new();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (StateTransition _ in StateWatch.RunAsync([self], TimeSpan.FromHours(1), null, stop.Token))
            {
                await stop.CancelAsync();
            }
        });
    }

    [Theory]
    [InlineData("anon_pipe_read", "reads from a pipe")]
    [InlineData("hrtimer_nanosleep", "sleeps for a time")]
    [InlineData("futex_wait_queue", "waits for a lock or another thread (futex)")]
    [InlineData("do_wait", "waits for a child process")]
    [InlineData("ep_poll", "waits for events of descriptors (epoll)")]
    [InlineData("poll_schedule_timeout.constprop.0", "waits for events of descriptors (poll)")]
    [InlineData("something_new", "waits in the kernel's something_new")]
    public void Places_in_the_kernel_have_words(string place, string words)
    {
        Assert.Equal(words, OperatingSystem.IsLinux() ? LinuxWaitReason.InWordsOfKernel(place) : words);
    }

    private static async Task<ProcessStateInfo> UntilAsync(int id, Func<ProcessStateInfo, bool> condition)
    {
        StateSampler sampler = new([ProcessTable.Find(id)!]);
        ProcessStateInfo? last = null;
        try
        {
            await Eventually.TrueAsync(async () => condition(last = (await sampler.SampleAsync(withThreads: false, default))[0]!.Process), "the state");
        }
        catch (Exception) when (last is not null)
        {
            Assert.Fail($"It stays {last}");
        }
        return last!;
    }
}
