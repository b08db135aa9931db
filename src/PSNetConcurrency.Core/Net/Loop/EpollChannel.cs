using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>A connection on the epoll loop: a bare descriptor, owned by the loop's thread.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class EpollChannel : SocketChannel, IEpollTarget
{
    private const int SoError = 4, SoOutOfBandInline = 10, SoLinger = 13, IpProtoTcp = 6, TcpNoDelay = 1, ShutdownWrite = 1;
    private const int Interest = Libc.EpollIn | Libc.EpollPri | Libc.EpollOut | Libc.EpollRdHup;

    private readonly EpollLoop _loop;
    private readonly int _fd;
    private readonly int _slot;
    private bool _connectRefusedAtOnce;

    public EpollChannel(EpollLoop loop, IChannelHandler handler, int fd, IPEndPoint remote)
        : base(loop, handler)
    {
        _loop = loop;
        _fd = fd;
        RemoteEndPoint = remote;
        int one = 1;
        _ = Libc.SetOption(fd, IpProtoTcp, TcpNoDelay, &one, sizeof(int));
        // An urgent byte is a byte like the others; left out of line, it would be missing from the stream.
        _ = Libc.SetOption(fd, Libc.SolSocket, SoOutOfBandInline, &one, sizeof(int));
        try
        {
            _slot = loop.Register(fd, this, Interest);
        }
        catch
        {
            _ = Libc.Close(fd);
            throw;
        }
        loop.Attached(this);
    }

    public override IPEndPoint RemoteEndPoint { get; }

    public override IPEndPoint? LocalEndPoint
    {
        get
        {
            byte* address = stackalloc byte[32];
            int length = 32;
            return !IsClosed && Libc.GetSocketName(_fd, address, &length) == 0 ? EpollLoop.ReadAddress(new ReadOnlySpan<byte>(address, length)) : null;
        }
    }

    public override int? UnacknowledgedBytes => IsClosed ? null : Libc.UnacknowledgedBytes(_fd);

    public static EpollChannel Connect(EpollLoop loop, IPEndPoint remote, IChannelHandler handler)
    {
        SocketAddress address = remote.Serialize();
        int family = MemoryMarshal.Read<ushort>(address.Buffer.Span);
        int fd = EpollLoop.Check(Libc.Socket(family, 1 | Libc.NonBlocking | Libc.CloseOnExec, 0), "socket");
        int errno = 0;
        fixed (byte* p = address.Buffer.Span)
        {
            if (Libc.Connect(fd, p, address.Size) < 0)
            {
                errno = Marshal.GetLastPInvokeError();
            }
        }
        EpollChannel channel = new(loop, handler, fd, remote);
        if (errno is not (0 or Libc.InProgress))
        {
            channel._connectRefusedAtOnce = true;
            loop.Post(() => channel.Fail(channel.Failure(Libc.ToSocketError(errno))));
        }
        return channel;
    }

    /// <summary>Closes a descriptor with a reset: no TIME_WAIT and no half-open peer.</summary>
    public static void Reset(int fd)
    {
        (int OnOff, int Seconds) linger = (1, 0);
        _ = Libc.SetOption(fd, Libc.SolSocket, SoLinger, &linger, 8);
        _ = Libc.Close(fd);
    }

    [MethodImpl(HotPath.Options)]
    public void Ready(int events)
    {
        if (!IsEstablished && (_connectRefusedAtOnce || !FinishConnect()))
        {
            return;
        }
        if ((events & (Libc.EpollOut | Libc.EpollErr | Libc.EpollHup)) != 0)
        {
            Writable();
        }
        if ((events & Libc.EpollErr) != 0 && InputEnded && !IsClosed && TakeError() is var error and not SocketError.Success)
        {
            // Nothing more is read after the end of input, so a reset that follows it is found here or never.
            Fail(Failure(error));
            return;
        }
        if ((events & (Libc.EpollIn | Libc.EpollPri | Libc.EpollRdHup | Libc.EpollErr | Libc.EpollHup)) != 0 && !IsClosed)
        {
            // Behind a hang-up, and behind the mark of an urgent byte, where the system ends a receive, a short read proves nothing.
            Readable(
                untilEmpty: (events & (Libc.EpollPri | Libc.EpollRdHup | Libc.EpollErr | Libc.EpollHup)) != 0,
                broken: (events & (Libc.EpollErr | Libc.EpollHup)) != 0);
        }
    }

    [MethodImpl(HotPath.Options)]
    protected override int Receive(Span<byte> buffer, out SocketError error)
    {
        nint n;
        fixed (byte* p = buffer)
        {
            do
            {
                n = Libc.Receive(_fd, p, (nuint)buffer.Length, 0);
            }
            while (n < 0 && Marshal.GetLastPInvokeError() == Libc.Interrupted);
        }
        error = n < 0 ? Libc.ToSocketError(Marshal.GetLastPInvokeError()) : SocketError.Success;
        return (int)n;
    }

    [MethodImpl(HotPath.Options)]
    protected override int Transmit(ReadOnlySpan<byte> data, out SocketError error)
    {
        nint n;
        fixed (byte* p = data)
        {
            do
            {
                n = Libc.Send(_fd, p, (nuint)data.Length, Libc.NoSignal);
            }
            while (n < 0 && Marshal.GetLastPInvokeError() == Libc.Interrupted);
        }
        error = n < 0 ? Libc.ToSocketError(Marshal.GetLastPInvokeError()) : SocketError.Success;
        return (int)n;
    }

    // Edge-triggered and registered once: nothing to ask for again.
    protected override void ArmRead()
    {
    }

    protected override void ArmWrite()
    {
    }

    protected override void ShutdownSendCore() => _ = Libc.Shutdown(_fd, ShutdownWrite);

    protected override void CloseCore(bool reset)
    {
        _loop.Unregister(_slot);
        if (reset)
        {
            Reset(_fd);
        }
        else
        {
            _ = Libc.Close(_fd);
        }
    }

    protected override Socket DetachCore()
    {
        _loop.Forget(_fd, _slot);
        return new Socket(new SafeSocketHandle(_fd, ownsHandle: true));
    }

    protected override SocketError TakeError()
    {
        int error = 0, length = sizeof(int);
        _ = Libc.GetOption(_fd, Libc.SolSocket, SoError, &error, &length);
        return error == 0 ? SocketError.Success : Libc.ToSocketError(error);
    }

    private bool FinishConnect()
    {
        if (TakeError() is var error and not SocketError.Success)
        {
            Fail(Failure(error));
            return false;
        }
        Established();
        return !IsClosed;
    }
}
