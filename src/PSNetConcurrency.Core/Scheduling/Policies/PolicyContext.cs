namespace PSNetConcurrency.Core.Scheduling.Policies;

/// <summary>What a policy may look at: the plan, how far the jobs are, and the trace where one is kept.</summary>
internal sealed record PolicyContext(SchedulerPlan Plan, JobState[] Jobs, EventTrace? Trace);
