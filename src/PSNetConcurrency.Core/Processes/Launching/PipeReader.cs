using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>Our end of a pipe that a child writes to; everything here is called on the loop.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class PipeReader(EpollLoop loop, int fd, OutputStream stream, IProcessEvents events) : IEpollTarget
{
    // After so much the loop's others have their turn.
    private const int TurnBytes = 1024 * 1024;
    private const nuint BytesWaiting = 0x541B;

    private int _fd = fd;
    private int _slot = -1;
    private bool _turnPosted;

    public void Register() => _slot = loop.Register(_fd, this, Libc.EpollIn);

    public void Ready(int ready) => Read(hungUp: (ready & (Libc.EpollHup | Libc.EpollErr)) != 0);

    /// <summary>Reads on after a pause.</summary>
    public void Resume() => Read(hungUp: true);

    /// <summary>The child is gone: reads what is in the pipe now and closes it, though somebody else may hold its other end.</summary>
    public void Drain()
    {
        int waiting;
        if (_fd >= 0 && Libc.Control(_fd, BytesWaiting, &waiting) == 0)
        {
            while (waiting > 0 && _fd >= 0)
            {
                int n = ReadOnce(loop.ReceiveBuffer[..Math.Min(waiting, loop.ReceiveBuffer.Length)]);
                if (n <= 0)
                {
                    break;
                }
                waiting -= n;
            }
        }
        Close();
    }

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
    }

    // Until the pipe is empty. A read that does not fill the buffer has emptied it; but once the other end is closed no event tells of the end of input, so that has to be read.
    private void Read(bool hungUp)
    {
        for (int budget = TurnBytes; _fd >= 0 && !events.MustPause();)
        {
            if (budget <= 0)
            {
                if (!_turnPosted)
                {
                    _turnPosted = true;
                    loop.Post(() =>
                    {
                        _turnPosted = false;
                        Read(hungUp: true);
                    });
                }
                return;
            }
            int n = ReadOnce(loop.ReceiveBuffer);
            if (n == 0)
            {
                Close();
            }
            if (n < 0 || (n < loop.ReceiveBuffer.Length && !hungUp))
            {
                return;
            }
            budget -= n;
        }
    }

    // -1: nothing there now.
    private int ReadOnce(Span<byte> buffer)
    {
        nint n;
        int errno = 0;
        fixed (byte* p = buffer)
        {
            do
            {
                n = Libc.Read(_fd, p, (nuint)buffer.Length);
                errno = n < 0 ? Marshal.GetLastPInvokeError() : 0;
            }
            while (errno == Libc.Interrupted);
        }
        if (n > 0)
        {
            events.OnOutput(stream, buffer[..(int)n]);
        }
        return errno is not (0 or ProcessLibc.Again) ? 0 : (int)n;
    }
}
