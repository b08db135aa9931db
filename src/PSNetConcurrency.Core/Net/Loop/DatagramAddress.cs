using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>
/// Where a datagram came from, as the system writes it (sockaddr): what is answered need not become an object. Valid during
/// the call it is given to; <see cref="ToEndPoint"/> keeps it.
/// </summary>
public readonly ref struct DatagramAddress(ReadOnlySpan<byte> bytes)
{
    /// <summary>The longest address: sockaddr_in6.</summary>
    public const int MaximumLength = 28;

    /// <summary>The bytes of the sockaddr.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>The port.</summary>
    public int Port => BinaryPrimitives.ReadUInt16BigEndian(Bytes[2..]);

    /// <summary>The address as an object; one of IPv4 seen by a dual-mode socket is an IPv4 address.</summary>
    public IPEndPoint ToEndPoint()
    {
        if (IsIPv4)
        {
            return new IPEndPoint(new IPAddress(Bytes.Slice(4, 4)), Port);
        }
        IPAddress ip = new(Bytes.Slice(8, 16), MemoryMarshal.Read<uint>(Bytes[24..]));
        return new IPEndPoint(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip, Port);
    }

    /// <summary>The address as a number: 32 bits of IPv4, also as a dual-mode socket sees it, or 128 of IPv6.</summary>
    public UInt128 Value(out bool isIPv4)
    {
        if (IsIPv4)
        {
            isIPv4 = true;
            return BinaryPrimitives.ReadUInt32BigEndian(Bytes[4..]);
        }
        UInt128 value = BinaryPrimitives.ReadUInt128BigEndian(Bytes[8..]);
        isIPv4 = value >> 32 == 0xFFFF;
        return isIPv4 ? (uint)value : value;
    }

    /// <summary>Whether it is this machine's own, 127.0.0.0/8 or ::1.</summary>
    public bool IsLoopback
    {
        get
        {
            UInt128 value = Value(out bool isIPv4);
            return isIPv4 ? value >> 24 == 127 : value == 1;
        }
    }

    /// <summary>Whether both are the same address and port.</summary>
    public bool Equals(DatagramAddress other) => Bytes.SequenceEqual(other.Bytes);

    // BSD puts the length into the first byte and the family into the second; AF_INET is 2 on every system.
    private bool IsIPv4 => Bytes.Length <= 16;

    /// <summary>Writes an end point as the system would, for a socket of <paramref name="family"/>; returns the length.</summary>
    public static int Write(IPEndPoint endPoint, AddressFamily family, Span<byte> destination)
    {
        IPAddress address = family == AddressFamily.InterNetworkV6 && endPoint.AddressFamily == AddressFamily.InterNetwork ? endPoint.Address.MapToIPv6() : endPoint.Address;
        SocketAddress written = new IPEndPoint(address, endPoint.Port).Serialize();
        written.Buffer.Span[..written.Size].CopyTo(destination);
        return written.Size;
    }
}
