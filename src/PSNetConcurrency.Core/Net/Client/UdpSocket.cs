using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Net.Client;

/// <summary>
/// A UDP socket of one thread that waits in the system: a reply costs a send and a receive, and no change of threads. Another
/// thread ends the wait at once with <see cref="Abort"/>.
/// </summary>
internal sealed unsafe class UdpSocket : IDisposable
{
    /// <summary>No datagram is longer, so that what is received with such a buffer is never cut, and its true length is known on every system.</summary>
    public const int BufferSize = 65535;

    /// <summary>What IPv4 and IPv6 carry in one datagram.</summary>
    private const int LargestOver4 = 65507, LargestOver6 = 65527;

    /// <summary>A wait is so long first, and then so long: then whoever receives may do what has waited for a quiet moment.</summary>
    private const int FirstWait = 10, NextWait = 500;

    private const int SystemBuffer = 4 * 1024 * 1024;

    private readonly Socket _socket;
    private readonly object _gate = new();
    private int _fd = -1;
    private int _wait;
    private volatile bool _aborted;
    private bool _disposed;

    private UdpSocket(Socket socket) => _socket = socket;

    public IPEndPoint LocalEndPoint => (IPEndPoint)_socket.LocalEndPoint!;

    public bool IsOpen => !_disposed && !_aborted;

    /// <summary>A socket for one peer: the system drops what others send to it, and tells when the peer's port is closed.</summary>
    /// <exception cref="NetException">It can't be bound, or there is no way to the peer.</exception>
    public static UdpSocket Connect(IPEndPoint remote, UdpOptions options) => Make(remote.AddressFamily, options, socket =>
    {
        BindForSending(socket, options);
        try
        {
            socket.Connect(remote);
        }
        catch (SocketException e)
        {
            throw Describe(e.SocketErrorCode, remote.ToString());
        }
    });

    /// <summary>A socket that sends to anyone, and takes what anyone answers.</summary>
    public static UdpSocket Open(AddressFamily family, UdpOptions options) => Make(family, options, socket =>
    {
        if (!BindForSending(socket, options))
        {
            // So that it has a port, and what comes in answer is received from now on.
            socket.Bind(new IPEndPoint(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0));
        }
    });

    /// <summary>A socket that receives at an address and port, or from a group.</summary>
    public static UdpSocket Listen(IPAddress address, UdpOptions options)
    {
        IPAddress? group = options.MulticastGroup;
        // Bound to the group itself nothing else reaches the socket. Windows does not allow that.
        IPAddress local = group is null ? address : OperatingSystem.IsWindows() ? (group.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any) : group;
        return Make(local.AddressFamily, options, socket =>
        {
            if (group is not null || options.Broadcast)
            {
                // Several programs may listen to one group, and each gets all.
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            }
            else if (OperatingSystem.IsWindows())
            {
                socket.ExclusiveAddressUse = true;
            }
            if (local.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }
            Bind(socket, local, options.LocalPort);
            if (group is not null)
            {
                Join(socket, group, options);
            }
        });
    }

    /// <summary>Waits for a datagram until a moment of <see cref="Stopwatch.GetTimestamp"/>.</summary>
    /// <param name="buffer">Of <see cref="BufferSize"/>.</param>
    /// <param name="deadline">The moment; <see cref="long.MaxValue"/> for none.</param>
    /// <param name="idle">Called when nothing comes at once; returns whether to be called again in half a second.</param>
    /// <param name="length">The datagram's length.</param>
    /// <param name="from">Where to put the sender; null on a socket for one peer.</param>
    /// <returns><see cref="SocketError.Success"/>, <see cref="SocketError.TimedOut"/>, <see cref="SocketError.OperationAborted"/> or another failure.</returns>
    [MethodImpl(HotPath.Options)]
    public SocketError Receive(Span<byte> buffer, long deadline, Func<bool>? idle, out int length, SocketAddress? from = null)
    {
        length = 0;
        int slice = FirstWait;
        while (!_aborted)
        {
            if (!SetWait(deadline, slice))
            {
                return SocketError.TimedOut;
            }
            SocketError error = ReceiveOnce(buffer, from, out length);
            if (_aborted)
            {
                break;
            }
            if (error is SocketError.TimedOut or SocketError.WouldBlock)
            {
                if (slice != int.MaxValue)
                {
                    slice = idle is not null && idle() ? NextWait : int.MaxValue;
                }
            }
            else if (error != SocketError.Interrupted)
            {
                return error;
            }
        }
        return SocketError.OperationAborted;
    }

    /// <summary>Takes a datagram that is there, on a socket for one peer; <see cref="SocketError.WouldBlock"/> when none is.</summary>
    [MethodImpl(HotPath.Options)]
    public SocketError TryReceive(Span<byte> buffer, out int length)
    {
        if (OperatingSystem.IsLinux())
        {
            return ReceiveDirect(buffer, Libc.DontWait, out length);
        }
        length = 0;
        try
        {
            return _socket.Poll(0, SelectMode.SelectRead) ? ReceiveOnce(buffer, null, out length) : SocketError.WouldBlock;
        }
        catch (ObjectDisposedException)
        {
            return SocketError.OperationAborted;
        }
    }

    /// <summary>Sends to the one peer. <see cref="SocketError.ConnectionRefused"/> tells of an earlier datagram: this one was not sent.</summary>
    [MethodImpl(HotPath.Options)]
    public SocketError Send(ReadOnlySpan<byte> data)
    {
        SocketError error;
        if (!OperatingSystem.IsLinux())
        {
            try
            {
                _socket.Send(data, SocketFlags.None, out error);
                return Normal(error);
            }
            catch (ObjectDisposedException)
            {
                return SocketError.OperationAborted;
            }
        }
        fixed (byte* p = data)
        {
            do
            {
                error = Libc.Send(_fd, p, (nuint)data.Length, Libc.NoSignal) >= 0 ? SocketError.Success : LastError();
            }
            while (error == SocketError.Interrupted);
        }
        return error;
    }

    /// <summary>Sends to anyone. Any thread may, and the one that receives at the same time is not disturbed.</summary>
    public SocketError SendTo(ReadOnlySpan<byte> data, IPEndPoint remote)
    {
        IPEndPoint there = _socket.AddressFamily == AddressFamily.InterNetworkV6 && remote.AddressFamily == AddressFamily.InterNetwork
            ? new IPEndPoint(remote.Address.MapToIPv6(), remote.Port) : remote;
        try
        {
            _socket.SendTo(data, SocketFlags.None, there);
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return Normal(e.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            return SocketError.OperationAborted;
        }
    }

    /// <summary>Ends the wait of the thread that receives, now and from now on. May be called by any thread, at any time.</summary>
    public void Abort()
    {
        lock (_gate)
        {
            if (_disposed || _aborted)
            {
                return;
            }
            _aborted = true;
            if (OperatingSystem.IsLinux())
            {
                // It wakes the receiver; the descriptor stays its own until it lets go.
                const int ReceivingSide = 0;
                _ = Libc.Shutdown(_fd, ReceivingSide);
            }
            else
            {
                _socket.Dispose();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }
            _disposed = true;
            if (_fd >= 0)
            {
                _socket.SafeHandle.DangerousRelease();
            }
            _socket.Dispose();
        }
    }

    /// <summary>Refuses what no datagram carries, with the reason.</summary>
    /// <exception cref="NetException"><see cref="NetError.DatagramTooLarge"/>.</exception>
    public static void CheckLength(int length, AddressFamily family, string peer)
    {
        if (length > (family == AddressFamily.InterNetworkV6 ? LargestOver6 : LargestOver4))
        {
            throw TooLarge(length, peer);
        }
    }

    public static NetException TooLarge(int length, string peer) => new(NetError.DatagramTooLarge,
        $"The message of {length} bytes does not go into one datagram to {peer}: UDP carries at most {LargestOver4} bytes over IPv4 and {LargestOver6} over IPv6, and some systems allow less. Send smaller messages, or use TCP.", peer);

    /// <summary>A failure of a socket in words.</summary>
    public static NetException Describe(SocketError error, string peer, int length = 0) => error switch
    {
        SocketError.MessageSize => TooLarge(length, peer),
        SocketError.ConnectionRefused => new NetException(NetError.ConnectionRefused, $"{peer} refused the datagram: nothing listens on that UDP port. Check the port, and that the server is started.", peer),
        SocketError.AccessDenied => new NetException(NetError.AccessDenied, $"The system does not allow the datagram to {peer}. To a broadcast address it takes -Broadcast; otherwise a firewall of this machine forbids it.", peer),
        _ => NetException.FromSocket(new SocketException((int)error), peer),
    };

    /// <summary>Nothing to do with the peer's port: no way leads to the address.</summary>
    public static bool IsUnreachable(SocketError error) => error is SocketError.HostUnreachable or SocketError.NetworkUnreachable
        or SocketError.HostDown or SocketError.NetworkDown or SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported;

    private static UdpSocket Make(AddressFamily family, UdpOptions options, Action<Socket> prepare)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
            // Bursts wait here.
            UdpBinding.Enlarge(size => socket.ReceiveBufferSize = size, SystemBuffer);
            Apply(socket, options);
            prepare(socket);
            UdpSocket made = new(socket);
            if (OperatingSystem.IsLinux())
            {
                bool added = false;
                socket.SafeHandle.DangerousAddRef(ref added);
                made._fd = (int)socket.SafeHandle.DangerousGetHandle();
            }
            return made;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new NetException(NetError.SocketFailure, $"The UDP socket can't be set up: {e.Message}.", null, e);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    private static void Apply(Socket socket, UdpOptions options)
    {
        bool v6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
        SocketOptionLevel level = v6 ? SocketOptionLevel.IPv6 : SocketOptionLevel.IP;
        if (options.Broadcast && !v6)
        {
            socket.EnableBroadcast = true;
        }
        if (options.Ttl is { } ttl)
        {
            socket.SetSocketOption(level, options.MulticastGroup is not null ? SocketOptionName.MulticastTimeToLive : v6 ? SocketOptionName.HopLimit : SocketOptionName.IpTimeToLive, ttl);
        }
        if (options.NoLoopback)
        {
            socket.MulticastLoopback = false;
        }
        if (options.InterfaceIndex(socket.AddressFamily) is { } index)
        {
            // IPv4 tells an index from an address by its byte order.
            socket.SetSocketOption(level, SocketOptionName.MulticastInterface, v6 ? index : IPAddress.HostToNetworkOrder(index));
        }
    }

    private static bool BindForSending(Socket socket, UdpOptions options)
    {
        if (options.LocalAddress is null && options.LocalPort == 0)
        {
            return false;
        }
        Bind(socket, options.LocalAddress ?? (socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any), options.LocalPort);
        return true;
    }

    private static void Bind(Socket socket, IPAddress address, int port)
    {
        if (address.AddressFamily != socket.AddressFamily)
        {
            throw new NetException(NetError.InvalidArgument, $"The local address {address} and the peer's address are not of one family, IPv4 or IPv6.", address);
        }
        try
        {
            socket.Bind(new IPEndPoint(address, port));
        }
        catch (SocketException e)
        {
            throw TcpBinding.Describe(e, address, port, ProtocolType.Udp);
        }
    }

    // Without an interface named, on each: which of them leads to the senders is not known here.
    private static void Join(Socket socket, IPAddress group, UdpOptions options)
    {
        bool v6 = group.AddressFamily == AddressFamily.InterNetworkV6;
        IEnumerable<int> interfaces = options.InterfaceIndex(group.AddressFamily) is { } one ? [one]
            : v6 && group.ScopeId != 0 ? [(int)group.ScopeId]
            : NetworkInterfaces.Up().Select(i => NetworkInterfaces.IndexOf(i, group.AddressFamily)).OfType<int>();
        if (!MulticastMembership.TryJoin(socket, group, interfaces, out SocketException? last))
        {
            throw new NetException(NetError.InvalidArgument, $"The group {group} can't be joined: {last?.Message ?? "no interface is up"}. Groups are 224.0.0.0 to 239.255.255.255, or begin with ff; -Interface chooses where.", group, last);
        }
    }

    // Set only when it changes: waits of a busy exchange are all alike.
    [MethodImpl(HotPath.Options)]
    private bool SetWait(long deadline, int slice)
    {
        int wait = slice;
        if (deadline != long.MaxValue)
        {
            long left = deadline - Stopwatch.GetTimestamp();
            if (left <= 0)
            {
                return false;
            }
            wait = (int)Math.Min(slice, (left / (Stopwatch.Frequency / 1000)) + 1);
        }
        if (wait != _wait)
        {
            _wait = wait;
            try
            {
                _socket.ReceiveTimeout = wait;
            }
            catch (ObjectDisposedException)
            {
                // Aborted in this moment: the receive tells.
            }
        }
        return true;
    }

    [MethodImpl(HotPath.Options)]
    private SocketError ReceiveOnce(Span<byte> buffer, SocketAddress? from, out int length)
    {
        length = 0;
        try
        {
            if (from is not null)
            {
                length = _socket.ReceiveFrom(buffer, SocketFlags.None, from);
                return SocketError.Success;
            }
            if (OperatingSystem.IsLinux())
            {
                return ReceiveDirect(buffer, 0, out length);
            }
            length = _socket.Receive(buffer, SocketFlags.None, out SocketError error);
            return Normal(error);
        }
        catch (SocketException e)
        {
            return Normal(e.SocketErrorCode);
        }
        catch (ObjectDisposedException)
        {
            return SocketError.OperationAborted;
        }
    }

    [SupportedOSPlatform("linux")]
    [MethodImpl(HotPath.Options)]
    private SocketError ReceiveDirect(Span<byte> buffer, int flags, out int length)
    {
        fixed (byte* p = buffer)
        {
            length = (int)Libc.Receive(_fd, p, (nuint)buffer.Length, flags);
        }
        if (length >= 0)
        {
            return SocketError.Success;
        }
        length = 0;
        return LastError();
    }

    [SupportedOSPlatform("linux")]
    private static SocketError LastError()
    {
        int errno = Marshal.GetLastPInvokeError();
        return errno == Libc.Interrupted ? SocketError.Interrupted : Libc.ToSocketError(errno);
    }

    // Windows tells of a closed port as if a connection had been reset.
    private static SocketError Normal(SocketError error) => error == SocketError.ConnectionReset ? SocketError.ConnectionRefused : error;
}
