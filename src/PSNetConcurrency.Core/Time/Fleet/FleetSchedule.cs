using System.Diagnostics.CodeAnalysis;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency;

/// <summary>What a fleet's schedule does.</summary>
public enum FleetScheduleState
{
    /// <summary>It waits for its next firing, or fires.</summary>
    Running,

    /// <summary>It has fired as often as it should.</summary>
    Completed,

    /// <summary>It was stopped.</summary>
    Stopped,

    /// <summary>It can't go on; Problem tells why.</summary>
    Failed,
}

/// <summary>A script that runs on all nodes of a fleet at the same instants.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Its end disposes of the source.")]
public sealed partial class FleetSchedule
{
    // How many results wait to be received.
    private const int KeptRuns = 1000;

    private static int s_lastId;

    private FleetScheduleOptions _options;
    private readonly IFleetLauncher _launcher;
    private readonly FleetReference _reference;
    private readonly FleetStamp? _stamp;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<string, List<FleetNodeRun>> _underWay = [];
    private readonly List<Task> _firings = [];
    private readonly object _gate = new();
    private RepeatableRandom _random;
    private TimeSpan _lead;
    private DateTimeOffset _after;

    private FleetSchedule(FleetScheduleOptions options, IFleetLauncher launcher)
    {
        (_options, _launcher, _lead) = (options, launcher, options.Lead);
        Id = Interlocked.Increment(ref s_lastId);
        Name = options.Name ?? $"FleetSchedule-{Id}";
        Node = [.. options.Nodes];
        Reference = [.. options.Servers.Select(s => $"{s.Host}:{s.Port}")];
        _reference = new FleetReference(options.Servers, options.PicksAtRandom, options.Seed);
        _stamp = options.StampPath is { } path ? new FleetStamp(path) : null;
        _random = new RepeatableRandom((ulong)options.Seed);
    }

    /// <summary>Its number in this session, from 1.</summary>
    public int Id { get; }

    public string Name { get; }

    /// <summary>The cron or calendar expression, the instants or the interval.</summary>
    public string Expression => _options.Schedule.Expression;

    /// <summary>Whose clocks and daylight saving the expression follows.</summary>
    public TimeZoneInfo TimeZone => _options.Schedule.Zone;

    public FleetNode[] Node { get; }

    /// <summary>The time servers whose clock it goes by; empty for this machine's.</summary>
    public string[] Reference { get; }

    public FleetScheduleState State { get; private set; }

    /// <summary>By the reference clock; null where there is none.</summary>
    public DateTimeOffset? NextOccurrence { get; private set; }

    /// <summary>How many times it has fired, or begun to.</summary>
    public int RunCount { get; private set; }

    /// <summary>How far the reference is ahead of this machine's clock, as measured last.</summary>
    public TimeSpan ClockOffset => _reference.Offset;

    /// <summary>The results that wait to be received, at most 1,000; each is that of one node.</summary>
    public FleetRun[] Run => Log.Snapshot();

    /// <summary>Results that were lost because nobody received them.</summary>
    public long Dropped => Log.Dropped;

    /// <summary>What is not as it should be; null for nothing.</summary>
    public string? Problem { get; private set; }

    /// <summary>Why it can't go on; null where it can.</summary>
    internal NetException? Failure { get; private set; }

    internal FleetScheduleOptions Options => _options;

    internal BoundedLog<FleetRun> Log { get; } = new(KeptRuns, long.MaxValue, static _ => 0);

    /// <summary>Ends when nothing of it runs any more; never fails.</summary>
    internal Task Completion { get; private set; } = null!;

    /// <summary>Measures the reference and starts.</summary>
    /// <exception cref="NetException">No time servers can be used; the schedule has no occurrence; the stamp can't be read or written.</exception>
    internal static async Task<FleetSchedule> StartAsync(FleetScheduleOptions options, IFleetLauncher launcher, CancellationToken stop)
    {
        FleetSchedule schedule = new(options, launcher);
        try
        {
            await schedule._reference.MeasureAsync(stop).ConfigureAwait(false);
            schedule.Prepare();
        }
        catch
        {
            schedule._stop.Dispose();
            throw;
        }
        schedule.Completion = Task.Run(schedule.RunAsync, CancellationToken.None);
        return schedule;
    }

    /// <summary>Stops it and all that it runs; may be called again.</summary>
    internal Task StopAsync()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended.
        }
        return Completion;
    }

    public override string ToString() => $"{Name}: {Expression} on {string.Join(", ", Node.Select(n => n.Name))}";

    private void Prepare()
    {
        DateTimeOffset now = _reference.Now;
        _after = _stamp?.Read() is { } last && last < now ? last : now;
        // An instant that is just over is fired at late, and not refused: whoever gives one has it in mind.
        if (_options.Schedule is FixedSchedule)
        {
            _after = _stamp is null ? now - _options.StartingDeadline : _after;
        }
        if (_options.Schedule is IntervalSchedule interval)
        {
            // By the clock that it is asked by, and on from where it was when it fired last.
            _options = _options with { Schedule = interval.From(_after) };
        }
        NextOccurrence = _options.Schedule.First(_after);
        _stamp?.Write(_after);
    }
}
