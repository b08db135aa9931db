using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PSNetConcurrency.Core.Scheduling;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>
/// Simulations a second, against OSTEP's mlfq.py and scheduler.py on the same jobs in turns, inside a started process and as
/// whole processes; then a million jobs under each policy, and what an event costs as there are more.
/// </summary>
internal sealed partial class SchedulingArea : IBenchmarkArea
{
    private const string Ours = "PSNetConcurrency", Peer = "OSTEP";

    // A list of jobs may be longer than an argument: the second is a file that holds it.
    private const string Wrapper = "import runpy, sys; p, f = sys.argv[1:3]; sys.argv = [p, '-l', open(f).read(), '-c'] + sys.argv[3:]; runpy.run_path(p, run_name='__main__')";

    // {0} manifest, {1} file of jobs: as a user has it, from reading to the result.
    private static readonly CompositeFormat ScriptFormat = CompositeFormat.Parse("Import-Module '{0}'; $jobs = foreach ($job in [IO.File]::ReadAllText('{1}').Split(':')) {{ $a, $b, $io = $job.Split(','); [pscustomobject]@{{ Arrival = $a; Burst = $b; IoEvery = $io }} }}; [Console]::WriteLine(($jobs | Invoke-SchedulerSimulation -Policy MLFQ -Compatibility Ostep -BoostInterval 500).AverageTurnaround.ToString('0.00', [cultureinfo]::InvariantCulture))");

    public string Name => "scheduling";

    public async Task<bool> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        bool correct = true;
        if (options.Wants("peers"))
        {
            correct = await PeersAsync(options, cancellationToken);
        }
        if (options.Wants("million"))
        {
            Million();
        }
        if (options.Wants("growth"))
        {
            Growth();
        }
        return correct;
    }

    private static async Task<bool> PeersAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        if (Programs.Find("python3") is null || Find(options, "mlfq.py") is not { } mlfq || Find(options, "scheduler.py") is not { } scheduler)
        {
            Console.WriteLine("scheduling leaves the comparison out: it takes python3, and mlfq.py and scheduler.py of OSTEP's homework in the folder of --ostep or below.");
            return true;
        }
        string file = Path.GetTempFileName();
        try
        {
            Table table = new($"The same simulation to OSTEP's, {options.Rounds} rounds", "what", "jobs", "ratio", "least - most");
            bool correct = true;
            foreach ((string what, int count, bool feedback, bool whole) in new[] { ("mlfq.py, simulation in a started process", 1000, true, false), ("scheduler.py RR, the same", 1000, false, false), ("mlfq.py, whole processes", 12_000, true, true) })
            {
                SchedulerJob[] jobs = Jobs(count, interactive: feedback);
                await File.WriteAllTextAsync(file, feedback ? string.Join(':', jobs.Select(j => $"{j.ArrivalTime},{j.BurstTime},{j.IoEvery}")) : string.Join(',', jobs.Select(j => j.BurstTime)), cancellationToken);
                Command theirs = feedback ? new("python3", "-c", Wrapper, mlfq, file, "-B", "500") : new("python3", "-c", Wrapper, scheduler, file, "-p", "RR", "-q", "1");
                SchedulerOptions ours = new() { Policy = feedback ? SchedulingPolicy.MLFQ : SchedulingPolicy.RoundRobin, BoostInterval = feedback ? 500 : 0, Compatibility = SchedulerCompatibility.Ostep };
                Measured measured = new();
                // The first round is for the compiler.
                for (int round = 0; round <= options.Rounds; round++)
                {
                    (double ourSeconds, double ourMean) = whole ? await TimeAsync(Shell(options, file), "") : Time(jobs, ours);
                    (double theirSeconds, double theirMean) = await TimeAsync(theirs, feedback ? "- turnaround " : "Turnaround ");
                    // Theirs are printed with two digits.
                    correct &= Math.Abs(ourMean - theirMean) < 0.01;
                    if (round > 0)
                    {
                        measured.Add(Ours, 1 / ourSeconds);
                        measured.Add(Peer, 1 / theirSeconds);
                    }
                }
                options.Ratios.Add("scheduling", $"{what}, {count} jobs", measured, Ours, Peer, bar: whole ? 1 : feedback ? 100 : null);
                table.Add(what, $"{count}", measured.Ratio(Ours, Peer), measured.Spread(Ours, Peer));
            }
            table.Print();
            Console.WriteLine(correct ? "All mean turnaround times are equal." : "WRONG: the mean turnaround times differ.");
            return correct;
        }
        finally
        {
            File.Delete(file);
        }

        async Task<(double Seconds, double Mean)> TimeAsync(Command command, string before)
        {
            long start = Stopwatch.GetTimestamp();
            (int exitCode, string output) = await Programs.RunAsync(command, cancellationToken);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            int at = before.Length == 0 ? 0 : output.LastIndexOf(before, StringComparison.Ordinal);
            return exitCode == 0 && at >= 0 && Number().Match(output, at) is { Success: true, Value: var mean } ? (seconds, double.Parse(mean, CultureInfo.InvariantCulture)) : throw new InvalidOperationException($"{command.File} failed: {output}");
        }
    }

    private static (double Seconds, double Mean) Time(SchedulerJob[] jobs, SchedulerOptions options)
    {
        const int Times = 20;
        long start = Stopwatch.GetTimestamp();
        double mean = 0;
        for (int i = 0; i < Times; i++)
        {
            mean = SchedulerSimulation.Run(jobs, options).AverageTurnaround;
        }
        return (Stopwatch.GetElapsedTime(start).TotalSeconds / Times, mean);
    }

    private static void Million()
    {
        SchedulerJob[] jobs = Jobs(1_000_000, interactive: false);
        Table table = new("A million jobs", "policy", "seconds", "million events");
        foreach (SchedulingPolicy policy in Enum.GetValues<SchedulingPolicy>())
        {
            long start = Stopwatch.GetTimestamp();
            SchedulerResult result = SchedulerSimulation.Run(jobs, new SchedulerOptions { Policy = policy, Quantum = 10, BoostInterval = 1000, AgingInterval = 100, ContextSwitchCost = 0 });
            table.Add($"{policy}", $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0.00}", $"{result.Run.Events / 1e6:0.0}");
        }
        table.Print();
    }

    private static void Growth()
    {
        Table table = new("Nanoseconds an event under MLFQ with I/O and boosts", "jobs", "million events", "ns", "ns / log2 jobs");
        foreach (int count in (int[])[1000, 10_000, 100_000, 700_000])
        {
            SchedulerPlan plan = SchedulerPlan.Create(Jobs(count, interactive: true), new SchedulerOptions { Policy = SchedulingPolicy.MLFQ, Compatibility = SchedulerCompatibility.Ostep, BoostInterval = 500, GanttLimit = 0 });
            int times = 1_000_000 / count;
            long start = Stopwatch.GetTimestamp(), events = 0;
            for (int i = 0; i <= times; i++)
            {
                events += SchedulerEngine.Run(plan).Events;
            }
            double nanoseconds = Stopwatch.GetElapsedTime(start).TotalNanoseconds / events;
            table.Add($"{count}", $"{events / (times + 1) / 1e6:0.00}", $"{nanoseconds:0}", $"{nanoseconds / Math.Log2(count):0.0}");
        }
        table.Print();
    }

    // Bursts of 50 on average; with I/O they come a little faster than they are done, so that queues are long.
    private static SchedulerJob[] Jobs(int count, bool interactive)
    {
        Random random = new(1);
        double time = 0;
        SchedulerJob[] jobs = new SchedulerJob[count];
        for (int i = 0; i < count; i++)
        {
            time += interactive ? random.Next(0, 90) : 0;
            jobs[i] = new SchedulerJob { ArrivalTime = time, BurstTime = 1 + random.Next(100), IoEvery = interactive ? random.Next(0, 12) : 0, Priority = random.Next(10), Ticket = 1 + random.Next(100) };
        }
        return jobs;
    }

    private static string? Find(BenchmarkOptions options, string name) =>
        options.OstepFolder is { } folder && Directory.Exists(folder) ? Directory.EnumerateFiles(folder, name, SearchOption.AllDirectories).FirstOrDefault() : null;

    private static Command Shell(BenchmarkOptions options, string file) =>
        new(options.PowerShell ?? Programs.EmbeddedShell, "-NoProfile", "-NonInteractive", "-Command", string.Format(CultureInfo.InvariantCulture, ScriptFormat, Path.Combine(BenchmarkOptions.RepositoryRoot, "PSNetConcurrency.psd1"), file));

    [GeneratedRegex(@"[0-9]+\.[0-9]+")]
    private static partial Regex Number();
}
