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
    public static string Text(double bytes)
    {
        int unit = 0;
        for (; bytes >= 1024 && unit < Units.Length - 1; unit++)
        {
            bytes /= 1024;
        }
        return string.Create(CultureInfo.CurrentCulture, $"{bytes:0.#} {Units[unit]}");
    }
}

/// <summary>How far the reading of many files is that come down the pipeline one by one, none of which takes a second.</summary>
internal sealed class PipelineProgress(Action<ProgressRecord> write, Func<string, double, ProgressRecord> make)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(0.5);

    private readonly long _began = Stopwatch.GetTimestamp();
    private TimeSpan _shown = Pause;
    private ProgressRecord? _last;
    private long _files, _bytes;

    public void Add(long bytes)
    {
        _files++;
        _bytes += bytes;
        TimeSpan elapsed = Stopwatch.GetElapsedTime(_began);
        if (elapsed - _shown > Pause)
        {
            _shown = elapsed;
            _last = make(string.Create(CultureInfo.CurrentCulture, $"{_files} files, {DigestProgressView.Text(_bytes)}, {DigestProgressView.Text(_bytes / elapsed.TotalSeconds)}/s"), -1);
            write(_last);
        }
    }

    public void Finish()
    {
        if (_last is not null)
        {
            _last.RecordType = ProgressRecordType.Completed;
            write(_last);
        }
    }
}
