namespace PSNetConcurrency;

/// <summary>A range in which two files differ.</summary>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">Its bytes.</param>
public sealed record DifferingRange(long Offset, long Length)
{
    /// <summary>The reference file; null where it is not known.</summary>
    public string? ReferencePath { get; init; }

    /// <summary>The file compared with it; null where it is not known.</summary>
    public string? DifferencePath { get; init; }
}
