namespace PSNetConcurrency.Benchmarks;

/// <summary>The benchmarks of one area of the module.</summary>
internal interface IBenchmarkArea
{
    /// <summary>The word that chooses it on the command line.</summary>
    string Name { get; }

    /// <summary>Runs all of it and prints tables; false when something was not merely slow but wrong.</summary>
    Task<bool> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken);
}
