using System.Management.Automation;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Child.Values;

/// <summary>Writes records: the head, and what the stream carries.</summary>
internal static class RecordWriter
{
    public static void Write(WireWriter writer, ChildStreamKind stream, object? value)
    {
        int at = writer.Length;
        writer.Int32(0);
        writer.Byte((byte)stream);
        writer.Int64(DateTime.UtcNow.Ticks);
        switch (value is PSObject wrapped && stream != ChildStreamKind.Output ? wrapped.BaseObject : value)
        {
            case ProgressRecord progress when stream == ChildStreamKind.Progress:
                Write(writer, progress);
                break;
            case InformationRecord information when stream == ChildStreamKind.Information:
                Write(writer, information);
                break;
            case InformationalRecord informational when stream != ChildStreamKind.Output:
                writer.Text(informational.Message);
                break;
            default:
                ValueWriter.Write(writer, value);
                break;
        }
        writer.PatchInt32(at, writer.Length - at - 4);
    }

    private static void Write(WireWriter writer, ProgressRecord record)
    {
        writer.Int32(record.ActivityId);
        writer.Int32(record.ParentActivityId);
        writer.Text(record.Activity);
        writer.Text(record.StatusDescription);
        writer.Text(record.CurrentOperation);
        writer.Int32(record.PercentComplete);
        writer.Int32(record.SecondsRemaining);
        writer.Int32((int)record.RecordType);
    }

    private static void Write(WireWriter writer, InformationRecord record)
    {
        writer.Text(record.Source);
        writer.Int64(record.TimeGenerated.ToUniversalTime().Ticks);
        writer.Text(record.User);
        writer.Text(record.Computer);
        writer.Int64(record.ProcessId);
        writer.Int64(record.NativeThreadId);
        writer.Int64(record.ManagedThreadId);
        writer.Int32(record.Tags.Count);
        for (int i = 0; i < record.Tags.Count; i++)
        {
            writer.Text(record.Tags[i]);
        }
        if (record.MessageData is HostInformationMessage message)
        {
            writer.Byte((byte)ValueKind.HostMessage);
            writer.Text(message.Message);
            writer.Int32(message.ForegroundColor is { } foreground ? (int)foreground : -1);
            writer.Int32(message.BackgroundColor is { } background ? (int)background : -1);
            writer.Bool(message.NoNewLine == true);
            return;
        }
        ValueWriter.Write(writer, record.MessageData);
    }
}
