using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>Who is served: networks allowed and denied, looked up in the bytes of an address, without an object a datagram.</summary>
internal sealed class AddressFilter(IReadOnlyList<IPNetwork> allow, IReadOnlyList<IPNetwork> deny)
{
    private readonly Range[] _allow = [.. allow.Select(n => new Range(n))];
    private readonly Range[] _deny = [.. deny.Select(n => new Range(n))];

    /// <summary>Whether everybody is taken.</summary>
    public bool IsEmpty => _allow.Length == 0 && _deny.Length == 0;

    public bool Admits(DatagramAddress from) => IsEmpty || Refusal(from.Value(out bool isIPv4), isIPv4) is null;

    /// <summary>Why a client is not taken, in words; null where it is.</summary>
    public string? Refusal(IPAddress from) => IsEmpty ? null : Refusal(ValueOf(from, out bool isIPv4), isIPv4);

    /// <summary>Whether an allowed network names it.</summary>
    public bool Names(DatagramAddress from) => Contains(_allow, from.Value(out bool isIPv4), isIPv4);

    private string? Refusal(UInt128 value, bool isIPv4) =>
        Contains(_deny, value, isIPv4) ? "Its address is denied."
        : _allow.Length > 0 && !Contains(_allow, value, isIPv4) ? "Its address is not allowed."
        : null;

    /// <summary>An address as a number; one of IPv4 in the clothes of IPv6 is its IPv4 address.</summary>
    public static UInt128 ValueOf(IPAddress address, out bool isIPv4)
    {
        isIPv4 = address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6;
        Span<byte> bytes = stackalloc byte[16];
        (isIPv4 ? address.MapToIPv4() : address).TryWriteBytes(bytes, out _);
        return isIPv4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private static bool Contains(Range[] ranges, UInt128 value, bool isIPv4)
    {
        foreach (Range range in ranges)
        {
            if (range.IsIPv4 == isIPv4 && (value & range.Mask) == range.Value)
            {
                return true;
            }
        }
        return false;
    }

    private readonly struct Range
    {
        public Range(IPNetwork network)
        {
            UInt128 value = ValueOf(network.BaseAddress, out bool isIPv4);
            // An IPv4 network in the clothes of IPv6, such as ::ffff:10.0.0.0/104, counts 96 bits more.
            int bits = isIPv4 && network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
            // A shift by all bits would be one by none.
            Mask = network.PrefixLength == 0 ? 0 : UInt128.MaxValue << (bits - network.PrefixLength);
            Value = value & Mask;
            IsIPv4 = isIPv4;
        }

        public UInt128 Value { get; }

        public UInt128 Mask { get; }

        public bool IsIPv4 { get; }
    }
}
