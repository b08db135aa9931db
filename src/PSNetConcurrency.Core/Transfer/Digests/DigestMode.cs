namespace PSNetConcurrency;

/// <summary>What of a file a digest covers.</summary>
public enum DigestMode
{
    /// <summary>Every byte, in one digest.</summary>
    Full,

    /// <summary>Every byte, in slices with a digest each, so that it can be told which slices differ. The file's digest is that of the slices' digests, one after another in binary.</summary>
    Slice,

    /// <summary>Blocks at positions that a key chooses: quick, and misses small damage with a known probability.</summary>
    Sample,

    /// <summary>imohash: the length and three samples, of the beginning, the middle and the end. Constant time; tells files apart, and no more.</summary>
    ImoHash,
}
