namespace PSNetConcurrency;

/// <summary>The one server whose time is taken as the standard, and those that were picked before it and refused.</summary>
public sealed record TimeReference
{
    /// <summary>What the chosen server told.</summary>
    public required NetworkTime Reference { get; init; }

    /// <summary>How it was picked, in words.</summary>
    public required string PickedBy { get; init; }

    /// <summary>Picks that were refused, in their order.</summary>
    public RejectedPick[] RejectedPick { get; init; } = [];

    /// <summary>What the servers say together, by which picks are judged.</summary>
    public required ClockOffset Measurement { get; init; }

    public string Server => Reference.Server;

    /// <summary>Binds to -ComputerName by property name.</summary>
    public string ComputerName => Reference.Server;

    public int Port => Reference.Port;

    public TimeServiceKind Protocol => Reference.Protocol;

    public NetTransport Transport => Reference.Transport;

    /// <summary>How far the reference's clock is ahead of this machine's.</summary>
    public TimeSpan Offset => Reference.Offset!.Value;

    public TimeSpan RootDistance => Reference.RootDistance!.Value;

    public int? Stratum => Reference.Stratum;

    /// <summary>The reference's time now: this machine's clock and the offset.</summary>
    public DateTimeOffset Now => DateTimeOffset.Now + Offset;

    public override string ToString() => Reference.ToString();
}

/// <summary>A server that was picked as the standard, and refused.</summary>
/// <param name="Pick">Its place in the order of picks, from 1.</param>
/// <param name="Source">What it told.</param>
/// <param name="Reason">Why it was refused.</param>
public sealed record RejectedPick(int Pick, NetworkTime Source, string Reason)
{
    public string Server => Source.Server;

    public int Port => Source.Port;

    public override string ToString() => $"{Source.Name}: {Reason}";
}
