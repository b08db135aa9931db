using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>A listening socket on the epoll loop.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class EpollAcceptor : IEpollTarget, IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly EpollLoop _loop;
    private readonly Socket _socket;
    private readonly IAcceptor _acceptor;
    private readonly int _fd;
    private readonly int _slot;
    private bool _disposed;
    private bool _retrying;

    public EpollAcceptor(EpollLoop loop, Socket socket, IAcceptor acceptor)
    {
        _loop = loop;
        _socket = socket;
        _acceptor = acceptor;
        _socket.Blocking = false;
        _fd = (int)socket.SafeHandle.DangerousGetHandle();
        _slot = loop.Register(_fd, this, Libc.EpollIn);
    }

    public void Ready(int events)
    {
        byte* address = stackalloc byte[32];
        while (!_disposed)
        {
            int length = 32;
            int fd = Libc.Accept(_fd, address, &length, Libc.NonBlocking | Libc.CloseOnExec);
            if (fd >= 0)
            {
                try
                {
                    Take(fd, EpollLoop.ReadAddress(new ReadOnlySpan<byte>(address, length)));
                }
                catch (Exception e)
                {
                    // Whatever is wrong with it, those behind it in the backlog are still to be taken.
                    EventLoop.Report(e);
                }
                continue;
            }
            int errno = Marshal.GetLastPInvokeError();
            if (IsOfOneConnection(errno))
            {
                // It was reset while waiting, say: the next may be fine.
                continue;
            }
            if (Libc.ToSocketError(errno) != SocketError.WouldBlock)
            {
                // Those waiting stay in the backlog and are taken when the system can; the edge is spent, so look again soon.
                Retry();
                _acceptor.OnAcceptFailed(Libc.ToSocketError(errno));
            }
            return;
        }
    }

    /// <summary>Whether accept told of the connection that it took out of the backlog; all else lasts, and asking again at once would spin.</summary>
    internal static bool IsOfOneConnection(int errno) => errno
        is Libc.Interrupted
        or 64 // ENONET
        or 71 // EPROTO
        or 92 // ENOPROTOOPT
        or 95 // EOPNOTSUPP
        or 100 // ENETDOWN
        or 101 // ENETUNREACH
        or 103 // ECONNABORTED
        or 104 // ECONNRESET
        or 110 // ETIMEDOUT
        or 112 // EHOSTDOWN
        or 113; // EHOSTUNREACH

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _loop.Unregister(_slot);
            _socket.Dispose();
        }
    }

    // One retry at a time, however many edges come meanwhile.
    private void Retry()
    {
        if (_retrying)
        {
            return;
        }
        _retrying = true;
        _loop.Schedule(RetryDelay, static s =>
        {
            EpollAcceptor acceptor = (EpollAcceptor)s!;
            acceptor._retrying = false;
            acceptor.Ready(0);
        }, this);
    }

    private void Take(int fd, IPEndPoint remote)
    {
        IChannelHandler? handler;
        try
        {
            handler = _acceptor.OnAccept(remote);
        }
        catch
        {
            EpollChannel.Reset(fd);
            throw;
        }
        if (handler is null)
        {
            EpollChannel.Reset(fd);
            return;
        }
        EpollChannel channel;
        try
        {
            channel = new EpollChannel(_loop, handler, fd, remote);
        }
        catch (NetException)
        {
            // The system watches as many descriptors as it will; this one is closed, those inside go on.
            _acceptor.OnAcceptFailed(SocketError.NoBufferSpaceAvailable);
            return;
        }
        channel.Accepted(_acceptor);
    }
}
