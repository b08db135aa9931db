namespace PSNetConcurrency;

/// <summary>One thing that a child process wrote: where, when, and in which order.</summary>
public sealed class ChildProcessRecord
{
    internal ChildProcessRecord(DateTimeOffset time, ChildStreamKind stream, long sequence, object? value)
    {
        Time = time;
        Stream = stream;
        Sequence = sequence;
        Value = value;
    }

    /// <summary>When it was written: by the child's clock for what a script wrote, when it arrived for the text of its console or of a program.</summary>
    public DateTimeOffset Time { get; }

    public ChildStreamKind Stream { get; }

    /// <summary>Its place among all that the child wrote, from 1.</summary>
    public long Sequence { get; }

    /// <summary>The object, error, warning and so on, as the stream carries it.</summary>
    public object? Value { get; }

    public override string ToString() => $"{Stream}: {Value}";
}
