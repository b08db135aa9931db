using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency;

/// <content>Waits for one instant after the other, and fires.</content>
public sealed partial class FleetSchedule
{
    // How many firings may be under way before the next ones are missed.
    private const int MostFirings = 4;

    // So long at most until it is noticed that this machine's clock was set.
    private static readonly TimeSpan Nap = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Spare = TimeSpan.FromSeconds(3), LongestLead = TimeSpan.FromMinutes(2);

    private async Task RunAsync()
    {
        try
        {
            while ((_options.Count == 0 || RunCount < _options.Count) && _options.Schedule.Next(_after) is { } instant)
            {
                NextOccurrence = instant;
                bool catchUp = false;
                if (_reference.Now - instant > _options.StartingDeadline)
                {
                    (instant, int missed) = SkipTo(instant);
                    if (_stamp is null)
                    {
                        Miss(instant, missed, "this machine was asleep or busy, or its clock was set");
                        continue;
                    }
                    catchUp = true;
                }
                await UntilAsync(instant - _lead - _reference.Took).ConfigureAwait(false);
                if (!catchUp && _reference.Now - instant > _options.StartingDeadline)
                {
                    // The clock was set while it waited.
                    continue;
                }
                await RefreshReferenceAsync().ConfigureAwait(false);
                _after = instant;
                _stamp?.Write(instant);
                if (!await HasRoomAsync(instant).ConfigureAwait(false))
                {
                    Miss(instant, 1, $"{MostFirings} firings were still under way");
                    continue;
                }
                Fire(instant, catchUp);
            }
            NextOccurrence = null;
            await Task.WhenAll(_firings).ConfigureAwait(false);
            State = FleetScheduleState.Completed;
        }
        catch (OperationCanceledException)
        {
            State = FleetScheduleState.Stopped;
        }
        catch (Exception e)
        {
            Failure = e as NetException ?? new NetException(NetError.FileFailure, e.Message, this, e);
            (State, Problem) = (FleetScheduleState.Failed, e.Message);
            await _stop.CancelAsync().ConfigureAwait(false);
        }
        NextOccurrence = null;
        await Task.WhenAll(_firings).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        Log.Complete();
    }

    private async Task UntilAsync(DateTimeOffset instant)
    {
        for (TimeSpan left = instant - _reference.Now; left > TimeSpan.Zero; left = instant - _reference.Now)
        {
            // The reference may be measured only a little before, so that it holds.
            await Task.Delay(left < Nap ? left : Nap, _stop.Token).ConfigureAwait(false);
            if (_reference.ClockWasSet)
            {
                await RefreshReferenceAsync().ConfigureAwait(false);
            }
        }
        _stop.Token.ThrowIfCancellationRequested();
    }

    // Where they come faster than nodes start, the next one waits, but for no longer than it has.
    private async Task<bool> HasRoomAsync(DateTimeOffset instant)
    {
        _firings.RemoveAll(f => f.IsCompleted);
        while (_firings.Count / Node.Length >= MostFirings && instant > _reference.Now)
        {
            await Task.WhenAny(Task.WhenAny(_firings), Task.Delay(Deadline.Bounded(instant - _reference.Now), _stop.Token)).ConfigureAwait(false);
            _stop.Token.ThrowIfCancellationRequested();
            _firings.RemoveAll(f => f.IsCompleted);
        }
        return _firings.Count / Node.Length < MostFirings;
    }

    private async Task RefreshReferenceAsync()
    {
        try
        {
            await _reference.MeasureAsync(_stop.Token).ConfigureAwait(false);
            Problem = null;
        }
        catch (NetException e)
        {
            Problem = $"The reference could not be measured anew, and what was known before is used: {e.Message}";
        }
    }

    // The last of those that are over, and how many there were; not without end, where they come every millisecond.
    private (DateTimeOffset Last, int Missed) SkipTo(DateTimeOffset instant)
    {
        const int most = 100_000;
        int missed = 1;
        DateTimeOffset now = _reference.Now;
        while (missed < most && _options.Schedule.Next(instant) is { } next && next <= now)
        {
            (instant, missed) = (next, missed + 1);
        }
        return (instant, missed);
    }

    private void Miss(DateTimeOffset instant, int missed, string why)
    {
        _after = instant;
        foreach (FleetNode node in Node)
        {
            Log.Add(Plan(node, instant, RunCount + 1) with { State = FleetRunState.Missed, Problem = missed == 1 ? $"It did not fire: {why}." : $"{missed} firings, of which this is the last, did not happen: {why}." });
        }
    }

    private void Fire(DateTimeOffset instant, bool catchUp)
    {
        RunCount++;
        foreach (FleetNode node in Node)
        {
            DateTimeOffset at = instant + (_options.Splay * (_options.Splay > TimeSpan.Zero ? _random.NextDouble() : 0));
            FleetNodeRun run = new(_options, _launcher, _reference, Plan(node, at, RunCount) with { IsCatchUp = catchUp }, node);
            if (!_underWay.TryGetValue(node.Name, out List<FleetNodeRun>? underWay))
            {
                _underWay.Add(node.Name, underWay = []);
            }
            underWay.RemoveAll(r => r.Completion.IsCompleted);
            run.Begin([.. underWay], _stop.Token);
            underWay.Add(run);
            _firings.Add(GatherAsync(run));
        }
    }

    private async Task GatherAsync(FleetNodeRun run)
    {
        FleetRun result = await run.Completion.ConfigureAwait(false);
        lock (_gate)
        {
            if (run.ReadyAfter is { } ready)
            {
                // Up at once, as late is worse than early; down slowly.
                TimeSpan wanted = (ready * 1.5) + Spare;
                _lead = wanted > _lead ? wanted : _lead - ((_lead - wanted) / (4 * Node.Length));
                _lead = _lead < LongestLead ? _lead : LongestLead;
                _lead = _lead > _options.LeastLead ? _lead : _options.LeastLead;
            }
        }
        Log.Add(result);
    }

    private FleetRun Plan(FleetNode node, DateTimeOffset at, int number) =>
        new() { Schedule = Name, Number = number, Node = node.Name, Scheduled = at, State = FleetRunState.Missed };
}
