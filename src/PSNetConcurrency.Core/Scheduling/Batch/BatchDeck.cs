using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Scheduling.Batch;

/// <summary>A deck of jobs that was checked, with exact times.</summary>
internal sealed class BatchDeck
{
    public const double MaximumTime = 1e12;
    public const int MaximumJobs = 100_000;

    /// <summary>Fails with <see cref="NetError.NoJob"/>, <see cref="NetError.JobInvalid"/>, <see cref="NetError.DuplicateJobName"/> and <see cref="NetError.JobTimeInvalid"/>, which name the job, and <see cref="NetError.SimulationTooLarge"/>.</summary>
    public BatchDeck(IReadOnlyList<BatchJob> jobs)
    {
        if (jobs.Count == 0)
        {
            throw new NetException(NetError.NoJob, "The deck has no jobs. Give objects with Name, SetupTime, ReadTime, ComputeTime and PrintTime.");
        }
        if (jobs.Count > MaximumJobs)
        {
            throw new NetException(NetError.SimulationTooLarge, string.Create(CultureInfo.InvariantCulture, $"The deck has {jobs.Count:N0} jobs; the limit is {MaximumJobs:N0}."), jobs.Count);
        }
        Dictionary<string, int> seen = new(StringComparer.OrdinalIgnoreCase);
        Jobs = new DeckJob[jobs.Count];
        for (int i = 0; i < jobs.Count; i++)
        {
            BatchJob job = jobs[i];
            if (string.IsNullOrWhiteSpace(job.Name))
            {
                throw new NetException(NetError.JobInvalid, string.Create(CultureInfo.InvariantCulture, $"Job {i + 1} has no name. Give each job a Name."), job);
            }
            if (!seen.TryAdd(job.Name, i))
            {
                throw new NetException(NetError.DuplicateJobName, string.Create(CultureInfo.InvariantCulture, $"Jobs {seen[job.Name] + 1} and {i + 1} are both named '{job.Name}'. Give each a name of its own."), job);
            }
            Jobs[i] = new DeckJob(job.Name, Time(job, nameof(job.SetupTime), job.SetupTime), Time(job, nameof(job.ReadTime), job.ReadTime),
                Time(job, nameof(job.ComputeTime), job.ComputeTime), Time(job, nameof(job.PrintTime), job.PrintTime));
            if (Jobs[i].Work == 0)
            {
                throw new NetException(NetError.JobTimeInvalid, $"Job {job.Name} takes no time: ReadTime, ComputeTime and PrintTime are all 0.", job);
            }
        }
    }

    public DeckJob[] Jobs { get; }

    /// <summary>Whether a number is a time that is taken here; NaN is none.</summary>
    public static bool IsTime(double value) => value is >= 0 and <= MaximumTime;

    private static decimal Time(BatchJob job, string name, double value) => IsTime(value)
        ? (decimal)value
        : throw new NetException(NetError.JobTimeInvalid, string.Create(CultureInfo.InvariantCulture, $"The {name} of job {job.Name} is {value}. Give a time from 0 to {MaximumTime:0}."), job);
}

/// <summary>A job with exact times: 0.1 and 0.2 are 0.3.</summary>
internal sealed record DeckJob(string Name, decimal Setup, decimal Read, decimal Compute, decimal Print)
{
    public decimal Work => Read + Compute + Print;
}
