namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>
/// One receiving of a child's output. What is not asked for stays: with only some streams wanted, everything from the first
/// record of another on is read ahead without being consumed, and remembered as handed on.
/// </summary>
internal sealed class OutputReading
{
    private readonly ChildOutput _output;
    private readonly OutputReadingOptions _options;
    private OutputCursor _cursor;

    public OutputReading(ChildOutput output, OutputReadingOptions options)
    {
        (_output, _options) = (output, options);
        lock (output.Gate)
        {
            _cursor = options.Keep ? output.Cursor.Copy() : output.Cursor;
        }
    }

    public ChildProcess Child => _output.Child;

    public ChildOutput Output => _output;

    /// <summary>Takes the next record; null where there is none now.</summary>
    public ChildProcessRecord? Next()
    {
        lock (_output.Gate)
        {
            ChildProcessRecord? next = Find();
            Child.Output.IsHeld = _output.Cursor.HoldsText;
            return next;
        }
    }

    /// <summary>Waits until there may be more (true), or there never will be (false).</summary>
    public ValueTask<bool> WaitAsync(CancellationToken stop) => Child.Output.WaitToReadAsync(_cursor.Place, stop);

    private ChildProcessRecord? Find()
    {
        while (_cursor.Peek(_options.AsBytes, _output.HandedOn[(int)ChildStreamKind.StandardOutput]) is { } shown)
        {
            int stream = (int)shown.Stream;
            bool old = _cursor.NextPosition <= _output.HandedOn[stream];
            bool wanted = _options.Streams is not { } streams || streams.Contains(shown.Stream);
            if (!old && !wanted && _cursor == _output.Cursor)
            {
                _cursor = _cursor.Copy();
                continue;
            }
            ChildProcessRecord record = _cursor.Take();
            if (old || !wanted)
            {
                continue;
            }
            if (!_options.Keep)
            {
                _output.HandedOn[stream] = _cursor.Position(shown.Stream);
            }
            return record;
        }
        return null;
    }
}

/// <summary>What of a child's output is wanted, and how.</summary>
/// <param name="AsBytes">Standard output as bytes, not as lines.</param>
/// <param name="Keep">Leaves everything for the next.</param>
/// <param name="Streams">Only these; null: all.</param>
internal sealed record OutputReadingOptions(bool AsBytes = false, bool Keep = false, IReadOnlySet<ChildStreamKind>? Streams = null);
