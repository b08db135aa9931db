namespace PSNetConcurrency.Core.Scheduling;

/// <summary>Jobs in, result out.</summary>
internal static class SchedulerSimulation
{
    public static SchedulerResult Run(IReadOnlyList<SchedulerJob> jobs, SchedulerOptions options, Action<double>? progress = null, CancellationToken cancellationToken = default) =>
        new(SchedulerEngine.Run(SchedulerPlan.Create(jobs, options), progress, cancellationToken));
}
