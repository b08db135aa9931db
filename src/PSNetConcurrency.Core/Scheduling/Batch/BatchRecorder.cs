namespace PSNetConcurrency.Core.Scheduling.Batch;

/// <summary>Writes down what the devices do and when jobs begin and end.</summary>
internal sealed class BatchRecorder(BatchDeck deck)
{
    public const string Operator = "Operator", Reader = "Reader", Tape = "Tape", Cpu = "CPU", Printer = "Printer";

    private readonly List<GanttSegment> _timeline = [];
    private readonly decimal[] _response = new decimal[deck.Jobs.Length];
    private readonly decimal[] _completion = new decimal[deck.Jobs.Length];
    private decimal _overhead;

    /// <summary>A device works for a job from <paramref name="start"/>; returns when it ends.</summary>
    public decimal Work(string lane, int job, decimal start, decimal length) => Add(lane, deck.Jobs[job].Name, start, length, isOverhead: false);

    /// <summary>Time that gets no job further; returns when it ends.</summary>
    public decimal Lose(string lane, string label, decimal start, decimal length)
    {
        _overhead += length;
        return Add(lane, label, start, length, isOverhead: true);
    }

    /// <summary>The job computes from <paramref name="start"/> to its end without a break; returns when it ends.</summary>
    public decimal Compute(int job, decimal start)
    {
        Begin(job, start);
        return Work(Cpu, job, start, deck.Jobs[job].Compute);
    }

    /// <summary>The job has the processor for the first time.</summary>
    public void Begin(int job, decimal time) => _response[job] = time;

    /// <summary>The job is printed from <paramref name="start"/>, and is done then; returns when.</summary>
    public decimal Print(int job, decimal start) => _completion[job] = Work(Printer, job, start, deck.Jobs[job].Print);

    public BatchResult Result(BatchEra era, string note) => new()
    {
        Era = era,
        TotalTime = (double)_completion.Max(),
        CpuBusy = (double)deck.Jobs.Sum(j => j.Compute),
        Overhead = (double)_overhead,
        Job = [.. deck.Jobs.Select((j, i) => new BatchJobResult { Name = j.Name, Response = (double)_response[i], Turnaround = (double)_completion[i] })],
        Timeline = [.. _timeline.OrderBy(s => s.Start)],
        Note = note,
    };

    private decimal Add(string lane, string label, decimal start, decimal length, bool isOverhead)
    {
        if (length > 0)
        {
            _timeline.Add(new GanttSegment(lane, label, (double)start, (double)(start + length)) { IsOverhead = isOverhead });
        }
        return start + length;
    }
}
