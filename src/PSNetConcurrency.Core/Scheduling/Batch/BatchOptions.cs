using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Scheduling.Batch;

/// <summary>What the eras take besides the deck. The times are exact decimals, so that what happens at one moment does.</summary>
internal sealed record BatchOptions
{
    public const double DefaultTapeSpeedFactor = 10;
    public const double DefaultQuantum = 1;
    public const double MinimumQuantum = 1e-9;
    public const double MinimumTapeSpeedFactor = 0.001, MaximumTapeSpeedFactor = 1_000_000;

    /// <summary>How many times faster a tape is than cards and printer.</summary>
    public decimal TapeSpeedFactor { get; }

    /// <summary>How many jobs a tape carries.</summary>
    public int BatchSize { get; }

    public decimal Quantum { get; }

    public decimal ContextSwitchCost { get; }

    public BatchOptions(double tapeSpeedFactor = DefaultTapeSpeedFactor, int batchSize = 1, double quantum = DefaultQuantum, double contextSwitchCost = 0)
    {
        if (!(tapeSpeedFactor is >= MinimumTapeSpeedFactor and <= MaximumTapeSpeedFactor))
        {
            throw Invalid(nameof(TapeSpeedFactor), tapeSpeedFactor, $"Give how many times faster a tape is than cards, {MinimumTapeSpeedFactor} to {MaximumTapeSpeedFactor:0}.");
        }
        if (batchSize < 1)
        {
            throw Invalid(nameof(BatchSize), batchSize, $"Give how many jobs a tape carries, 1 or more.");
        }
        if (!(quantum is >= MinimumQuantum and <= BatchDeck.MaximumTime))
        {
            throw Invalid(nameof(Quantum), quantum, $"Give a time above 0, from {MinimumQuantum} to {BatchDeck.MaximumTime:0}.");
        }
        if (!BatchDeck.IsTime(contextSwitchCost))
        {
            throw Invalid(nameof(ContextSwitchCost), contextSwitchCost, $"Give a time from 0 to {BatchDeck.MaximumTime:0}.");
        }
        (TapeSpeedFactor, BatchSize, Quantum, ContextSwitchCost) = ((decimal)tapeSpeedFactor, batchSize, (decimal)quantum, (decimal)contextSwitchCost);
    }

    private static NetException Invalid(string name, double value, FormattableString rule) =>
        new(NetError.InvalidArgument, string.Create(CultureInfo.InvariantCulture, $"-{name} is {value}. {FormattableString.Invariant(rule)}"), value);
}
