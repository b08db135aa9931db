using System.Globalization;
using PSNetConcurrency.Benchmarks;

namespace PSNetConcurrency.Soak.Report;

/// <summary>
/// Whether what the process holds is flat: the median of the second half of the run against the end of the warm-up, the first
/// two tenths of it (a quarter, of a short run). A leak of one descriptor, or of one buffer, in every round is far above what is tolerated.
/// </summary>
internal sealed class Flatness(ResourceSample start)
{
    private const long MiB = 1024 * 1024;

    // What is kept for use again (buffers, threads, heaps that the runtime does not give back at once) differs by the moment.
    private static readonly Measure[] Measures =
    [
        new("managed memory, MiB", s => s.Managed, baseline => (16 * MiB) + (baseline / 10), MiB),
        new("working set, MiB", s => s.WorkingSet, baseline => (48 * MiB) + (baseline / 4), MiB),
        new("descriptors", s => s.Descriptors, _ => OperatingSystem.IsLinux() ? 8 : 64, 1),
        new("threads", s => s.Threads, _ => 6, 1),
        new("child processes", s => s.Children, _ => 0, 1),
    ];

    private readonly List<ResourceSample> _samples = [];

    public void Add(ResourceSample sample) => _samples.Add(sample);

    /// <summary>Prints the table; returns what is not flat.</summary>
    public IReadOnlyList<string> Judge()
    {
        Table table = new("Held by this process, at moments without load", "", "start", "warm", "middle", "end", "2nd half", "tolerated", "");
        List<string> risen = [];
        ResourceSample warm = _samples[Math.Max(0, (_samples.Count / 5) - 1)], middle = _samples[(_samples.Count - 1) / 2], end = _samples[^1];
        ResourceSample[] later = [.. _samples.Skip(_samples.Count / 2)];
        foreach (Measure measure in Measures)
        {
            long median = later.Select(measure.Value).Order().ElementAt(later.Length / 2), most = measure.Value(warm) + measure.Tolerance(measure.Value(warm));
            table.Add(measure.Name, Text(measure.Value(start)), Text(measure.Value(warm)), Text(measure.Value(middle)), Text(measure.Value(end)), Text(median), Text(most), median <= most ? "flat" : "RISES");
            if (median > most)
            {
                risen.Add($"{measure.Name}: {Text(median)} in the second half, {Text(measure.Value(warm))} at the end of the warm-up; {Text(most)} are tolerated.");
            }

            string Text(long value) => measure.Unit == 1 ? value.ToString(CultureInfo.InvariantCulture) : ((double)value / measure.Unit).ToString("0.0", CultureInfo.InvariantCulture);
        }
        table.Print();
        return risen;
    }

    private sealed record Measure(string Name, Func<ResourceSample, long> Value, Func<long, long> Tolerance, long Unit);
}
