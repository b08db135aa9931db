using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure;

/// <summary>Makes a job of whatever has its properties: an object, a hashtable, a row of a CSV file.</summary>
internal static class BatchJobReader
{
    private static readonly string[] Names = [nameof(BatchJob.Name), nameof(BatchJob.SetupTime), nameof(BatchJob.ReadTime), nameof(BatchJob.ComputeTime), nameof(BatchJob.PrintTime)];

    /// <summary>Reads the job at <paramref name="position"/> of the deck, from 1. Fails with <see cref="NetError.JobInvalid"/>.</summary>
    public static BatchJob Read(PSObject? source, int position)
    {
        if (source?.BaseObject is BatchJob job)
        {
            return job;
        }
        string name = LanguagePrimitives.ConvertTo<string>(ValueOf(source, nameof(BatchJob.Name)));
        string label = string.IsNullOrWhiteSpace(name) ? $"Job {position.ToString(CultureInfo.InvariantCulture)}" : $"Job '{name}'";
        if (string.IsNullOrWhiteSpace(name))
        {
            throw Invalid($"{label} has no Name. Give objects or hashtables with {string.Join(", ", Names)}.", source);
        }
        if (source?.BaseObject is IDictionary table && table.Keys.Cast<object>().Select(k => $"{k}").FirstOrDefault(k => !Names.Contains(k, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw Invalid($"{label} has '{unknown}', which means nothing here. The properties are {string.Join(", ", Names)}.", source);
        }
        return new BatchJob
        {
            Name = name,
            SetupTime = ValueOf(source, nameof(BatchJob.SetupTime)) is null ? 0 : TimeOf(source, nameof(BatchJob.SetupTime), label),
            ReadTime = TimeOf(source, nameof(BatchJob.ReadTime), label),
            ComputeTime = TimeOf(source, nameof(BatchJob.ComputeTime), label),
            PrintTime = TimeOf(source, nameof(BatchJob.PrintTime), label),
        };
    }

    private static double TimeOf(PSObject? source, string property, string label)
    {
        object? value = ValueOf(source, property);
        // An empty cell of a CSV file would be 0 to PowerShell.
        if (value is null || string.IsNullOrWhiteSpace(value.ToString()))
        {
            throw Invalid($"{label} has no {property}. Give a number, 0 where it takes no time.", source);
        }
        return LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out double time)
            ? time
            : throw Invalid($"{property} of {label[..1].ToLowerInvariant()}{label[1..]} is '{value}', which is no number.", source);
    }

    private static object? ValueOf(PSObject? source, string property)
    {
        object? value = source?.BaseObject is IDictionary table
            ? table.Keys.Cast<object>().Where(k => string.Equals($"{k}", property, StringComparison.OrdinalIgnoreCase)).Select(k => table[k]).FirstOrDefault()
            : source?.Properties[property]?.Value;
        return value is PSObject wrapped ? wrapped.BaseObject : value;
    }

    private static NetException Invalid(string message, PSObject? source) => new(NetError.JobInvalid, message, source);
}
