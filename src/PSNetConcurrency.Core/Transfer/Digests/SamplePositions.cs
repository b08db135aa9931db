using System.Buffers.Binary;
using System.Security.Cryptography;

namespace PSNetConcurrency.Core.Transfer.Digests;

/// <summary>
/// Which blocks are sampled. The range is cut into blocks of the sample's size (the last may be shorter), and a key chooses as
/// many different ones as asked: who does not know the key can't know which are looked at.
/// </summary>
/// <remarks>
/// Random numbers are the outputs of HMAC-SHA256 under the key for the message length, size, count, n (four unsigned 64-bit
/// big-endian numbers; n counts from 0), cut into four unsigned 64-bit big-endian numbers each. A number below a bound is the
/// next random number that is below the largest multiple of the bound under 2^64, modulo the bound. Blocks are chosen by
/// Floyd's method: for j from blocks - count to blocks - 1, a number t below j + 1; block t, or j where t is chosen already.
/// </remarks>
internal static class SamplePositions
{
    public static FileRange[] Choose(FileRange range, int size, int count, ReadOnlySpan<byte> key)
    {
        long blocks = BlocksOf(range.Length, size);
        HashSet<long> chosen = [];
        if (count >= blocks)
        {
            for (long i = 0; i < blocks; i++)
            {
                chosen.Add(i);
            }
        }
        else
        {
            Draw draw = new(key, range.Length, size, count);
            for (long j = blocks - count; j < blocks; j++)
            {
                if (!chosen.Add(draw.Below(j + 1)))
                {
                    chosen.Add(j);
                }
            }
        }
        return [.. chosen.Order().Select(i => new FileRange(range.Offset + (i * size), Math.Min(size, range.Length - (i * size))))];
    }

    public static long BlocksOf(long length, long size) => (length / size) + (length % size > 0 ? 1 : 0);

    private sealed class Draw
    {
        private readonly byte[] _key;
        private readonly byte[] _message = new byte[32];
        private readonly byte[] _output = new byte[HMACSHA256.HashSizeInBytes];
        private long _round;
        private int _taken = HMACSHA256.HashSizeInBytes;

        public Draw(ReadOnlySpan<byte> key, long length, long size, long count)
        {
            _key = key.ToArray();
            BinaryPrimitives.WriteInt64BigEndian(_message, length);
            BinaryPrimitives.WriteInt64BigEndian(_message.AsSpan(8), size);
            BinaryPrimitives.WriteInt64BigEndian(_message.AsSpan(16), count);
        }

        public long Below(long bound)
        {
            ulong divisor = (ulong)bound, most = ulong.MaxValue - (((ulong.MaxValue % divisor) + 1) % divisor), number;
            do
            {
                number = Next();
            }
            while (number > most);
            return (long)(number % divisor);
        }

        private ulong Next()
        {
            if (_taken == _output.Length)
            {
                BinaryPrimitives.WriteInt64BigEndian(_message.AsSpan(24), _round++);
                HMACSHA256.HashData(_key, _message, _output);
                _taken = 0;
            }
            ulong number = BinaryPrimitives.ReadUInt64BigEndian(_output.AsSpan(_taken));
            _taken += sizeof(ulong);
            return number;
        }
    }
}
