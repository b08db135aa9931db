using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Scheduling;

namespace PSNetConcurrency.Infrastructure;

/// <summary>Makes a job of whatever has its properties: an object, a hashtable, a row of a CSV file; or of a number, its burst.</summary>
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

    private static readonly HashSet<string> s_known = new([.. Name, .. ArrivalTime, .. BurstTime, .. Priority, .. Ticket, .. IoEvery, .. IoTime, .. Program], StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads the job at an index of the list, from 0. Fails with <see cref="NetError.JobInvalid"/>.</summary>
    public static SchedulerJob Read(PSObject? source, int index)
    {
        if (source?.BaseObject is SchedulerJob job)
        {
            return job;
        }
        if (source?.BaseObject is string or ValueType && LanguagePrimitives.TryConvertTo(source, CultureInfo.InvariantCulture, out double burst))
        {
            return new SchedulerJob { BurstTime = burst };
        }
        string name = JobChecks.NameOf(new SchedulerJob { Name = LanguagePrimitives.ConvertTo<string>(ValueOf(source, Name)) }, index);
        if (source?.BaseObject is IDictionary table && table.Keys.Cast<object>().Select(k => $"{k}").FirstOrDefault(k => !s_known.Contains(k)) is { } unknown)
        {
            throw new NetException(NetError.JobInvalid, $"Job {name} has '{unknown}', which means nothing here. The properties are Name, ArrivalTime, BurstTime, Priority, Ticket, IoEvery, IoTime and Program.", source);
        }
        string program = LanguagePrimitives.ConvertTo<string>(ValueOf(source, Program));
        if (string.IsNullOrWhiteSpace(program) && IsBlank(ValueOf(source, BurstTime)))
        {
            throw new NetException(NetError.JobInvalid, $"Job {name} has neither a BurstTime nor a Program. Give objects or hashtables that have one, or numbers, which are burst times.", source);
        }
        return new SchedulerJob
        {
            Name = name,
            ArrivalTime = Number(source, ArrivalTime, name, 0),
            BurstTime = Number(source, BurstTime, name, 0),
            Priority = Whole(source, Priority, name, 0),
            Ticket = Whole(source, Ticket, name, SchedulerJob.DefaultTicket),
            IoEvery = Number(source, IoEvery, name, 0),
            IoTime = Number(source, IoTime, name, SchedulerJob.DefaultIoTime),
            Program = program,
        };
    }

    private static double Number(PSObject? source, string[] property, string job, double missing)
    {
        object? value = ValueOf(source, property);
        // An empty cell of a CSV file would be 0 to PowerShell.
        return IsBlank(value) ? missing
            : LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out double number) ? number
            : throw new NetException(NetError.JobInvalid, $"The {property[0]} of job {job} is '{value}', which is no number.", source);
    }

    private static int Whole(PSObject? source, string[] property, string job, int missing)
    {
        double number = Number(source, property, job, missing);
        return number == Math.Truncate(number) && Math.Abs(number) <= int.MaxValue ? (int)number
            : throw new NetException(NetError.JobInvalid, string.Create(CultureInfo.InvariantCulture, $"The {property[0]} of job {job} is {number}: it must be a whole number of {int.MaxValue} at most."), source);
    }

    private static bool IsBlank(object? value) => value is null || (value is string text && string.IsNullOrWhiteSpace(text));

    private static object? ValueOf(PSObject? source, string[] names)
    {
        foreach (string name in names)
        {
            object? value = source?.BaseObject is IDictionary table
                ? table.Keys.Cast<object>().Where(k => string.Equals($"{k}", name, StringComparison.OrdinalIgnoreCase)).Select(k => table[k]).FirstOrDefault()
                : source?.Properties[name]?.Value;
            if (value is not null)
            {
                return value is PSObject wrapped ? wrapped.BaseObject : value;
            }
        }
        return null;
    }
}
