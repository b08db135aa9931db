using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>Our end of the pipe that is a child's standard input.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PipeWriter(EpollLoop loop, int fd, int processId) : IEpollTarget
{
    private readonly Queue<Request> _requests = new();
    private int _fd = fd;
    private int _slot = -1;
    private bool _ended;
    private volatile bool _closed;

    /// <summary>On the loop, as all but <see cref="WriteAsync"/> and <see cref="End"/>.</summary>
    public void Register() => _slot = loop.Register(_fd, this, Libc.EpollOut);

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        if (_closed)
        {
            // Its loop may be over by now, and would never answer.
            throw ClosedInput.Of(processId);
        }
        Request request = new(bytes);
        loop.Post(() => Enqueue(request));
        if (_closed)
        {
            // Closed meanwhile: either that has answered, or nobody touches the bytes any more.
            request.Done.TrySetException(ClosedInput.Of(processId));
        }
        // The bytes are the caller's: a request that is stopped is over only when the loop has let go of them.
        using (stop.UnsafeRegister(static (s, token) =>
        {
            (PipeWriter writer, Request request) = ((PipeWriter, Request))s!;
            writer.Abandon(request, token);
        }, (this, request)))
        {
            await request.Done.Task.ConfigureAwait(false);
        }
    }

    /// <summary>No more will be written: the child reads the end of its input after what is under way.</summary>
    public void End() => loop.Post(() =>
    {
        _ended = true;
        Flush();
    });

    public void Ready(int ready) => Flush();

    /// <summary>The child is gone.</summary>
    public void Close()
    {
        if (_fd >= 0)
        {
            if (_slot >= 0)
            {
                loop.Unregister(_slot);
            }
            _ = Libc.Close(_fd);
            _fd = -1;
        }
        _closed = true;
        while (_requests.TryDequeue(out Request? request))
        {
            request.Done.TrySetException(ClosedInput.Of(processId));
        }
    }

    private void Enqueue(Request request)
    {
        if (_ended || _fd < 0)
        {
            request.Done.TrySetException(ClosedInput.Of(processId));
            return;
        }
        _requests.Enqueue(request);
        if (_requests.Count == 1)
        {
            Flush();
        }
    }

    private void Abandon(Request request, CancellationToken token) => loop.Post(() =>
    {
        request.Rest = default;
        request.Done.TrySetCanceled(token);
        Flush();
    });

    private unsafe void Flush()
    {
        while (_fd >= 0 && _requests.TryPeek(out Request? request))
        {
            while (!request.Rest.IsEmpty)
            {
                using MemoryHandle pin = request.Rest.Pin();
                nint n = Libc.Write(_fd, pin.Pointer, (nuint)request.Rest.Length);
                if (n >= 0)
                {
                    request.Rest = request.Rest[(int)n..];
                    continue;
                }
                int errno = Marshal.GetLastPInvokeError();
                if (errno == ProcessLibc.Again)
                {
                    return;
                }
                if (errno != Libc.Interrupted)
                {
                    // EPIPE: nobody is left to read it.
                    Close();
                    return;
                }
            }
            _requests.Dequeue();
            request.Done.TrySetResult();
        }
        if (_ended && _fd >= 0)
        {
            Close();
        }
    }

    private sealed class Request(ReadOnlyMemory<byte> bytes)
    {
        public ReadOnlyMemory<byte> Rest { get; set; } = bytes;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
