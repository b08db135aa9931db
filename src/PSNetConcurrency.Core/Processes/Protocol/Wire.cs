namespace PSNetConcurrency.Core.Processes.Protocol;

/// <summary>Constants that both ends agree on.</summary>
internal static class Wire
{
    public const byte Version = 1;

    /// <summary>Length of a frame's kind and payload. Arrays can't be much longer.</summary>
    public const int MaxFrame = 1 << 30;

    /// <summary>Values inside values.</summary>
    public const int MaxDepth = 64;

    /// <summary>Input that may be under way and not yet taken by the script.</summary>
    public const long InputWindow = 1 << 20;

    /// <summary>int32 length of what follows, byte stream, int64 ticks of UTC; then the value.</summary>
    public const int RecordHeader = 4 + 1 + 8;

    /// <summary>What a child says first. Not text, so that no banner holds it.</summary>
    public static ReadOnlySpan<byte> Magic => [0x00, 0xFF, (byte)'P', (byte)'S', (byte)'N', (byte)'C', 0x0D, 0x0A, 0x1A, 0x0A, 0xC3, 0x28, 0xF5, 0x7E, 0x00, Version];
}
