namespace PSNetConcurrency.Core.Scheduling.States;

/// <summary>
/// Python's random.seed(n) and random.random(), so that what a Python program draws by a seed is drawn here as well:
/// the Mersenne Twister MT19937 of Matsumoto and Nishimura, seeded by the seed's 32-bit words.
/// </summary>
internal sealed class PythonRandom
{
    private const int Size = 624, Middle = 397;

    private readonly uint[] _state = new uint[Size];
    private int _index = Size;

    public PythonRandom(long seed)
    {
        // Python takes the absolute value; -(-2^63) is 2^63 in a ulong.
        ulong value = seed < 0 ? 0UL - (ulong)seed : (ulong)seed;
        SeedBy(value > uint.MaxValue ? [(uint)value, (uint)(value >> 32)] : [(uint)value]);
    }

    /// <summary>The next number from 0 up to but not including 1, with 53 bits.</summary>
    public double NextDouble()
    {
        uint high = Next() >> 5, low = Next() >> 6;
        return ((high * 67108864.0) + low) * (1.0 / 9007199254740992.0);
    }

    private void SeedBy(ReadOnlySpan<uint> key)
    {
        _state[0] = 19650218;
        for (int n = 1; n < Size; n++)
        {
            _state[n] = (1812433253 * (_state[n - 1] ^ (_state[n - 1] >> 30))) + (uint)n;
        }
        int i = 1, j = 0;
        for (int n = 0; n < Size; n++)
        {
            _state[i] = (_state[i] ^ ((_state[i - 1] ^ (_state[i - 1] >> 30)) * 1664525)) + key[j] + (uint)j;
            Advance(ref i);
            j = (j + 1) % key.Length;
        }
        for (int n = 0; n < Size - 1; n++)
        {
            _state[i] = (_state[i] ^ ((_state[i - 1] ^ (_state[i - 1] >> 30)) * 1566083941)) - (uint)i;
            Advance(ref i);
        }
        _state[0] = 0x80000000;
    }

    private void Advance(ref int i)
    {
        if (++i == Size)
        {
            _state[0] = _state[Size - 1];
            i = 1;
        }
    }

    private uint Next()
    {
        if (_index == Size)
        {
            Twist();
        }
        uint y = _state[_index++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9D2C5680;
        y ^= (y << 15) & 0xEFC60000;
        return y ^ (y >> 18);
    }

    private void Twist()
    {
        for (int n = 0; n < Size; n++)
        {
            uint y = (_state[n] & 0x80000000) | (_state[(n + 1) % Size] & 0x7FFFFFFF);
            _state[n] = _state[(n + Middle) % Size] ^ (y >> 1) ^ ((y & 1) * 0x9908B0DF);
        }
        _index = 0;
    }
}
