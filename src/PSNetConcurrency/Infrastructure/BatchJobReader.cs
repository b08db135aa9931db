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
        Dictionary<string, object?> values = ValuesOf(source);
        string? name = LanguagePrimitives.ConvertTo<string>(values.GetValueOrDefault(nameof(BatchJob.Name)));
        if (string.IsNullOrWhiteSpace(name))
        {
            throw Invalid($"Job {position.ToString(CultureInfo.InvariantCulture)} has no Name. Give objects or hashtables with {string.Join(", ", Names)}.", source);
        }
        if (values.Keys.FirstOrDefault(k => !Names.Contains(k, StringComparer.OrdinalIgnoreCase)) is { } unknown)
        {
            throw Invalid($"Job '{name}' has '{unknown}', which means nothing here. The properties are {string.Join(", ", Names)}.", source);
        }
        return new BatchJob
        {
            Name = name,
            SetupTime = values.ContainsKey(nameof(BatchJob.SetupTime)) ? TimeOf(nameof(BatchJob.SetupTime)) : 0,
            ReadTime = TimeOf(nameof(BatchJob.ReadTime)),
            ComputeTime = TimeOf(nameof(BatchJob.ComputeTime)),
            PrintTime = TimeOf(nameof(BatchJob.PrintTime)),
        };

        double TimeOf(string property)
        {
            object? value = values.GetValueOrDefault(property);
            // An empty cell of a CSV file would be 0 to PowerShell.
            if (string.IsNullOrWhiteSpace(value?.ToString()))
            {
                throw Invalid($"Job '{name}' has no {property}. Give a number, 0 where it takes no time.", source);
            }
            return LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out double time)
                ? time
                : throw Invalid($"{property} of job '{name}' is '{value}', which is no number.", source);
        }
    }

    // All keys of a hashtable, where one that is misspelled would be lost; of an object, which may have other properties, those of a job.
    private static Dictionary<string, object?> ValuesOf(PSObject? source)
    {
        Dictionary<string, object?> values = new(StringComparer.OrdinalIgnoreCase);
        if (source?.BaseObject is IDictionary table)
        {
            foreach (DictionaryEntry entry in table)
            {
                values[LanguagePrimitives.ConvertTo<string>(entry.Key)] = entry.Value;
            }
            return values;
        }
        foreach (string name in Names)
        {
            if (source?.Properties[name] is { } property)
            {
                values[name] = property.Value;
            }
        }
        return values;
    }

    private static NetException Invalid(string message, PSObject? source) => new(NetError.JobInvalid, message, source);
}
