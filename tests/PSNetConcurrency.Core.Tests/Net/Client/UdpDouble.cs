using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.TestDoubles;

/// <summary>A datagram that the double got.</summary>
/// <param name="Index">How many had come before it.</param>
/// <param name="Data">The bytes.</param>
/// <param name="From">Who sent it.</param>
internal sealed record UdpRequest(int Index, byte[] Data, IPEndPoint From);

/// <summary>A UDP server made of a bare socket that does what its script says, which may be wrong: late, twice, in another order, not at all.</summary>
internal sealed class UdpDouble : IDisposable
{
    private readonly Socket _socket;
    private readonly Socket _foreign;
    private readonly Action<UdpDouble, UdpRequest> _script;
    private readonly Thread _thread;
    private readonly ConcurrentQueue<UdpRequest> _requests = new();
    private int _sent;
    private volatile bool _disposed;

    public UdpDouble(Action<UdpDouble, UdpRequest> script, IPAddress? address = null, int port = 0)
    {
        _script = script;
        IPAddress local = address ?? IPAddress.Loopback;
        _socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        _foreign = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _socket.Bind(new IPEndPoint(local, port));
        _foreign.Bind(new IPEndPoint(local, 0));
        EndPoint = (IPEndPoint)_socket.LocalEndPoint!;
        _thread = new Thread(Run) { IsBackground = true, Name = "UDP double" };
        _thread.Start();
    }

    public IPEndPoint EndPoint { get; }

    public int Port => EndPoint.Port;

    /// <summary>What came, in order.</summary>
    public UdpRequest[] Requests => [.. _requests];

    /// <summary>How many datagrams it has sent. On loopback a sent one is at its receiver.</summary>
    public int Sent => Volatile.Read(ref _sent);

    public static UdpDouble Echo() => new((d, r) => d.Send(r.Data, r));

    public static UdpDouble Silent() => new((_, _) => { });

    /// <summary>Each reply comes so many times.</summary>
    public static UdpDouble Duplicating(int times = 2) => new((d, r) =>
    {
        for (int i = 0; i < times; i++)
        {
            d.Send(r.Data, r);
        }
    });

    /// <summary>The reply to a datagram is held until the next has come, and is then sent first.</summary>
    public static UdpDouble Late()
    {
        UdpRequest? held = null;
        return new UdpDouble((d, r) =>
        {
            if (held is { } late)
            {
                d.Send(late.Data, late);
                d.Send(r.Data, r);
            }
            held = r;
        });
    }

    /// <summary>Only datagrams with these indices are answered.</summary>
    public static UdpDouble Answering(Func<int, bool> which) => new((d, r) =>
    {
        if (which(r.Index))
        {
            d.Send(r.Data, r);
        }
    });

    /// <summary>Of each so many datagrams the first is answered last.</summary>
    public static UdpDouble Reordering(int block)
    {
        List<UdpRequest> held = [];
        return new UdpDouble((d, r) =>
        {
            held.Add(r);
            if (held.Count == block)
            {
                foreach (UdpRequest request in held.Skip(1).Append(held[0]))
                {
                    d.Send(request.Data, request);
                }
                held.Clear();
            }
        });
    }

    /// <summary>Another sends first, from a port of its own.</summary>
    public static UdpDouble Foreign(byte[] lie) => new((d, r) =>
    {
        d.SendForeign(lie, r.From);
        d.Send(r.Data, r);
    });

    public void Send(byte[] data, UdpRequest to) => Send(data, to.From);

    public void Send(byte[] data, IPEndPoint to)
    {
        _socket.SendTo(data, to);
        Interlocked.Increment(ref _sent);
    }

    public void SendForeign(byte[] data, IPEndPoint to) => _foreign.SendTo(data, to);

    public void Dispose()
    {
        _disposed = true;
        // A datagram of its own wakes it, on every system.
        _foreign.SendTo([0], EndPoint);
        _thread.Join();
        _socket.Dispose();
        _foreign.Dispose();
    }

    private void Run()
    {
        byte[] buffer = new byte[65535];
        for (int i = 0; ; i++)
        {
            EndPoint from = new IPEndPoint(EndPoint.Address, 0);
            int length;
            try
            {
                length = _socket.ReceiveFrom(buffer, ref from);
            }
            catch (SocketException)
            {
                // Windows: an answer found nobody.
                i--;
                continue;
            }
            if (_disposed)
            {
                return;
            }
            UdpRequest request = new(i, buffer[..length], (IPEndPoint)from);
            _requests.Enqueue(request);
            _script(this, request);
        }
    }
}
