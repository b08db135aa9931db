namespace PSNetConcurrency;

/// <summary>How many bytes C's long and a pointer have: what the native sizes of a struct format depend on.</summary>
public enum StructDataModel
{
    /// <summary>long and pointers have 8 bytes: 64-bit Linux and macOS.</summary>
    LP64,

    /// <summary>long has 4 bytes, pointers 8: 64-bit Windows.</summary>
    LLP64,

    /// <summary>long and pointers have 4 bytes: 32-bit systems.</summary>
    ILP32,
}
