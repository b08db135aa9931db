namespace PSNetConcurrency.Core.Scheduling;

/// <summary>
/// The random numbers of CPython's random.seed(n) and random.random(): the Mersenne Twister MT19937 (Matsumoto and Nishimura,
/// 1998), seeded by array. So the draws of OSTEP's programs come out again, and a seed means the same everywhere for ever.
/// </summary>
internal sealed class PythonRandom
{
    private const int Size = 624, Middle = 397;

    private readonly uint[] _state = new uint[Size];
    private int _index = Size;

    public PythonRandom(long seed)
    {
        ulong magnitude = seed < 0 ? (ulong)-(seed + 1) + 1 : (ulong)seed;
        uint[] key = magnitude >> 32 == 0 ? [(uint)magnitude] : [(uint)magnitude, (uint)(magnitude >> 32)];
        _state[0] = 19650218;
        for (uint n = 1; n < Size; n++)
        {
            _state[n] = (1812433253 * (_state[n - 1] ^ (_state[n - 1] >> 30))) + n;
        }
        uint i = 1, j = 0;
        for (int k = Size; k > 0; k--)
        {
            _state[i] = (_state[i] ^ ((_state[i - 1] ^ (_state[i - 1] >> 30)) * 1664525)) + key[j] + j;
            Advance();
            j = (j + 1) % (uint)key.Length;
        }
        for (int k = Size - 1; k > 0; k--)
        {
            _state[i] = (_state[i] ^ ((_state[i - 1] ^ (_state[i - 1] >> 30)) * 1566083941)) - i;
            Advance();
        }
        _state[0] = 0x80000000;

        void Advance()
        {
            if (++i == Size)
            {
                _state[0] = _state[Size - 1];
                i = 1;
            }
        }
    }

    /// <summary>53 random bits; random.random() is this divided by 2^53.</summary>
    public long Next53()
    {
        long high = Next32() >> 5;
        return (high << 26) + (Next32() >> 6);
    }

    public double NextDouble() => Next53() * (1.0 / (1L << 53));

    private uint Next32()
    {
        if (_index == Size)
        {
            for (int i = 0; i < Size; i++)
            {
                uint y = (_state[i] & 0x80000000) | (_state[(i + 1) % Size] & 0x7fffffff);
                _state[i] = _state[(i + Middle) % Size] ^ (y >> 1) ^ ((y & 1) * 0x9908b0df);
            }
            _index = 0;
        }
        uint x = _state[_index++];
        x ^= x >> 11;
        x ^= (x << 7) & 0x9d2c5680;
        x ^= (x << 15) & 0xefc60000;
        return x ^ (x >> 18);
    }
}
