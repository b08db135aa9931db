using System.Management.Automation;

namespace PSNetConcurrency.Child;

/// <summary>One of PowerShell's streams: each thing goes out as it is written, on the thread that writes it; nothing is kept.</summary>
internal static class StreamSink
{
    public static PSDataCollection<T> Create<T>(RecordSink sink, ChildStreamKind kind)
    {
        PSDataCollection<T> stream = [];
        stream.DataAdding += (_, e) => sink.Add(kind, e.ItemAdded);
        stream.DataAdded += (_, _) => stream.Clear();
        return stream;
    }
}

/// <summary>
/// Where all streams end. What the engine writes to a stream it shows to the host as well; the sink remembers the last one, so
/// that the host can tell the echo from what a script gives it directly.
/// </summary>
internal sealed class RecordSink(FrameOutput output)
{
    private string? _echo;

    public void Add(ChildStreamKind kind, object? item)
    {
        switch (item)
        {
            case InformationalRecord record:
                _echo = record.Message;
                break;
            case InformationRecord record:
                _echo = record.ToString();
                break;
        }
        output.Record(kind, item);
    }

    /// <summary>Whether this text is what a stream just carried.</summary>
    public bool IsEcho(string? text)
    {
        if (_echo is null || _echo != (text ?? ""))
        {
            return false;
        }
        _echo = null;
        return true;
    }
}
