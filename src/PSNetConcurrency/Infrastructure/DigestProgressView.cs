using System.Diagnostics;
using System.Management.Automation;
using PSNetConcurrency.Core.Transfer.Digests;

namespace PSNetConcurrency.Infrastructure;

/// <summary>How far the reading of one file is, as a person wants it told: share, rate, time left.</summary>
internal sealed class DigestProgressView(string name)
{
    private readonly long _began = Stopwatch.GetTimestamp();

    public DigestProgress Source { get; } = new();

    /// <summary>Fills a record that the cmdlet made.</summary>
    public ProgressRecord On(Func<string, double, ProgressRecord> make)
    {
        long done = Source.Done, total = Source.Total;
        double seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds, rate = done / Math.Max(seconds, 0.001);
        ProgressRecord record = make($"{name}: {ByteText.Of(done)}{(total > 0 ? $" of {ByteText.Of(total)}" : "")}, {ByteText.Of(rate)}/s", total > 0 ? 100d * done / total : -1);
        if (total > 0 && done > 0 && (total - done) / rate is < int.MaxValue and double left)
        {
            record.SecondsRemaining = (int)Math.Ceiling(left);
        }
        return record;
    }
}
