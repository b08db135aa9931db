namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>
/// Hands on what several children write, as it comes: each child's in its order, none waited for while another has something.
/// Used on the pipeline thread.
/// </summary>
internal sealed class LiveOutput(Action<OutputReading, ChildProcessRecord> write, Action<OutputReading> ended, CancellationToken stop)
{
    // So many of one child, then it is the next one's turn.
    private const int Turn = 256;

    private readonly List<Reader> _readers = [];

    public int Count => _readers.Count;

    public void Add(OutputReading reading) => _readers.Add(new Reader(reading));

    /// <summary>Hands on what is there now.</summary>
    public void Drain()
    {
        bool more = true;
        while (more)
        {
            more = false;
            foreach (Reader reader in _readers.ToArray())
            {
                more |= Drain(reader);
            }
        }
    }

    /// <summary>Waits until one of the children has more, or has ended, or <paramref name="other"/> is done; and hands on what there is.</summary>
    public async Task StepAsync(Task? other = null)
    {
        foreach (Reader reader in _readers)
        {
            reader.Waiting ??= reader.Reading.WaitAsync(stop).AsTask();
        }
        IEnumerable<Task> waits = _readers.Select(r => (Task)r.Waiting!);
        await Task.WhenAny(other is null ? waits : waits.Append(other));
        foreach (Reader reader in _readers.Where(r => r.Waiting!.IsCompleted).ToArray())
        {
            bool more = await reader.Waiting!;
            if (Drain(reader))
            {
                // There is more of it: with the next step, after the others.
                continue;
            }
            reader.Waiting = null;
            if (!more)
            {
                _readers.Remove(reader);
                ended(reader.Reading);
            }
        }
    }

    /// <summary>Goes on until all have ended.</summary>
    public async Task CompleteAsync()
    {
        while (_readers.Count > 0)
        {
            await StepAsync();
        }
    }

    private bool Drain(Reader reader)
    {
        int left = Turn;
        while (left > 0 && reader.Reading.Next() is { } record)
        {
            write(reader.Reading, record);
            left--;
        }
        stop.ThrowIfCancellationRequested();
        return left == 0;
    }

    private sealed class Reader(OutputReading reading)
    {
        public OutputReading Reading { get; } = reading;

        public Task<bool>? Waiting { get; set; }
    }
}
