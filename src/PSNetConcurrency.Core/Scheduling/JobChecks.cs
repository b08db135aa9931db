using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Scheduling;

/// <summary>Whether a job can mean anything.</summary>
internal static class JobChecks
{
    public static string NameOf(string? given, int index) => string.IsNullOrWhiteSpace(given) ? string.Create(CultureInfo.InvariantCulture, $"P{index + 1}") : given;

    /// <summary>Throws where it can't; returns the steps of its program, or null where it has none.</summary>
    public static ProgramStep[]? Check(SchedulerJob job, string name)
    {
        bool hasProgram = !string.IsNullOrWhiteSpace(job.Program);
        CheckTime(job, name, nameof(job.ArrivalTime), job.ArrivalTime);
        CheckTime(job, name, nameof(job.BurstTime), job.BurstTime);
        CheckTime(job, name, nameof(job.IoEvery), job.IoEvery);
        CheckTime(job, name, nameof(job.IoTime), job.IoTime);
        if (hasProgram && (job.BurstTime != 0 || job.IoEvery != 0))
        {
            throw new NetException(NetError.ProgramInvalid, $"Job {name} has a program ('{job.Program}') and a {(job.BurstTime != 0 ? nameof(job.BurstTime) : nameof(job.IoEvery))} as well: the program tells all of it, so leave the other out.", job);
        }
        if (!hasProgram && job.BurstTime == 0)
        {
            throw new NetException(NetError.JobTimeInvalid, $"Job {name} needs no CPU time: give it a BurstTime above 0, or a Program such as c7,i,c1.", job);
        }
        return hasProgram ? JobProgram.Parse(job.Program!, job.IoTime, name) : null;
    }

    private static void CheckTime(SchedulerJob job, string name, string what, double time)
    {
        if (!double.IsFinite(time) || time < 0)
        {
            throw new NetException(NetError.JobTimeInvalid, $"The {what} of job {name} is {time.ToString(CultureInfo.InvariantCulture)}: a time must be a number, 0 or more.", job);
        }
    }
}
