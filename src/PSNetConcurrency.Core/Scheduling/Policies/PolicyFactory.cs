namespace PSNetConcurrency.Core.Scheduling.Policies;

internal static class PolicyFactory
{
    public static ISchedulingPolicy Create(PolicyContext context) => context.Plan.Options.Policy switch
    {
        SchedulingPolicy.FCFS => new QueuePolicy(context, long.MaxValue),
        SchedulingPolicy.RoundRobin => new QueuePolicy(context, context.Plan.Quantum[0]),
        SchedulingPolicy.SJF => new ShortestPolicy(context, preemptive: false),
        SchedulingPolicy.SRTF => new ShortestPolicy(context, preemptive: true),
        SchedulingPolicy.Priority => new PriorityPolicy(context, preemptive: false),
        SchedulingPolicy.PriorityPreemptive => new PriorityPolicy(context, preemptive: true),
        SchedulingPolicy.HRRN => new ResponseRatioPolicy(context),
        SchedulingPolicy.MLFQ => new FeedbackPolicy(context),
        SchedulingPolicy.Lottery => new LotteryPolicy(context),
        SchedulingPolicy.Stride => new StridePolicy(context),
        SchedulingPolicy policy => throw new ArgumentOutOfRangeException(nameof(context), policy, "No policy of that name."),
    };
}
