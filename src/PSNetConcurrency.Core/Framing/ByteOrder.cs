namespace PSNetConcurrency;

/// <summary>Which byte of a number comes first.</summary>
public enum ByteOrder
{
    /// <summary>The most significant, as the internet's protocols have it.</summary>
    Big,

    /// <summary>The least significant, as x86 and ARM have it.</summary>
    Little,
}
