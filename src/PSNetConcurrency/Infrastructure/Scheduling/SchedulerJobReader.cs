using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Scheduling;

namespace PSNetConcurrency.Infrastructure.Scheduling;

/// <summary>Makes a job to schedule of whatever has its properties; or of a number, its burst.</summary>
internal static class SchedulerJobReader
{
    private static readonly string[]
        Name = [nameof(SchedulerJob.Name), "JobName"],
        ArrivalTime = [nameof(SchedulerJob.ArrivalTime), "Arrival"],
        BurstTime = [nameof(SchedulerJob.BurstTime), "Burst", "RunTime", "ServiceTime", "Length"],
        Priority = [nameof(SchedulerJob.Priority)],
        Ticket = [nameof(SchedulerJob.Ticket), "Tickets"],
        IoEvery = [nameof(SchedulerJob.IoEvery), "IoFrequency"],
        IoTime = [nameof(SchedulerJob.IoTime), "IoLength"],
        Program = [nameof(SchedulerJob.Program)];

    /// <summary>Reads the job at an index of the list, from 0. Fails with <see cref="NetError.JobInvalid"/>.</summary>
    public static SchedulerJob Read(PSObject? source, int index)
    {
        if (source?.BaseObject is SchedulerJob job)
        {
            return job;
        }
        if (source?.BaseObject is string or ValueType && NumberReader.TryRead(source, out double burst))
        {
            return new SchedulerJob { BurstTime = burst };
        }
        JobProperties properties = new(source, Name, ArrivalTime, BurstTime, Priority, Ticket, IoEvery, IoTime, Program);
        string name = JobChecks.NameOf(properties.Text(Name), index);
        properties.CheckKeys(name);
        if (!properties.Has(Program) && !properties.Has(BurstTime))
        {
            (string what, string hint) = source?.BaseObject is string text ? ($"is '{text}', which is no number, and ", $" {NumberReader.Hint}") : ("", "");
            throw properties.Invalid($"Job {name} {what}has neither a BurstTime nor a Program. Give objects or hashtables that have one, or numbers, which are burst times.{hint}");
        }
        return new SchedulerJob
        {
            Name = name,
            ArrivalTime = properties.Number(ArrivalTime, name, 0),
            BurstTime = properties.Number(BurstTime, name, 0),
            Priority = properties.Whole(Priority, name, 0),
            Ticket = properties.Whole(Ticket, name, SchedulerJob.DefaultTicket),
            IoEvery = properties.Number(IoEvery, name, 0),
            IoTime = properties.Number(IoTime, name, SchedulerJob.DefaultIoTime),
            Program = properties.Text(Program),
        };
    }
}
