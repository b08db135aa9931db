namespace PSNetConcurrency;

/// <summary>One value of a struct format: where it stands, and as what.</summary>
public sealed record StructField
{
    /// <summary>Its place among the values, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Its name; null where the format has no names.</summary>
    public string? Name { get; init; }

    /// <summary>The format's code; of s and p with the count, which is their length: 16s.</summary>
    public required string Code { get; init; }

    /// <summary>Where it begins, in bytes from the record's start.</summary>
    public required int Offset { get; init; }

    /// <summary>How many bytes it takes.</summary>
    public required int Size { get; init; }

    /// <summary>What it is unpacked as.</summary>
    public required Type Type { get; init; }
}
