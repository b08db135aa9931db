namespace PSNetConcurrency;

/// <summary>How the true offset is found among those that several servers tell.</summary>
public enum ClockAlgorithm
{
    /// <summary>RFC 5905: the intersection of a majority's intervals (A.5.5.1), the outliers taken from it (A.5.5.2), the rest weighed by their distance (A.5.6).</summary>
    Rfc5905,

    /// <summary>Marzullo's algorithm: the middle of the smallest interval that most of the servers' intervals have in common.</summary>
    Marzullo,

    /// <summary>The median of the offsets, where a majority's intervals contain it.</summary>
    Median,
}
