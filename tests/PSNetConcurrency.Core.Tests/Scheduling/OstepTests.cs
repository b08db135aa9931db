using System.Globalization;
using System.Text.Json;
using PSNetConcurrency.Core.Scheduling;
using PSNetConcurrency.Core.Scheduling.States;

namespace PSNetConcurrency.Core.Tests.Scheduling;

/// <summary>What OSTEP's own simulators answered (ostep.json), to the tick, with a trace and without.</summary>
public class OstepTests
{
    private static readonly JsonElement[] s_cases = Load();

    [Fact]
    public void Scheduler_py_answers_the_same()
    {
        JsonElement[] cases = Of("scheduler");
        Assert.Equal(33, cases.Length);
        Assert.All(cases, c =>
        {
            double[] bursts = [.. c.GetProperty("jobs").EnumerateArray().Select(b => b.GetDouble())];
            SchedulerResult result = Run(Workload.Bursts(bursts), new SchedulerOptions
            {
                Policy = c.GetProperty("policy").GetString() switch { "FIFO" => SchedulingPolicy.FCFS, "SJF" => SchedulingPolicy.SJF, _ => SchedulingPolicy.RoundRobin },
                Quantum = c.TryGetProperty("quantum", out JsonElement q) ? q.GetDouble() : 1,
            });
            foreach (JsonElement stat in c.GetProperty("stats").EnumerateArray())
            {
                SchedulerJobResult job = result.Job[stat.GetProperty("job").GetInt32()];
                Assert.Equal((stat.GetProperty("response").GetDouble(), stat.GetProperty("turnaround").GetDouble(), stat.GetProperty("wait").GetDouble()), (job.Response, job.Turnaround, job.Waiting));
            }
            JsonElement average = c.GetProperty("average");
            Assert.Equal(average.GetProperty("wait").GetDouble(), result.AverageWaiting, 0.0051);
            Assert.Equal(average.GetProperty("response").GetDouble(), result.AverageResponse, 0.0051);
            Assert.Equal(average.GetProperty("turnaround").GetDouble(), result.AverageTurnaround, 0.0051);
            if (c.TryGetProperty("trace", out JsonElement trace))
            {
                Assert.Equal(
                    trace.EnumerateArray().Select(t => (t.GetProperty("time").GetDouble(), $"P{t.GetProperty("job").GetInt32() + 1}")),
                    result.Trace.Where(e => e.Event == SchedulerEventKind.Dispatched).Select(e => (e.Time, e.Job!)));
            }
        });
    }

    [Fact]
    public void Mlfq_py_answers_the_same()
    {
        JsonElement[] cases = Of("mlfq");
        Assert.Equal(28, cases.Length);
        Assert.All(cases, c =>
        {
            JsonElement options = c.GetProperty("options");
            double io = Number(options, "i") ?? 5;
            SchedulerJob[] jobs = [.. options.GetProperty("l").GetString()!.Split(':').Select(j => Array.ConvertAll(j.Split(','), double.Parse))
                .Select(j => new SchedulerJob { ArrivalTime = j[0], BurstTime = j[1], IoEvery = j[2], IoTime = io })];
            int[]? quanta = Numbers(options, "Q");
            SchedulerResult result = Run(jobs, new SchedulerOptions
            {
                Policy = SchedulingPolicy.MLFQ,
                Quantum = Number(options, "q"),
                QueueCount = (int?)Number(options, "n"),
                QuantumList = quanta is null ? null : Array.ConvertAll(quanta, n => (double)n),
                Allotment = (int)(Number(options, "a") ?? 1),
                AllotmentList = Numbers(options, "A"),
                BoostInterval = Number(options, "B") ?? 0,
                StayOnIo = options.TryGetProperty("S", out _),
                IoBump = options.TryGetProperty("I", out _),
            });
            int highest = result.Quantum.Length - 1;
            Assert.Equal(
                c.GetProperty("segments").EnumerateArray().Select(s => string.Join(' ', s.EnumerateArray())),
                result.Gantt.Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Start} {g.End} {Index(g.Label)} {highest - g.Queue}")));
            Assert.Equal(
                c.GetProperty("events").EnumerateArray().Select(e => (Time: e[0].GetDouble(), Name: e[1].GetString(), Job: e[2].ToString())).Where(e => e.Name != "IDLE"),
                result.Trace.Select(e => (e.Time, Name: OstepName(e.Event), Job: e.Job is null ? "" : Index(e.Job))).Where(e => e.Name is not null));
            foreach (JsonElement stat in c.GetProperty("stats").EnumerateArray())
            {
                SchedulerJobResult job = result.Job[stat.GetProperty("job").GetInt32()];
                Assert.Equal((stat.GetProperty("response").GetDouble(), stat.GetProperty("turnaround").GetDouble()), (job.Response, job.Turnaround));
            }
        });
    }

    [Fact]
    public void Lottery_py_answers_the_same()
    {
        JsonElement[] cases = Of("lottery");
        Assert.Equal(2, cases.Length);
        Assert.All(cases, c =>
        {
            SchedulerJob[] jobs = [.. c.GetProperty("jobs").EnumerateArray().Select(j => new SchedulerJob { BurstTime = j[0].GetDouble(), Ticket = j[1].GetInt32() })];
            SchedulerResult result = Run(jobs, new SchedulerOptions
            {
                Policy = SchedulingPolicy.Lottery,
                Quantum = c.GetProperty("quantum").GetDouble(),
                RandomNumber = [.. c.GetProperty("draws").EnumerateArray().Select(d => d.GetInt64())],
            });
            Assert.Equal(c.GetProperty("winners").EnumerateArray().Select(w => w.ToString()), result.Trace.Where(e => e.Event == SchedulerEventKind.Dispatched).Select(e => Index(e.Job!)));
            Assert.Equal(
                c.GetProperty("done").EnumerateArray().Select(d => (d[0].ToString(), d[1].GetDouble())),
                result.Trace.Where(e => e.Event == SchedulerEventKind.Finished).Select(e => (Index(e.Job!), e.Time)));
        });
    }

    /// <summary>lottery.py -s 0 -j 3 draws these, as any CPython does after random.seed(0).</summary>
    [Fact]
    public void A_seed_draws_what_python_draws()
    {
        PythonRandom random = new(0);
        // The program has drawn length and tickets of three jobs before.
        for (int i = 0; i < 6; i++)
        {
            random.NextDouble();
        }
        Assert.Equal([783799, 303313, 476597, 583382, 908113], Enumerable.Range(0, 5).Select(_ => (int)(random.NextDouble() * 1_000_001)));
    }

    private static SchedulerResult Run(SchedulerJob[] jobs, SchedulerOptions options)
    {
        options = options with { Compatibility = SchedulerCompatibility.Ostep };
        SchedulerResult traced = SchedulerSimulation.Run(jobs, options with { Trace = true });
        // Without a trace, quanta at which a lone job only goes on are passed over.
        SchedulerResult quick = SchedulerSimulation.Run(jobs, options);
        Assert.Equal(traced.Job, quick.Job);
        Assert.Equal(traced.Gantt, quick.Gantt);
        return traced;
    }

    private static string? OstepName(SchedulerEventKind kind) => kind switch
    {
        SchedulerEventKind.Arrived => "JOB BEGINS",
        SchedulerEventKind.IoStarted => "IO_START",
        SchedulerEventKind.IoDone => "IO_DONE",
        SchedulerEventKind.Boosted => "BOOST",
        SchedulerEventKind.Finished => "FINISHED",
        _ => null,
    };

    private static string Index(string name) => (int.Parse(name[1..], CultureInfo.InvariantCulture) - 1).ToString(CultureInfo.InvariantCulture);

    private static double? Number(JsonElement options, string name) => options.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : null;

    private static int[]? Numbers(JsonElement options, string name) => options.TryGetProperty(name, out JsonElement value) ? Array.ConvertAll(value.GetString()!.Split(','), int.Parse) : null;

    private static JsonElement[] Of(string simulator) => [.. s_cases.Where(c => c.GetProperty("simulator").GetString() == simulator)];

    private static JsonElement[] Load()
    {
        using Stream stream = typeof(OstepTests).Assembly.GetManifestResourceStream("ostep.json")!;
        return [.. JsonDocument.Parse(stream).RootElement.GetProperty("cases").EnumerateArray()];
    }
}
