namespace PSNetConcurrency.Child.Values;

/// <summary>The first byte of a value.</summary>
internal enum ValueKind : byte
{
    Null,
    True,
    False,
    Int32,
    Int64,
    Double,
    Text,
    Byte,
    SByte,
    Int16,
    UInt16,
    UInt32,
    UInt64,
    Single,
    Decimal,
    Char,
    DateTime,
    TimeSpan,
    Guid,
    Version,
    Bytes,

    /// <summary>A custom object whose properties are notes with values of the kinds above.</summary>
    Custom,

    /// <summary>Everything else, as the engine serializes it.</summary>
    Clixml,

    /// <summary>What Write-Host writes: text, colours, whether the line goes on.</summary>
    HostMessage,
}
