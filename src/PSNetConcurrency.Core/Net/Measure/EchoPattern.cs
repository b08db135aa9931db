namespace PSNetConcurrency.Core.Net.Measure;

/// <summary>
/// The endless stream of bytes that a measurement sends. It repeats after a prime number of bytes, so that neither a lost
/// message nor two connections mixed up can happen to fit, and lies in memory far enough beyond its period that any slice
/// up to <see cref="MaximumSlice"/> is one span.
/// </summary>
internal static class EchoPattern
{
    public const int Period = 65_521;

    /// <summary>As much as the loop's receive buffer holds.</summary>
    public const int MaximumSlice = 256 * 1024;

    private static readonly byte[] Bytes = Create();

    /// <summary>A connection's place in the stream: no two neighbours start alike.</summary>
    public static int Start(int connection) => (int)((long)connection * 24_103 % Period);

    public static ReadOnlySpan<byte> Slice(int position, int length) => Bytes.AsSpan(position, length);

    public static int Advance(int position, int length) => (int)((uint)(position + length) % Period);

    private static byte[] Create()
    {
        byte[] bytes = new byte[Period + MaximumSlice];
        ulong x = 88_172_645_463_325_252;
        for (int i = 0; i < Period; i++)
        {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            bytes[i] = (byte)(x >> 32);
        }
        for (int i = Period; i < bytes.Length; i++)
        {
            bytes[i] = bytes[i - Period];
        }
        return bytes;
    }
}
