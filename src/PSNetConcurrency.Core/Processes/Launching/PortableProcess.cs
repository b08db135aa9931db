using System.ComponentModel;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>A process of .NET's, its streams read by tasks.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The end of the process disposes of all.")]
internal sealed class PortableProcess : RunningProcess
{
    private const int BufferSize = 64 * 1024;

    // How long nothing comes from a pipe before it is taken for empty, once the process is gone and somebody else holds the pipe.
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);

    private readonly object _gate = new();
    private readonly Process _process;
    private readonly StartRequest _request;
    private readonly UnixWatcher? _watcher;
    private readonly bool _hasGroup;
    private readonly Stream? _input;
    private readonly SemaphoreSlim _writing = new(1, 1);
    private TaskCompletionSource _room = NewRoom();
    private IProcessEvents? _events;
    private volatile bool _exited;
    private int _reads;
    private int _sent;

    public PortableProcess(Process process, StartRequest request, UnixWatcher? watcher, bool hasGroup)
    {
        _process = process;
        _request = request;
        _watcher = watcher;
        _hasGroup = hasGroup;
        ProcessId = process.Id;
        _input = process.StartInfo.RedirectStandardInput ? process.StandardInput.BaseStream : null;
        if (!request.Options.HasInput)
        {
            _input?.Dispose();
        }
    }

    public override int ProcessId { get; }

    public override void Begin(IProcessEvents events)
    {
        _events = events;
        _ = Task.Run(FollowAsync);
    }

    public override void Resume() => Interlocked.Exchange(ref _room, NewRoom()).TrySetResult();

    public override bool Send(StopSignal signal)
    {
        lock (_gate)
        {
            if (_exited || _process.HasExited)
            {
                return false;
            }
            if (signal == StopSignal.Terminate)
            {
                _sent = SystemSignal.Terminate;
                return OperatingSystem.IsWindows() ? _hasGroup && WindowsJob.SendBreak(ProcessId) : SystemSignal.SendTo(ProcessId, SystemSignal.Terminate) == 0;
            }
            try
            {
                _sent = SystemSignal.Kill;
                _process.Kill();
                return true;
            }
            catch (Exception e) when (e is InvalidOperationException or Win32Exception)
            {
                return false;
            }
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        if (!_request.Options.HasInput)
        {
            throw ClosedInput.Of(ProcessId);
        }
        await _writing.WaitAsync(stop).ConfigureAwait(false);
        // A copy, as a write that nobody reads can't be stopped on every system, and the caller's bytes are free after a stop.
        Task writing = WriteCoreAsync(bytes.ToArray());
        await writing.WaitAsync(stop).ConfigureAwait(false);
    }

    public override void CloseInput() => _ = CloseInputAsync();

    private static TaskCompletionSource NewRoom() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task WriteCoreAsync(byte[] bytes)
    {
        try
        {
            await _input!.WriteAsync(bytes).ConfigureAwait(false);
            await _input.FlushAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw ClosedInput.Of(ProcessId);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task CloseInputAsync()
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            _input?.Dispose();
        }
        catch (IOException)
        {
            // Nobody reads it any more.
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task FollowAsync()
    {
        try
        {
            Task reading = _request.DropsOutput ? Task.CompletedTask : Task.WhenAll(
                Task.Run(() => ReadAsync(_process.StandardOutput.BaseStream, OutputStream.Output)),
                Task.Run(() => ReadAsync(_process.StandardError.BaseStream, OutputStream.Error)));
            await _process.WaitForExitAsync().ConfigureAwait(false);
            DateTimeOffset ended = DateTimeOffset.Now;
            lock (_gate)
            {
                _exited = true;
            }
            Resume();
            for (int seen = -1; !reading.IsCompleted && seen != Volatile.Read(ref _reads);)
            {
                seen = Volatile.Read(ref _reads);
                await Task.WhenAny(reading, Task.Delay(Quiet)).ConfigureAwait(false);
            }
            ExitStatus status = Status(ended);
            lock (_gate)
            {
                // From here on nothing that is still read counts.
                IProcessEvents events = _events!;
                _events = null;
                events.OnExited(status);
            }
            _watcher?.Dispose();
            _input?.Dispose();
            _process.Dispose();
        }
        catch (Exception e)
        {
            // A bug, or a system that tells less than it should; those who wait must not wait for ever.
            EventLoop.Report(e);
            _events?.OnExited(new ExitStatus(null, null, DateTimeOffset.Now, null, null));
        }
    }

    private async Task ReadAsync(Stream stream, OutputStream kind)
    {
        byte[] buffer = new byte[BufferSize];
        try
        {
            while (true)
            {
                for (Task room = _room.Task; !_exited && _events?.MustPause() == true; room = _room.Task)
                {
                    await room.ConfigureAwait(false);
                }
                int read = await stream.ReadAsync(buffer).ConfigureAwait(false);
                if (read == 0)
                {
                    return;
                }
                lock (_gate)
                {
                    _events?.OnOutput(kind, buffer.AsSpan(0, read));
                }
                Interlocked.Increment(ref _reads);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The other end, or this one, is gone: that is the end of it.
        }
    }

    private ExitStatus Status(DateTimeOffset ended)
    {
        int code = _process.ExitCode;
        int sent = _sent;
        bool signalled = !OperatingSystem.IsWindows() && sent != 0 && code == 128 + sent;
        return new ExitStatus(signalled ? null : code, signalled ? SignalNames.Of(sent) : null, ended,
            OperatingSystem.IsWindows() ? WindowsJob.PeakMemory(_process) : null,
            OperatingSystem.IsWindows() ? _process.TotalProcessorTime : null);
    }
}
