using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>One firing on one node: starts the agent ahead, sees that it knows the time, arms it, and gathers what it tells.</summary>
[SuppressMessage("Design", "CA1001", Justification = "The run disposes of the source when it ends.")]
internal sealed partial class FleetNodeRun(FleetScheduleOptions options, IFleetLauncher launcher, FleetReference reference, FleetRun plan, FleetNode node)
{
    private const int MostRecords = 10_000;

    // A message takes so long at most to a node that is not far away and not overloaded: then the overlap is decided.
    private static readonly TimeSpan DecisionAhead = TimeSpan.FromMilliseconds(250);

    // From the instant, or the end of the script, until the node has told of it.
    private static readonly TimeSpan ReportLimit = TimeSpan.FromSeconds(10);

    private static readonly Task Never = new TaskCompletionSource().Task;

    private readonly string _key = Guid.NewGuid().ToString("N");
    private readonly TaskCompletionSource _measured = New(), _armed = New(), _done = New();
    private readonly CancellationTokenSource _replaced = new();
    private readonly Dictionary<string, (long Sent, TaskCompletionSource<long> Got)> _pings = [];
    private readonly List<object?> _output = [], _errors = [];
    private readonly IReadOnlyList<(string Host, int Port)> _asked = reference.TrustedFrom(node);
    private readonly DateTimeOffset _beganAt = reference.Now;
    private long _began;
    private IFleetLink? _link;
    private FleetRun _run = plan;
    private long _records;
    private long _answeredAt;
    private string? _unmeasured;

    /// <summary>How long it took until the node was ready; null where it is not.</summary>
    public TimeSpan? ReadyAfter { get; private set; }

    /// <summary>Ends with the result, and never fails.</summary>
    public Task<FleetRun> Completion { get; private set; } = null!;

    /// <summary>Begins, after what <paramref name="before"/> has of this node's runs: all that have not ended, as the last may have been skipped because of another.</summary>
    public void Begin(FleetNodeRun[] before, CancellationToken stop) => Completion = RunAsync(before, stop);

    private async Task<FleetRun> RunAsync(FleetNodeRun[] before, CancellationToken stopAll)
    {
        using CancellationTokenSource linked = CancellationTokenSource.CreateLinkedTokenSource(stopAll, _replaced.Token);
        CancellationToken stop = linked.Token;
        Task reading = Task.CompletedTask;
        try
        {
            (bool runs, string? waited) = node.RunsOneAtATime ? await AfterAsync(before, Never, stop).ConfigureAwait(false) : (true, null);
            if (runs)
            {
                _began = Stopwatch.GetTimestamp();
                // Starting waits for nobody, but takes a while: many nodes are started at once.
                _link = await Task.Run(() => launcher.Start(node, FleetAgent.Plan(_key, node.ClockOffset, _asked)), stop).ConfigureAwait(false);
                reading = ReadAsync(stop);
                await FireAsync(before, waited, reading, stop).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            Set(FleetRunState.Stopped, _replaced.IsCancellationRequested ? "The next run replaced it." : "The schedule was stopped.");
        }
        catch (NetException e)
        {
            Set(_armed.Task.IsCompleted ? FleetRunState.Failed : FleetRunState.Unreachable, e.Message);
        }
        catch (Exception e)
        {
            Set(FleetRunState.Failed, $"{e.GetType().Name}: {e.Message}");
        }
        finally
        {
            if (_link is not null)
            {
                await _link.StopAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _replaced.Dispose();
        }
        lock (_output)
        {
            string? cut = _records > MostRecords ? $"It wrote {_records} records, of which the first {MostRecords} are kept." : null;
            return _run with { Output = [.. _output], Error = [.. _errors], Problem = _run.Problem ?? cut };
        }
    }

    private async Task FireAsync(FleetNodeRun[] before, string? waited, Task reading, CancellationToken stop)
    {
        if (!await WithinAsync(_measured.Task, reading, waited is null ? UntilDeadline() : options.StartingDeadline, stop).ConfigureAwait(false))
        {
            Set(FleetRunState.Unreachable, $"{node.Name} was not ready {options.StartingDeadline.TotalSeconds} s after {(waited is null ? "the instant" : "it could be started")}.");
            return;
        }
        ReadyAfter = Stopwatch.GetElapsedTime(_began);
        long? offset = _unmeasured is null ? null : await MeasureThroughChannelAsync(reading, stop).ConfigureAwait(false);
        if (!node.RunsOneAtATime && options.Overlap != FleetOverlapPolicy.Parallel)
        {
            (bool runs, waited) = await AfterAsync(before, reading, stop).ConfigureAwait(false);
            if (!runs)
            {
                return;
            }
        }
        if (UntilDeadline() <= TimeSpan.Zero && waited is null)
        {
            Set(FleetRunState.Missed, $"{node.Name} was ready {TimeWords.Of(-Until(_run.Scheduled))} after the instant, which is more than the {options.StartingDeadline.TotalSeconds} s allowed.");
            return;
        }
        await _link!.SendAsync(FleetAgent.ArmLine(_run.Scheduled.UtcTicks, offset), stop).ConfigureAwait(false);
        _link.EndInput();
        if (!await WithinAsync(_armed.Task, reading, Positive(Until(_run.Scheduled)) + ReportLimit, stop).ConfigureAwait(false))
        {
            Set(FleetRunState.Unreachable, $"{node.Name} was told when to fire, and did not answer in {ReportLimit.TotalSeconds} s.");
            return;
        }
        // From there on the node needs nobody to fire.
        TimeSpan limit = options.Timeout is { } given ? Positive(Until(_run.Scheduled)) + given : Timeout.InfiniteTimeSpan;
        if (!await WithinAsync(_done.Task, reading, limit, stop).ConfigureAwait(false))
        {
            Set(FleetRunState.TimedOut, $"The script ran longer than the {options.Timeout!.Value.TotalSeconds} s it was given, and was stopped.");
            return;
        }
        // What comes behind is how it ended.
        await WithinAsync(reading, reading, ReportLimit, stop).ConfigureAwait(false);
        if (_link.Failure is { } failure)
        {
            Set(FleetRunState.Failed, failure.Message);
            return;
        }
        bool late = _run.Skew > options.Tolerance && !_run.IsCatchUp;
        Set(late ? FleetRunState.Late : FleetRunState.Completed, waited
            ?? (late ? $"It began {TimeWords.Of(_run.Skew!.Value)} after its instant{(ReadyAfter > _run.Scheduled - _beganAt ? $": the node was ready only {TimeWords.Of(ReadyAfter!.Value)} after it was started" : "")}." : null));
    }

    /// <summary>Waits for the runs before; tells whether this one runs, and where they did not end in time, what was done about it.</summary>
    private async Task<(bool Runs, string? Waited)> AfterAsync(FleetNodeRun[] before, Task reading, CancellationToken stop)
    {
        // With a delay of its own, a run may be due after the next one. One whose node is not ready yet counts: it may begin at any moment.
        FleetNodeRun[] due = [.. before.Where(r => r._run.Scheduled <= _run.Scheduled)];
        string? waited = null;
        if (!await WithinAsync(End(due), reading, Until(_run.Scheduled) - DecisionAhead, stop).ConfigureAwait(false))
        {
            due = [.. due.Where(r => !r.Completion.IsCompleted)];
            string numbers = string.Join(" and ", due.Select(r => r._run.Number));
            if (options.Overlap == FleetOverlapPolicy.Skip && due.Length > 0)
            {
                Set(FleetRunState.Skipped, $"Run {numbers} had not ended on {node.Name}.");
                return (false, null);
            }
            bool replaces = options.Overlap == FleetOverlapPolicy.Replace;
            if (replaces)
            {
                Array.ForEach(due, r => r.Replace());
            }
            await End(due).WaitAsync(stop).ConfigureAwait(false);
            waited = due.Length == 0 ? null : replaces ? $"It replaced run {numbers}." : $"It waited for run {numbers} to end.";
        }
        if (node.RunsOneAtATime)
        {
            await End(before).WaitAsync(stop).ConfigureAwait(false);
        }
        return (true, waited);
    }

    private static Task<FleetRun[]> End(FleetNodeRun[] runs) => Task.WhenAll(runs.Select(r => r.Completion));

    private void Replace()
    {
        try
        {
            _replaced.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended in this moment.
        }
    }

    // What the node tells and what is decided here come at the same time.
    private void Change(Func<FleetRun, FleetRun> change)
    {
        lock (_output)
        {
            _run = change(_run);
        }
    }

    private void Set(FleetRunState state, string? problem) => Change(r => r with { State = state, Problem = problem ?? r.Problem });

    private TimeSpan Until(DateTimeOffset instant) => instant - reference.Now;

    // What is made up for has no instant any more.
    private TimeSpan UntilDeadline() => Until(_run.IsCatchUp ? _beganAt : _run.Scheduled) + options.StartingDeadline;

    private static TimeSpan Positive(TimeSpan time) => time > TimeSpan.Zero ? time : TimeSpan.Zero;

    /// <summary>Waits for one thing; false where the time ran out. Where the node ends first, its failure is thrown, or that it ended.</summary>
    private async Task<bool> WithinAsync(Task wanted, Task reading, TimeSpan limit, CancellationToken stop)
    {
        Task first;
        try
        {
            first = await Task.WhenAny(wanted, reading).WaitAsync(limit == Timeout.InfiniteTimeSpan ? limit : Deadline.Bounded(limit), stop).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return wanted.IsCompleted;
        }
        if (first == wanted || wanted.IsCompleted)
        {
            return true;
        }
        await reading.ConfigureAwait(false);
        throw _link!.Failure ?? new NetException(NetError.PeerClosed, $"{node.Name} ended before it fired.", node.Name);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
