using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Core.Transfer.Digests;

namespace PSNetConcurrency.Infrastructure.Files;

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
            _last = make(string.Create(CultureInfo.CurrentCulture, $"{_files} files, {ByteText.Of(_bytes)}, {ByteText.Of(_bytes / elapsed.TotalSeconds)}/s"), -1);
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
