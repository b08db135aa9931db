using System.Buffers.Binary;
using System.Numerics;

namespace PSNetConcurrency.Core.Transfer.Digests;

/// <summary>MurmurHash3 x64-128 with seed 0, h1 and h2 big-endian: what imohash is made of. Nothing for users to choose.</summary>
internal sealed class Murmur3Hash : ContentHash
{
    private const ulong C1 = 0x87c37b91114253d5, C2 = 0x4cf5ad432745937f;
    private const int Block = 16;

    private readonly byte[] _rest = new byte[Block];
    private ulong _h1, _h2;
    private long _length;

    public override int Length => 16;

    public override void Append(ReadOnlySpan<byte> data)
    {
        int held = (int)(_length % Block);
        _length += data.Length;
        if (held > 0)
        {
            int taken = Math.Min(Block - held, data.Length);
            data[..taken].CopyTo(_rest.AsSpan(held));
            data = data[taken..];
            if (held + taken < Block)
            {
                return;
            }
            Mix(_rest);
        }
        for (; data.Length >= Block; data = data[Block..])
        {
            Mix(data);
        }
        data.CopyTo(_rest);
    }

    public override void GetCurrent(Span<byte> digest)
    {
        int held = (int)(_length % Block);
        Span<byte> tail = stackalloc byte[Block];
        _rest.AsSpan(0, held).CopyTo(tail);
        // Absent bytes count as zeros, and a zero half changes nothing.
        ulong h1 = _h1 ^ Scramble1(BinaryPrimitives.ReadUInt64LittleEndian(tail)), h2 = _h2 ^ Scramble2(BinaryPrimitives.ReadUInt64LittleEndian(tail[8..]));
        h1 ^= (ulong)_length;
        h2 ^= (ulong)_length;
        h1 += h2;
        h2 += h1;
        h1 = Finish(h1);
        h2 = Finish(h2);
        h1 += h2;
        h2 += h1;
        BinaryPrimitives.WriteUInt64BigEndian(digest, h1);
        BinaryPrimitives.WriteUInt64BigEndian(digest[8..], h2);
    }

    public override void GetAndReset(Span<byte> digest)
    {
        GetCurrent(digest);
        _h1 = _h2 = 0;
        _length = 0;
    }

    private void Mix(ReadOnlySpan<byte> block)
    {
        _h1 ^= Scramble1(BinaryPrimitives.ReadUInt64LittleEndian(block));
        _h1 = ((BitOperations.RotateLeft(_h1, 27) + _h2) * 5) + 0x52dce729;
        _h2 ^= Scramble2(BinaryPrimitives.ReadUInt64LittleEndian(block[8..]));
        _h2 = ((BitOperations.RotateLeft(_h2, 31) + _h1) * 5) + 0x38495ab5;
    }

    private static ulong Scramble1(ulong k) => BitOperations.RotateLeft(k * C1, 31) * C2;

    private static ulong Scramble2(ulong k) => BitOperations.RotateLeft(k * C2, 33) * C1;

    private static ulong Finish(ulong h)
    {
        h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
        h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53;
        return h ^ (h >> 33);
    }
}
