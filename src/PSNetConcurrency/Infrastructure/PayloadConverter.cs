using System.Collections;
using System.Management.Automation;
using System.Text;

namespace PSNetConcurrency.Infrastructure;

/// <summary>Turns what flows down a pipeline into bytes for the wire, and back.</summary>
internal static class PayloadConverter
{
    /// <summary>Bytes as they are, text in the encoding; anything else as PowerShell would print it in a string.</summary>
    public static byte[] ToBytes(object? value, Encoding encoding) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => [],
        byte[] bytes => bytes,
        byte single => [single],
        string text => encoding.GetBytes(text),
        ReadOnlyMemory<byte> memory => memory.ToArray(),
        object[] { Length: > 0 } items when items.All(i => i is byte or PSObject { BaseObject: byte }) => items.Select(i => (byte)LanguagePrimitives.ConvertTo(i, typeof(byte), null)!).ToArray(),
        IList<byte> list => [.. list],
        ICollection items => encoding.GetBytes(string.Join('\n', items.Cast<object?>().Select(Text))),
        { } other => encoding.GetBytes(Text(other)),
    };

    /// <summary>
    /// The messages in a run of pipeline objects. PowerShell unrolls a byte array into bytes; a run of them is one message again.
    /// </summary>
    public static List<byte[]> ToMessages(IEnumerable<PSObject?> values, Encoding encoding)
    {
        List<byte[]> messages = [];
        List<byte> run = [];
        foreach (PSObject? value in values)
        {
            if (value?.BaseObject is byte b)
            {
                run.Add(b);
                continue;
            }
            EndRun();
            if (value is not null)
            {
                messages.Add(ToBytes(value, encoding));
            }
        }
        EndRun();
        return messages;

        void EndRun()
        {
            if (run.Count > 0)
            {
                messages.Add([.. run]);
                run.Clear();
            }
        }
    }

    /// <summary>Whether there is nothing in it that a person would call a message.</summary>
    public static bool IsBlank(object? value) => (value is PSObject wrapped ? wrapped.BaseObject : value) switch
    {
        null => true,
        string text => string.IsNullOrWhiteSpace(text),
        ICollection items => items.Count == 0,
        _ => false,
    };

    private static string Text(object? value) => LanguagePrimitives.ConvertTo<string>(value) ?? "";
}
