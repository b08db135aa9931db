using System.Buffers.Binary;
using System.IO.Hashing;

namespace PSNetConcurrency.Core.Net.Measure;

/// <summary>
/// What a measuring datagram carries, big-endian: the run it belongs to (8 bytes), its number (4), the length of the whole (4),
/// when it was sent (8), filling, and XXH3 of all that (8).
/// </summary>
internal static class UdpLinkPayload
{
    public const int Least = HeaderSize + HashSize;

    private const int HeaderSize = 24, HashSize = 8;

    /// <summary>Fills what is the same in all datagrams of a run.</summary>
    public static void Prepare(Span<byte> payload, ulong run)
    {
        for (int i = 0; i < payload.Length; i++)
        {
            payload[i] = (byte)(i * 7);
        }
        BinaryPrimitives.WriteUInt64BigEndian(payload, run);
        BinaryPrimitives.WriteInt32BigEndian(payload[12..], payload.Length);
    }

    public static void Write(Span<byte> payload, int sequence, long sentAt)
    {
        BinaryPrimitives.WriteInt32BigEndian(payload[8..], sequence);
        BinaryPrimitives.WriteInt64BigEndian(payload[16..], sentAt);
        BinaryPrimitives.WriteUInt64BigEndian(payload[^HashSize..], XxHash3.HashToUInt64(payload[..^HashSize]));
    }

    /// <summary>Whether it is intact, and of which run; then what it says.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out ulong run, out int sequence, out long sentAt)
    {
        (run, sequence, sentAt) = (0, 0, 0);
        if (payload.Length < Least || BinaryPrimitives.ReadUInt64BigEndian(payload[^HashSize..]) != XxHash3.HashToUInt64(payload[..^HashSize])
            || BinaryPrimitives.ReadInt32BigEndian(payload[12..]) != payload.Length)
        {
            return false;
        }
        run = BinaryPrimitives.ReadUInt64BigEndian(payload);
        sequence = BinaryPrimitives.ReadInt32BigEndian(payload[8..]);
        sentAt = BinaryPrimitives.ReadInt64BigEndian(payload[16..]);
        return true;
    }
}
