using System.Collections;
using System.Management.Automation;
using System.Text;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>What a program reads, as bytes: text as it is, bytes as they are, anything else a line each, as PowerShell pipes to programs.</summary>
internal static class StandardInput
{
    /// <summary>A whole standard input: a text or bytes as given, of a list each item as a line.</summary>
    public static byte[] ToBytes(object? value, Encoding encoding) => Unwrap(value) switch
    {
        byte[] or string or byte or ReadOnlyMemory<byte> => PayloadConverter.ToBytes(value, encoding),
        object[] items when items.All(i => Unwrap(i) is byte) => PayloadConverter.ToBytes(items, encoding),
        IEnumerable items and not IDictionary => [.. items.Cast<object?>().SelectMany(i => ToLine(i, encoding))],
        _ => ToLine(value, encoding),
    };

    /// <summary>One of several items: bytes as they are, anything else a line.</summary>
    public static byte[] ToLine(object? value, Encoding encoding, bool newline = true) => Unwrap(value) switch
    {
        byte[] or byte or ReadOnlyMemory<byte> => PayloadConverter.ToBytes(value, encoding),
        _ => encoding.GetBytes((LanguagePrimitives.ConvertTo<string>(value) ?? "") + (newline ? System.Environment.NewLine : "")),
    };

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
