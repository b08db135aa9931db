using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Scheduling;

/// <summary>Makes a job of a deck of whatever has its properties.</summary>
internal static class BatchJobReader
{
    private static readonly string[]
        Name = [nameof(BatchJob.Name)],
        SetupTime = [nameof(BatchJob.SetupTime)],
        ReadTime = [nameof(BatchJob.ReadTime)],
        ComputeTime = [nameof(BatchJob.ComputeTime)],
        PrintTime = [nameof(BatchJob.PrintTime)];

    /// <summary>Reads the job at <paramref name="position"/> of the deck, from 1. Fails with <see cref="NetError.JobInvalid"/>.</summary>
    public static BatchJob Read(PSObject? source, int position)
    {
        if (source?.BaseObject is BatchJob job)
        {
            return job;
        }
        JobProperties properties = new(source, Name, SetupTime, ReadTime, ComputeTime, PrintTime);
        if (!properties.Has(Name))
        {
            throw properties.Invalid($"Job {position.ToString(CultureInfo.InvariantCulture)} has no Name. Give objects or hashtables with {properties.Names}.");
        }
        string name = properties.Text(Name)!;
        properties.CheckKeys(name);
        return new BatchJob
        {
            Name = name,
            SetupTime = properties.Number(SetupTime, name, 0),
            ReadTime = TimeOf(ReadTime),
            ComputeTime = TimeOf(ComputeTime),
            PrintTime = TimeOf(PrintTime),
        };

        double TimeOf(string[] property) => properties.Has(property) ? properties.Number(property, name, 0)
            : throw properties.Invalid($"Job {name} has no {property[0]}. Give a number, 0 where it takes no time.");
    }
}
