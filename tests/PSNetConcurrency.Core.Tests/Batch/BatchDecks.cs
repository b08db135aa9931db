using CsCheck;
using PSNetConcurrency.Core.Scheduling.Batch;

namespace PSNetConcurrency.Core.Tests.Batch;

/// <summary>Decks of jobs for tests.</summary>
internal static class BatchDecks
{
    /// <summary>Up to six jobs with whole times, many of which are 0 or equal.</summary>
    public static readonly Gen<BatchJob[]> Any = Gen.Select(Gen.Int[0, 6], Gen.Int[0, 6], Gen.Int[0, 6], Gen.Int[0, 6])
        .Where((_, r, c, p) => r + c + p > 0).Array[1, 6]
        .Select(times => times.Select((t, i) => Job($"J{i}", t.Item1, t.Item2, t.Item3, t.Item4)).ToArray());

    /// <summary>Options whose times are whole as well.</summary>
    public static readonly Gen<(int Factor, int BatchSize, int Quantum, int Cost)> AnyOptions = Gen.Select(Gen.Int[1, 10], Gen.Int[1, 7], Gen.Int[1, 8], Gen.Int[0, 2]);

    public static BatchJob Job(string name, double setup, double read, double compute, double print) =>
        new() { Name = name, SetupTime = setup, ReadTime = read, ComputeTime = compute, PrintTime = print };

    public static BatchResult Run(BatchEra era, BatchJob[] jobs, BatchOptions? options = null) => BatchSimulator.Run(era, new BatchDeck(jobs), options ?? new());
}
