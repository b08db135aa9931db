using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Core.Transfer.Digests;

namespace PSNetConcurrency.Infrastructure;

/// <summary>How far the reading of one file is, as a person wants it told: share, rate, time left.</summary>
internal sealed class DigestProgressView(string name)
{
    private static readonly string[] Units = ["B", "KB", "MB", "GB", "TB"];

    private readonly long _began = Stopwatch.GetTimestamp();

    public DigestProgress Source { get; } = new();

    /// <summary>Fills a record that the cmdlet made.</summary>
    public ProgressRecord On(Func<string, double, ProgressRecord> make)
    {
        long done = Source.Done, total = Source.Total;
        double seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds, rate = done / Math.Max(seconds, 0.001);
        ProgressRecord record = make($"{name}: {Text(done)}{(total > 0 ? $" of {Text(total)}" : "")}, {Text(rate)}/s", total > 0 ? 100d * done / total : -1);
        if (total > 0 && done > 0 && (total - done) / rate is < int.MaxValue and double left)
        {
            record.SecondsRemaining = (int)Math.Ceiling(left);
        }
        return record;
    }

    // In the powers of 1024 that PowerShell's own literals such as 8MB mean.
    private static string Text(double bytes)
    {
        int unit = 0;
        for (; bytes >= 1024 && unit < Units.Length - 1; unit++)
        {
            bytes /= 1024;
        }
        return string.Create(CultureInfo.CurrentCulture, $"{bytes:0.#} {Units[unit]}");
    }
}
