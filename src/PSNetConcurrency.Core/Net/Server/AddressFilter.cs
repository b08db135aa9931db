using System.Net;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>Which senders are taken: networks allowed and denied, looked up in the bytes of an address, without an object a datagram.</summary>
internal sealed class AddressFilter(IReadOnlyList<IPNetwork> allow, IReadOnlyList<IPNetwork> deny)
{
    private readonly Range[] _allow = [.. allow.Select(n => new Range(n))];
    private readonly Range[] _deny = [.. deny.Select(n => new Range(n))];

    /// <summary>Whether everybody is taken.</summary>
    public bool IsEmpty => _allow.Length == 0 && _deny.Length == 0;

    public bool Admits(DatagramAddress from) => !Contains(_deny, from) && (_allow.Length == 0 || Contains(_allow, from));

    /// <summary>Whether an allowed network names it.</summary>
    public bool Names(DatagramAddress from) => Contains(_allow, from);

    private static bool Contains(Range[] ranges, DatagramAddress from)
    {
        if (ranges.Length == 0)
        {
            return false;
        }
        UInt128 value = from.Value(out bool isIPv4);
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
            Span<byte> address = stackalloc byte[DatagramAddress.MaximumLength];
            int length = DatagramAddress.Write(new IPEndPoint(network.BaseAddress, 0), network.BaseAddress.AddressFamily, address);
            UInt128 value = new DatagramAddress(address[..length]).Value(out bool isIPv4);
            int bits = isIPv4 ? 32 : 128;
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
