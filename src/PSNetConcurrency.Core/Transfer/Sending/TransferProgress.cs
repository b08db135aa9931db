using System.Diagnostics;

namespace PSNetConcurrency.Core.Transfer.Sending;

/// <summary>How far a transfer has come; written by its engine, read by whoever shows it.</summary>
internal sealed class TransferProgress
{
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _expected;
    private long _done;
    private long _crossed;
    private int _filesExpected;
    private int _filesDone;

    /// <summary>The file under way.</summary>
    public string Current { get; set; } = "";

    public long BytesExpected => Interlocked.Read(ref _expected);

    /// <summary>Bytes sent or skipped.</summary>
    public long BytesDone => Interlocked.Read(ref _done);

    public int FilesExpected => Volatile.Read(ref _filesExpected);

    public int FilesDone => Volatile.Read(ref _filesDone);

    /// <summary>Bytes a second that crossed the network since the beginning.</summary>
    public double BytesPerSecond => Interlocked.Read(ref _crossed) / Math.Max(0.001, Stopwatch.GetElapsedTime(_started).TotalSeconds);

    /// <summary>How long the rest takes at that rate; null where nothing can be said.</summary>
    public TimeSpan? TimeLeft => BytesPerSecond > 0 && BytesExpected >= BytesDone ? TimeSpan.FromSeconds(Math.Min((BytesExpected - BytesDone) / BytesPerSecond, TimeSpan.MaxValue.TotalSeconds / 2)) : null;

    public void Expect(long bytes)
    {
        Interlocked.Add(ref _expected, bytes);
        Interlocked.Increment(ref _filesExpected);
    }

    /// <summary>Bytes of an item have been sent.</summary>
    public void Sent(SendItem item, int bytes)
    {
        Interlocked.Add(ref _crossed, bytes);
        Interlocked.Add(ref _done, bytes);
        item.Counted += bytes;
    }

    /// <summary>An item is at a place now: behind what need not be sent, or back where it must be sent again.</summary>
    public void Place(SendItem item, long position)
    {
        Interlocked.Add(ref _done, position - item.Counted);
        item.Counted = position;
    }

    /// <summary>An item has its outcome.</summary>
    public void Finished(SendItem item)
    {
        Place(item, item.Length);
        Interlocked.Increment(ref _filesDone);
    }
}
