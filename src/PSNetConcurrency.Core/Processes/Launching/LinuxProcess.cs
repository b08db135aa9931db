using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>A process on the loop: its pipes, and a descriptor that tells of its end.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class LinuxProcess : RunningProcess, IEpollTarget
{
    private readonly object _gate = new();
    private readonly EpollLoop _loop;
    private readonly LinuxDescriptors _descriptors;
    private readonly bool _ownGroup;
    private readonly long _ourPeak;
    private readonly int _pidfd;
    private IProcessEvents? _events;
    private PipeReader? _output;
    private PipeReader? _error;
    private readonly PipeWriter? _input;
    private int _slot;
    private bool _reaped;

    /// <summary>Takes over a process that has been started, with its pipes.</summary>
    /// <remarks>The loop is <see cref="ChildLoop"/>'s, and is left with the end of the process.</remarks>
    public LinuxProcess(EpollLoop loop, int processId, int pidfd, LinuxDescriptors descriptors, bool ownGroup, long ourPeak)
    {
        _loop = loop;
        ProcessId = processId;
        _pidfd = pidfd;
        _descriptors = descriptors;
        _ownGroup = ownGroup;
        _ourPeak = ourPeak;
        if (descriptors.Input >= 0)
        {
            _input = new PipeWriter(_loop, descriptors.Input, processId);
        }
    }

    public override int ProcessId { get; }

    public override void Begin(IProcessEvents events)
    {
        _events = events;
        _loop.Post(Register);
    }

    public override void Resume() => _loop.Post(() =>
    {
        _output?.Resume();
        _error?.Resume();
    });

    public override bool Send(StopSignal signal)
    {
        int number = signal == StopSignal.Kill ? SystemSignal.Kill : SystemSignal.Terminate;
        lock (_gate)
        {
            // As long as it is not waited for, nobody else gets its number, or that of its group.
            return !_reaped && (_ownGroup ? SystemSignal.SendTo(-ProcessId, number) : ProcessLibc.PidfdSendSignal(_pidfd, number)) == 0;
        }
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop) =>
        _input?.WriteAsync(bytes, stop) ?? ValueTask.FromException(ClosedInput.Of(ProcessId));

    public override void CloseInput() => _input?.End();

    /// <summary>The process has ended.</summary>
    public void Ready(int ready)
    {
        int status;
        ProcessLibc.ResourceUse use = default;
        int pid;
        lock (_gate)
        {
            do
            {
                pid = ProcessLibc.Wait(ProcessId, &status, ProcessLibc.NoHang, &use);
            }
            while (pid < 0 && Marshal.GetLastPInvokeError() == Libc.Interrupted);
            if (pid == 0)
            {
                return;
            }
            _reaped = true;
        }
        _loop.Unregister(_slot);
        Ended(pid < 0 ? new ExitStatus(null, null, DateTimeOffset.Now, null, null) : Read(status, use));
    }

    private void Register()
    {
        // All of them before the first is registered: Ended closes what there is.
        _output = Reader(_descriptors.Output, OutputStream.Output);
        _error = Reader(_descriptors.Error, OutputStream.Error);
        try
        {
            _input?.Register();
            _output?.Register();
            _error?.Register();
            _slot = _loop.Register(_pidfd, this, Libc.EpollIn);
        }
        catch (NetException)
        {
            // The system watches no more descriptors. A child that nobody can follow must not run.
            Send(StopSignal.Kill);
            int status;
            ProcessLibc.ResourceUse use;
            lock (_gate)
            {
                _ = ProcessLibc.Wait(ProcessId, &status, 0, &use);
                _reaped = true;
            }
            Ended(Read(status, use));
        }
    }

    private PipeReader? Reader(int fd, OutputStream stream) => fd < 0 ? null : new PipeReader(_loop, fd, stream, _events!);

    private void Ended(ExitStatus status)
    {
        _ = Libc.Close(_pidfd);
        _input?.Close();
        _output?.Drain();
        _error?.Drain();
        try
        {
            _events!.OnExited(status);
        }
        finally
        {
            ChildLoop.Leave();
        }
    }

    private ExitStatus Read(int status, in ProcessLibc.ResourceUse use)
    {
        int signal = status & 0x7F;
        // A child begins with the peak of the process that started it, and so shows its own only where that is higher.
        long? peak = use.PeakKilobytes > _ourPeak ? use.PeakKilobytes * 1024L : null;
        return new ExitStatus(signal == 0 ? (status >> 8) & 0xFF : null, signal == 0 ? null : SignalNames.Of(signal), DateTimeOffset.Now, peak, use.CpuTime);
    }
}

/// <summary>Our ends of a child's pipes; -1 where it has none.</summary>
internal readonly record struct LinuxDescriptors(int Input, int Output, int Error);
