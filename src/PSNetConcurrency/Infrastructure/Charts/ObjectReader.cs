using System.Collections;
using System.Globalization;
using System.Management.Automation;

namespace PSNetConcurrency.Infrastructure.Charts;

/// <summary>Reads properties of any object: one of .NET, one that a script made, one that came from a file or another session, a hashtable.</summary>
internal static class ObjectReader
{
    /// <summary>The value without its wrapper; null where there is none, or reading it fails.</summary>
    public static object? Get(PSObject item, string name)
    {
        try
        {
            object? value = item.BaseObject is IDictionary table ? table[name] : item.Properties[name]?.Value;
            return value is PSObject { BaseObject: not PSCustomObject } wrapped && !IsDeserialized(wrapped) ? wrapped.BaseObject : value;
        }
        catch (Exception e) when (e is GetValueException or InvalidOperationException)
        {
            // As the exit time of a process that runs.
            return null;
        }
    }

    public static bool Has(PSObject item, string name) => item.BaseObject is IDictionary table ? table.Contains(name) : item.Properties[name] is not null;

    public static string? Text(PSObject item, string name) => Get(item, name) is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value}") : null;

    /// <summary>What the value says as a type; null where it does not. Text is a number.</summary>
    public static T? As<T>(object? value) where T : struct => value is string text ? (NumberReader.TryRead(text, out double number) ? As<T>(number) : null)
        : value is not null && LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out T converted) ? converted : null;

    /// <summary>A moment on the clock; null for what is none. From another session comes an object with the properties of one, or its text.</summary>
    public static DateTimeOffset? Moment(object? value) => value switch
    {
        DateTimeOffset moment => moment,
        DateTime time when time != default => new DateTimeOffset(time),
        PSObject copy when copy.Properties["UtcDateTime"]?.Value is DateTime utc => new DateTimeOffset(DateTime.SpecifyKind(utc, DateTimeKind.Utc)),
        string text when !HasCommaForPoint(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out DateTimeOffset moment) => moment,
        _ => null,
    };

    /// <summary>The elements of a collection, wrapped; null for a single value.</summary>
    public static IReadOnlyList<PSObject>? List(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) is IEnumerable list and not (string or IDictionary)
        ? [.. list.Cast<object?>().Where(e => e is not null).Select(e => PSObject.AsPSObject(e))]
        : null;

    // 5,5 is no fifth of May.
    private static bool HasCommaForPoint(string text) => text.Contains(',', StringComparison.Ordinal) && text.All(c => char.IsAsciiDigit(c) || c is ',' or '-' or ' ');

    private static bool IsDeserialized(PSObject value) => value.TypeNames.Count > 0 && value.TypeNames[0].StartsWith("Deserialized.", StringComparison.Ordinal);
}
