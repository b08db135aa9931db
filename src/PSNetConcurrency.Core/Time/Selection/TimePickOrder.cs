namespace PSNetConcurrency;

/// <summary>In which order servers are picked as the standard.</summary>
public enum TimePickOrder
{
    /// <summary>At random.</summary>
    Random,

    /// <summary>The one nearest to a reference clock first; of these the one with the smaller root distance.</summary>
    Stratum,

    /// <summary>The one with the smallest root distance first, whose time can be least wrong.</summary>
    Distance,
}
