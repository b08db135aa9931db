namespace PSNetConcurrency.Core.Processes.Output;

/// <summary>Bytes of one kind that arrived at one moment, in a block of memory or in the file.</summary>
internal sealed class OutputSegment(OutputKind kind, DateTimeOffset time, byte[] block, int offset, int length)
{
    public OutputKind Kind { get; } = kind;

    public DateTimeOffset Time { get; } = time;

    /// <summary>Null when it is in the file.</summary>
    public byte[]? Block { get; private set; } = block;

    public int Offset { get; } = offset;

    public int Length { get; set; } = length;

    public int Consumed { get; set; }

    public bool IsDropped { get; set; }

    public long FilePosition { get; private set; }

    public OutputSegment? Next { get; set; }

    public void Spilled(long position)
    {
        Block = null;
        FilePosition = position;
    }
}
