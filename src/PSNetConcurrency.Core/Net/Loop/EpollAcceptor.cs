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
                Take(fd, EpollLoop.ReadAddress(new ReadOnlySpan<byte>(address, length)));
                continue;
            }
            int errno = Marshal.GetLastPInvokeError();
            switch (Libc.ToSocketError(errno))
            {
                case SocketError.WouldBlock:
                    return;
                case SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable:
                    // Those waiting stay in the backlog and are taken when a descriptor is free; the edge is spent, so look again soon.
                    _acceptor.OnAcceptFailed(Libc.ToSocketError(errno));
                    _loop.Schedule(RetryDelay, static s => ((EpollAcceptor)s!).Ready(0), this);
                    return;
                default:
                    // An error of that one connection (it was reset while waiting, say): the next may be fine.
                    continue;
            }
        }
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _loop.Unregister(_slot);
            _socket.Dispose();
        }
    }

    private void Take(int fd, IPEndPoint remote)
    {
        if (_acceptor.OnAccept(remote) is not { } handler)
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
        _acceptor.OnAccepted(channel);
        channel.Established();
    }
}
