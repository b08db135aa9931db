using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Scheduling;

/// <summary>The properties of a job in whatever has them: an object, a hashtable, a row of a CSV file. What can't be is a <see cref="NetError.JobInvalid"/>.</summary>
/// <param name="source">What has them.</param>
/// <param name="known">Those that a job can have, each by its name and then the others it goes by.</param>
internal sealed class JobProperties(PSObject? source, params string[][] known)
{
    private readonly Dictionary<string, object?> _values = Read(source, known);

    /// <summary>Whether there is a value. An empty cell of a CSV file, which would be 0 to PowerShell, is none.</summary>
    public bool Has(string[] property) => Value(property) is { } value && !(value is string text && string.IsNullOrWhiteSpace(text));

    public string? Text(string[] property) => LanguagePrimitives.ConvertTo<string>(Value(property));

    public double Number(string[] property, string job, double missing) =>
        !Has(property) ? missing
        : NumberReader.TryRead(Value(property), out double number) ? number
        : throw Invalid($"The {property[0]} of job {job} is '{Value(property)}', which is no number. {NumberReader.Hint}");

    public int Whole(string[] property, string job, int missing)
    {
        double number = Number(property, job, missing);
        return number == Math.Truncate(number) && Math.Abs(number) <= int.MaxValue ? (int)number
            : throw Invalid(string.Create(CultureInfo.InvariantCulture, $"The {property[0]} of job {job} is {number}: it must be a whole number of {int.MaxValue} at most."));
    }

    /// <summary>Fails for a key of a hashtable that no job has: one that is misspelled would be lost. Objects may have other properties.</summary>
    public void CheckKeys(string job)
    {
        if (_values.Keys.FirstOrDefault(k => !known.Any(p => p.Contains(k, StringComparer.OrdinalIgnoreCase))) is { } unknown)
        {
            throw Invalid($"Job {job} has '{unknown}', which means nothing here. The properties are {Names}.");
        }
    }

    public string Names => string.Join(", ", known.Select(p => p[0]));

    public NetException Invalid(string message) => new(NetError.JobInvalid, message, source);

    private object? Value(string[] property) => property.Select(n => _values.GetValueOrDefault(n)).FirstOrDefault(v => v is not null);

    private static Dictionary<string, object?> Read(PSObject? source, string[][] known)
    {
        Dictionary<string, object?> values = new(StringComparer.OrdinalIgnoreCase);
        if (source?.BaseObject is IDictionary table)
        {
            foreach (DictionaryEntry entry in table)
            {
                values[$"{entry.Key}"] = Unwrapped(entry.Value);
            }
            return values;
        }
        // A text that is no number is no job, though it has a Length.
        foreach (string name in source?.BaseObject is string ? [] : known.SelectMany(p => p))
        {
            if (source?.Properties[name] is { } property)
            {
                values[name] = Unwrapped(property.Value);
            }
        }
        return values;
    }

    private static object? Unwrapped(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
