namespace PSNetConcurrency.Core.Processes.Measure;

/// <summary>When one worker was carried out: spans of the system's monotonic clock, which all processes of a machine share.</summary>
/// <param name="Name">The worker.</param>
/// <param name="Spans">Beginning, end, beginning, end … in Stopwatch ticks, ascending.</param>
internal sealed record WorkerTrace(string Name, long[] Spans)
{
    public long Begin => Spans[0];

    public long End => Spans[^1];

    public long Total
    {
        get
        {
            long total = 0;
            for (int i = 0; i + 1 < Spans.Length; i += 2)
            {
                total += Spans[i + 1] - Spans[i];
            }
            return total;
        }
    }
}
