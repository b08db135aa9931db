using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>A datagram or a request of IP Messenger: its six fields, of which the last may have parts.</summary>
internal sealed record IptuxPacket(string Version, uint Number, string User, string Host, uint Command, string[] Body)
{
    public static IptuxPacket Parse(ReadOnlySpan<byte> bytes)
    {
        string[] fields = Encoding.UTF8.GetString(bytes).Split(':', 6);
        return new IptuxPacket(fields[0], uint.Parse(fields[1], CultureInfo.InvariantCulture), fields[2], fields[3],
            uint.Parse(fields[4], CultureInfo.InvariantCulture), fields[5].TrimEnd('\0').Split('\0'));
    }
}

/// <summary>A peer for iptux that says by plain sockets what a test tells it to say.</summary>
internal sealed class IptuxPeer : IDisposable
{
    private readonly Socket _datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly IPEndPoint _self;
    private readonly IPEndPoint _iptux;
    private uint _number = 1000;

    public IptuxPeer(IPAddress self, IPAddress iptux)
    {
        (_self, _iptux) = (new IPEndPoint(self, Iptux.Port), new IPEndPoint(iptux, Iptux.Port));
        foreach (Socket socket in (Socket[])[_datagrams, _listener])
        {
            socket.ReceiveTimeout = socket.SendTimeout = (int)JudgeProcess.Limit.TotalMilliseconds;
            socket.Bind(_self);
        }
        _listener.Listen();
    }

    /// <summary>Sends a datagram and returns its number.</summary>
    public uint Send(uint command, string body)
    {
        _datagrams.SendTo(Encoding.UTF8.GetBytes($"1:{++_number}:peer:here:{command}:{body}\0"), _iptux);
        return _number;
    }

    /// <summary>Waits for a datagram of a command; others are passed over.</summary>
    public IptuxPacket Receive(byte mode)
    {
        byte[] buffer = new byte[64 * 1024];
        while (true)
        {
            IptuxPacket packet = IptuxPacket.Parse(buffer.AsSpan(0, _datagrams.Receive(buffer)));
            if ((byte)packet.Command == mode)
            {
                return packet;
            }
        }
    }

    /// <summary>Gives a file to iptux when it asks, and returns how it asked.</summary>
    public IptuxPacket Serve(byte[] content)
    {
        Assert.True(_listener.Poll(JudgeProcess.Limit, SelectMode.SelectRead), "Nobody asks for the file.");
        using Socket connection = _listener.Accept();
        byte[] buffer = new byte[1024];
        IptuxPacket request = IptuxPacket.Parse(buffer.AsSpan(0, connection.Receive(buffer)));
        connection.Send(content);
        Assert.Equal(0, connection.Receive(buffer));
        return request;
    }

    /// <summary>Asks iptux for a file or a folder, and returns all that it sends.</summary>
    public byte[] Fetch(uint command, string body)
    {
        using Socket connection = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = _datagrams.ReceiveTimeout };
        connection.Bind(new IPEndPoint(_self.Address, 0));
        connection.Connect(_iptux);
        connection.Send(Encoding.UTF8.GetBytes($"1:{++_number}:peer:here:{command}:{body}\0"));
        using MemoryStream content = new();
        using NetworkStream stream = new(connection);
        stream.CopyTo(content);
        return content.ToArray();
    }

    public void Dispose()
    {
        _datagrams.Dispose();
        _listener.Dispose();
    }
}
