using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Processes.Observation;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>
/// Ends all below a process, and the process. Who belongs to it is looked at before anything is ended, as an orphan no longer tells where it
/// came from, and again until nobody new is found; a number is only signalled while its process is the one that was found.
/// </summary>
internal sealed class DescendantStop
{
    // A process that starts others faster than they can be stopped is stopped itself in the second round.
    private const int MostRounds = 20;

    private readonly Dictionary<int, ProcessRecord> _members = [];

    private readonly int _root;

    private DescendantStop(int root = 0) => _root = root;

    /// <summary>The process and those below it, as they are now; empty when it is gone.</summary>
    public static DescendantStop Collect(int processId)
    {
        DescendantStop stop = new(processId);
        if (ProcessTable.Find(processId) is { } root)
        {
            stop._members[processId] = root;
            stop.Refresh();
        }
        return stop;
    }

    /// <summary>Those in the group that a process which is gone has led: as long as there are any, its number is no other process's.</summary>
    public static DescendantStop CollectGroup(int processId)
    {
        DescendantStop stop = new();
        // The whole table is not read for each of many that left nobody.
        if (!SystemSignal.IsGroup(processId))
        {
            return stop;
        }
        IReadOnlyList<ProcessRecord> snapshot = ProcessTable.Snapshot();
        if (snapshot.All(p => p.ProcessId != processId))
        {
            foreach (ProcessRecord process in snapshot.Where(p => p.ProcessGroupId == processId && !p.IsZombie))
            {
                stop._members[process.ProcessId] = process;
            }
        }
        return stop;
    }

    /// <summary>Whether nobody was found.</summary>
    public bool IsEmpty => _members.Count == 0;

    /// <summary>Ends when those found so far are gone.</summary>
    public Task WhenGone() => Task.WhenAll(_members.Values.Select(WhenGone));

    public void Terminate()
    {
        Refresh();
        foreach (ProcessRecord member in _members.Values)
        {
            SystemSignal.Send(member, SystemSignal.Terminate);
        }
    }

    /// <summary>Ends all but the process itself, which stands still then: who started it ends it, and so knows by what it ended.</summary>
    public void Kill()
    {
        // Stopped first: what stands still starts nothing that would be missed.
        for (int round = 0; round < MostRounds; round++)
        {
            foreach (ProcessRecord member in _members.Values)
            {
                SystemSignal.Send(member, SystemSignal.Suspend);
            }
            if (!Refresh())
            {
                break;
            }
        }
        foreach (ProcessRecord member in _members.Values.Where(m => m.ProcessId != _root))
        {
            SystemSignal.Send(member, SystemSignal.Kill);
        }
    }

    /// <summary>Whether anybody new was found: below a member that lives, or in a group that a member leads or led.</summary>
    public bool Refresh()
    {
        IReadOnlyList<ProcessRecord> snapshot = ProcessTable.Snapshot();
        ILookup<int, ProcessRecord> children = ProcessTable.Children(snapshot);
        Dictionary<int, ProcessRecord> now = [];
        foreach (ProcessRecord process in snapshot)
        {
            now[process.ProcessId] = process;
        }
        int before = _members.Count;
        Queue<ProcessRecord> open = new(_members.Values);
        while (open.TryDequeue(out ProcessRecord? member))
        {
            if (now.TryGetValue(member.ProcessId, out ProcessRecord? current) && !current.IsSameProcess(member))
            {
                // The number is another's by now, and so are its children and its group.
                continue;
            }
            foreach (ProcessRecord process in children[member.ProcessId].Concat(snapshot.Where(p => p.ProcessGroupId == member.ProcessId && p.StartMark >= member.StartMark)))
            {
                if (!process.IsZombie && process.ProcessId != Environment.ProcessId && _members.TryAdd(process.ProcessId, process))
                {
                    open.Enqueue(process);
                }
            }
        }
        return _members.Count > before;
    }

    private static Task WhenGone(ProcessRecord member) =>
        OperatingSystem.IsLinux() && LinuxLauncher.IsSupported ? PidfdWatch.WhenGone(member) : WhenGonePortable(member);

    private static async Task WhenGonePortable(ProcessRecord member)
    {
        try
        {
            using Process process = Process.GetProcessById(member.ProcessId);
            if (ProcessTable.IsAlive(member))
            {
                await process.WaitForExitAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            // Gone already.
        }
    }
}

/// <summary>Tells when a process that is not a child has ended.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PidfdWatch : IEpollTarget
{
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly EpollLoop _loop;
    private readonly int _pidfd;
    private int _slot;

    private PidfdWatch(int pidfd, EpollLoop loop)
    {
        _pidfd = pidfd;
        _loop = loop;
        _loop.Post(Register);
    }

    public static Task WhenGone(ProcessRecord process)
    {
        int pidfd = ProcessLibc.PidfdOpen(process.ProcessId);
        int errno = pidfd < 0 ? Marshal.GetLastPInvokeError() : 0;
        if (errno != 0)
        {
            return errno == ProcessLibc.NoProcess ? Task.CompletedTask : Task.FromException(new NetException(NetError.ProcessLimitReached,
                $"Whether the process {process.ProcessId} has ended can't be seen: the system gives no descriptor for that ({Marshal.GetPInvokeErrorMessage(errno)}). Raise the limit (ulimit -n), or have fewer files and connections open.", process.ProcessId));
        }
        try
        {
            if (ProcessTable.IsAlive(process))
            {
                return new PidfdWatch(pidfd, (EpollLoop)ChildLoop.Enter())._gone.Task;
            }
        }
        catch (NetException e)
        {
            _ = Libc.Close(pidfd);
            return Task.FromException(e);
        }
        _ = Libc.Close(pidfd);
        return Task.CompletedTask;
    }

    public void Ready(int events)
    {
        _loop.Unregister(_slot);
        End();
    }

    private void Register()
    {
        try
        {
            _slot = _loop.Register(_pidfd, this, Libc.EpollIn);
        }
        catch (NetException e)
        {
            _gone.TrySetException(e);
            End();
        }
    }

    private void End()
    {
        _ = Libc.Close(_pidfd);
        ChildLoop.Leave();
        _gone.TrySetResult();
    }
}
