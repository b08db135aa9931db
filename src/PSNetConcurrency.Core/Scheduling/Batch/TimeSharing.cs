using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Scheduling.Batch;

/// <summary>
/// Multiprogramming with the processor in turns. A job joins the queue when its cards are read, and what joins at the moment
/// at which a quantum ends stands before the job whose quantum it was. A switch is paid for whenever the processor takes up
/// another job than the one before, the very first excepted. Jobs are printed in the order in which they have computed.
/// </summary>
internal sealed class TimeSharing(BatchDeck deck, BatchOptions options)
{
    public const int MaximumSlices = 1_000_000;

    private readonly BatchRecorder _recorder = new(deck);
    private readonly Queue<int> _ready = new();
    private readonly decimal[] _left = [.. deck.Jobs.Select(j => j.Compute)];
    private readonly bool[] _begun = new bool[deck.Jobs.Length];
    private readonly decimal[] _arrival = new decimal[deck.Jobs.Length];
    private int _arrived;
    private decimal _printer;

    public BatchResult Run(CancellationToken cancellation)
    {
        decimal slices = deck.Jobs.Sum(j => Math.Ceiling(j.Compute / options.Quantum));
        if (slices > MaximumSlices)
        {
            throw new NetException(NetError.SimulationTooLarge, string.Create(CultureInfo.InvariantCulture, $"With a quantum of {options.Quantum} the jobs take {slices:N0} turns; the limit is {MaximumSlices:N0}. Give a larger -Quantum."), (double)options.Quantum);
        }
        ReadAll();
        decimal now = 0, since = 0;
        int? last = null;
        for (int left = deck.Jobs.Length; left > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            Admit(now);
            if (!_ready.TryDequeue(out int job))
            {
                Flush(last, since, now);
                now = since = _arrival[_arrived];
                continue;
            }
            if (last != job)
            {
                Flush(last, since, now);
                now = last is null ? now : _recorder.Lose(BatchRecorder.Cpu, "switch", now, options.ContextSwitchCost);
                (last, since) = (job, now);
                Admit(now);
            }
            if (!_begun[job])
            {
                _begun[job] = true;
                _recorder.Begin(job, now);
            }
            decimal slice = Math.Min(options.Quantum, _left[job]);
            now += slice;
            _left[job] -= slice;
            Admit(now);
            if (_left[job] > 0)
            {
                _ready.Enqueue(job);
                continue;
            }
            left--;
            _printer = _recorder.Print(job, Math.Max(_printer, now));
        }
        Flush(last, since, now);
        return _recorder.Result(BatchEra.TimeSharing, "The jobs in memory compute in turns: each begins soon and short ones end sooner than behind a long one; switches cost time.");
    }

    private void ReadAll()
    {
        decimal reader = 0;
        for (int job = 0; job < deck.Jobs.Length; job++)
        {
            _arrival[job] = reader = _recorder.Work(BatchRecorder.Reader, job, reader, deck.Jobs[job].Read);
        }
    }

    private void Admit(decimal now)
    {
        while (_arrived < _arrival.Length && _arrival[_arrived] <= now)
        {
            _ready.Enqueue(_arrived++);
        }
    }

    // Turns of one job in a row are one bar.
    private void Flush(int? job, decimal since, decimal now)
    {
        if (job is { } j)
        {
            _recorder.Work(BatchRecorder.Cpu, j, since, now - since);
        }
    }
}
