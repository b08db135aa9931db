using System.Management.Automation;
using System.Text;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Puts together what is known of a child that has ended.</summary>
internal static class ResultText
{
    public static ChildProcessResult Of(ChildProcess child, IReadOnlyList<ChildProcessRecord> records, Encoding encoding) => new(child, records)
    {
        StandardOutput = Join(records.Where(r => r.Stream is ChildStreamKind.Output or ChildStreamKind.StandardOutput), encoding),
        StandardError = Join(records.Where(r => r.Stream is ChildStreamKind.Error or ChildStreamKind.StandardError), encoding),
    };

    // Bytes go through the encoding as a whole: a character may lie in two pieces.
    private static string Join(IEnumerable<ChildProcessRecord> records, Encoding encoding)
    {
        object?[] values = [.. records.Select(r => r.Value)];
        return values.Length > 0 && values[0] is byte[]? encoding.GetString([.. values.OfType<byte[]>().SelectMany(b => b)])
            : string.Join('\n', values.Select(Text));
    }

    private static string Text(object? value)
    {
        try
        {
            return LanguagePrimitives.ConvertTo<string>(value) ?? "";
        }
        catch (PSInvalidCastException)
        {
            return value?.ToString() ?? "";
        }
    }
}
