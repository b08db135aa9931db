namespace PSNetConcurrency.Core.Transfer.Digests;

/// <summary>
/// Makes ranges of differing pieces that come in the order of their offsets: pieces in the same slice or in adjoining slices are one.
/// </summary>
internal sealed class RangeMerger(long sliceSize)
{
    private FileRange? _run;

    /// <summary>Takes a piece that differs; returns the range that it does not adjoin, which is complete.</summary>
    public FileRange? Add(long offset, long length)
    {
        if (_run is { } run && offset / sliceSize <= ((run.End - 1) / sliceSize) + 1)
        {
            _run = run with { Length = offset + length - run.Offset };
            return null;
        }
        FileRange? complete = _run;
        _run = new FileRange(offset, length);
        return complete;
    }

    /// <summary>The last range, if any.</summary>
    public FileRange? Finish()
    {
        FileRange? last = _run;
        _run = null;
        return last;
    }
}
