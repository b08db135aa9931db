using System.Globalization;

namespace PSNetConcurrency.Core.Scheduling.States;

/// <summary>Makes the bars of a chart from the rows of a simulation: one for each stretch of ticks in which a process ran or was blocked.</summary>
internal sealed class StateTimeline(int processes)
{
    private readonly List<GanttSegment> _segments = [];
    private readonly (SimulatedState State, long Since)[] _open = new (SimulatedState, long)[processes];

    public void Add(ProcessStateRow row)
    {
        for (int process = 0; process < _open.Length; process++)
        {
            Change(process, row.State[process], row.Tick - 1);
        }
    }

    /// <summary>All bars, by their beginnings.</summary>
    public GanttSegment[] End(long totalTime)
    {
        for (int process = 0; process < _open.Length; process++)
        {
            Change(process, SimulatedState.Done, totalTime);
        }
        return [.. _segments.OrderBy(s => s.Start)];
    }

    private void Change(int process, SimulatedState state, long now)
    {
        (SimulatedState before, long since) = _open[process];
        if (before == state)
        {
            return;
        }
        if (before is SimulatedState.Running or SimulatedState.Blocked)
        {
            _segments.Add(new GanttSegment(string.Create(CultureInfo.InvariantCulture, $"P{process}"), before.ToString(), since, now));
        }
        _open[process] = (state, now);
    }
}
