using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net;

/// <summary>
/// Receives and sends on the calling thread for as long as bytes keep flowing: where the next ones come within a moment, waiting
/// for them in the system costs far less than two changes of thread. Where they do not, it says so, and the caller waits
/// asynchronously: a silent peer holds no thread.
/// </summary>
internal sealed unsafe class DirectSocket(Socket socket)
{
    private const int MomentMilliseconds = 2;

    // More threads than processors waiting so would keep the pool's from those who have work.
    private static readonly int MostWaiting = Environment.ProcessorCount;
    private static int _waiting;
    private int _lowMark = 1;

    /// <summary>The direct way over a stream's socket; null on other systems, and over TLS.</summary>
    public static DirectSocket? Over(Stream stream) => OperatingSystem.IsLinux() && stream is NetworkStream network ? new DirectSocket(network.Socket) : null;

    /// <summary>What has come, or comes in a moment: bytes, 0 at the end of input, or -1 for nothing yet and for errors, which an ordinary receive then tells.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="lowMark">
    /// How many bytes to wait for (SO_RCVLOWAT): where much is to come, waking for every packet costs more than the packet. What
    /// is less, and does not become more in a moment, is taken all the same. It stays until <see cref="WakeOnFirstByte"/>.
    /// </param>
    public int Receive(Span<byte> buffer, int lowMark)
    {
        if (!OperatingSystem.IsLinux())
        {
            return -1;
        }
        bool added = false;
        try
        {
            socket.SafeHandle.DangerousAddRef(ref added);
            int fd = (int)socket.SafeHandle.DangerousGetHandle();
            fixed (byte* p = buffer)
            {
                nint n = Libc.Receive(fd, p, (nuint)buffer.Length, Libc.DontWait);
                if (n < 0 && IsEmptyForNow())
                {
                    SetLowMark(fd, lowMark);
                    WaitFor(fd, Libc.PollIn);
                    n = Libc.Receive(fd, p, (nuint)buffer.Length, Libc.DontWait);
                }
                return (int)n;
            }
        }
        catch (ObjectDisposedException)
        {
            return -1;
        }
        finally
        {
            if (added)
            {
                socket.SafeHandle.DangerousRelease();
            }
        }
    }

    /// <summary>Lets all waits of others end with the first byte: call before an asynchronous one, and before the socket goes to somebody else.</summary>
    public void WakeOnFirstByte()
    {
        if (_lowMark == 1 || !OperatingSystem.IsLinux())
        {
            return;
        }
        bool added = false;
        try
        {
            socket.SafeHandle.DangerousAddRef(ref added);
            SetLowMark((int)socket.SafeHandle.DangerousGetHandle(), 1);
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits at a closed socket.
        }
        finally
        {
            if (added)
            {
                socket.SafeHandle.DangerousRelease();
            }
        }
    }

    /// <summary>Sends what the system takes now and in the next moments: how many bytes that were. The rest, and errors, are an ordinary send's.</summary>
    public int Send(ReadOnlySpan<byte> data)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }
        bool added = false;
        try
        {
            socket.SafeHandle.DangerousAddRef(ref added);
            int fd = (int)socket.SafeHandle.DangerousGetHandle(), sent = 0;
            fixed (byte* p = data)
            {
                while (sent < data.Length)
                {
                    nint n = Libc.Send(fd, p + sent, (nuint)(data.Length - sent), Libc.NoSignal | Libc.DontWait);
                    if (n > 0)
                    {
                        sent += (int)n;
                    }
                    else if (n == 0 || !IsEmptyForNow() || !WaitFor(fd, Libc.PollOut))
                    {
                        break;
                    }
                }
            }
            return sent;
        }
        catch (ObjectDisposedException)
        {
            return 0;
        }
        finally
        {
            if (added)
            {
                socket.SafeHandle.DangerousRelease();
            }
        }
    }

    [SupportedOSPlatform("linux")]
    private void SetLowMark(int fd, int bytes)
    {
        const int SoReceiveLowMark = 18;
        if (bytes != _lowMark)
        {
            _lowMark = bytes;
            _ = Libc.SetOption(fd, Libc.SolSocket, SoReceiveLowMark, &bytes, sizeof(int));
        }
    }

    [SupportedOSPlatform("linux")]
    private static bool IsEmptyForNow() => Libc.ToSocketError(Marshal.GetLastPInvokeError()) == SocketError.WouldBlock;

    [SupportedOSPlatform("linux")]
    private static bool WaitFor(int fd, short events)
    {
        try
        {
            return Interlocked.Increment(ref _waiting) <= MostWaiting && Libc.Poll(fd, events, MomentMilliseconds);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
