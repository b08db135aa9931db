namespace PSNetConcurrency.Core.Processes.Output;

/// <summary>A piece of output as it arrived.</summary>
internal readonly record struct OutputChunk(OutputKind Kind, DateTimeOffset Time, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// What a child wrote, in the order it arrived, until it is received. Bounded: when full, the child's pipes are not read and the
/// child waits, unless somebody waits for the child; then what memory has no room for goes to a temporary file.
/// </summary>
internal sealed class OutputBuffer
{
    /// <summary>Appends; called on the loop.</summary>
    public void Add(OutputKind kind, ReadOnlySpan<byte> bytes) => throw new NotImplementedException();

    /// <summary>Looks at the first piece that is not consumed, or with a reader of its own place (<see cref="OutputPlace"/>), at the next there.</summary>
    public bool TryPeek(OutputPlace? place, out OutputChunk chunk) => throw new NotImplementedException();

    /// <summary>Takes bytes off the front of the piece that TryPeek showed; with a place, only moves the place.</summary>
    public void Advance(OutputPlace? place, int bytes) => throw new NotImplementedException();

    /// <summary>Waits until there is something to peek at (true), or the child is gone and all is read (false). While anyone waits so, overflow goes to a file.</summary>
    public ValueTask<bool> WaitToReadAsync(OutputPlace? place, CancellationToken stop) => throw new NotImplementedException();
}

/// <summary>Where a reader that keeps the output (-Keep) is; begins at what is not yet consumed.</summary>
internal sealed class OutputPlace
{
}
