using System.Globalization;
using PSNetConcurrency.Core.Scheduling.Structures;

namespace PSNetConcurrency.Core.Scheduling.Policies;

/// <summary>The highest response ratio next (Brinch Hansen, 1971): (waited + burst) / burst. Of equal ones who became ready first, then the order of the list.</summary>
internal sealed class ResponseRatioPolicy(PolicyContext context) : ISchedulingPolicy
{
    // Switches come on top of the plan's horizon, so their cost asks for the room.
    private readonly RatioTournament _ready = new(context.Jobs.Length, context.Plan.SwitchCost == 0 && context.Plan.Horizon < int.MaxValue);

    public int ReadyCount { get; private set; }

    public void Enter(int job, ReadyReason reason, long now)
    {
        ReadyCount++;
        _ready.Add(job, context.Jobs[job].BurstLeft, now);
    }

    public int Next(long now)
    {
        ReadyCount--;
        return _ready.Take(now);
    }

    public string Why(int job, long now)
    {
        ref JobState state = ref context.Jobs[job];
        double ratio = ((double)(now - state.EnteredAt) / state.BurstLeft) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"ratio {ratio:0.###}, the highest of {ReadyCount + 1}");
    }
}
