using System.Management.Automation;
using PSNetConcurrency.Child.Values;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Turns OutputKind.Records chunks into what was written: live values, ErrorRecord, WarningRecord and so on, as Receive-Job gives them. Call on the pipeline thread.</summary>
internal sealed class RecordDecoder
{
    private readonly ValueReader _values = new();

    /// <summary>Decodes the first record of what is not yet consumed of a chunk, which always holds whole ones; returns how many bytes it takes, for OutputBuffer.Advance. The receiver counts the <paramref name="sequence"/>, because console text counts too.</summary>
    /// <exception cref="NetException"><see cref="NetError.FrameCorrupted"/>: the record is none.</exception>
    public int Decode(ReadOnlySpan<byte> records, long sequence, out ChildProcessRecord record)
    {
        try
        {
            WireReader reader = new(records);
            int length = reader.Int32();
            WireReader body = new(reader.Raw(length));
            ChildStreamKind stream = (ChildStreamKind)body.Byte();
            long ticks = body.Int64();
            if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
            {
                throw new InvalidDataException("Its time is none.");
            }
            object? value = ReadValue(ref body, stream);
            record = new ChildProcessRecord(new DateTimeOffset(ticks, TimeSpan.Zero).ToLocalTime(), stream, sequence, value);
            return 4 + length;
        }
        catch (InvalidDataException e)
        {
            throw new NetException(NetError.FrameCorrupted, $"What the child wrote can't be read: {e.Message}", inner: e);
        }
    }

    /// <summary>The exception of a script's failure: a RuntimeException with its error record.</summary>
    public static Exception? ReadCause(byte[] bytes)
    {
        try
        {
            WireReader reader = new(bytes);
            return RebuiltError.Of(new ValueReader().Read(ref reader)).Exception is { } exception ? exception : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private object? ReadValue(ref WireReader reader, ChildStreamKind stream)
    {
        switch (stream)
        {
            case ChildStreamKind.Error:
                return RebuiltError.Of(_values.Read(ref reader));
            case ChildStreamKind.Warning:
                return new WarningRecord(reader.Text() ?? "");
            case ChildStreamKind.Verbose:
                return new VerboseRecord(reader.Text() ?? "");
            case ChildStreamKind.Debug:
                return new DebugRecord(reader.Text() ?? "");
            case ChildStreamKind.Information:
                return ReadInformation(ref reader);
            case ChildStreamKind.Progress:
                return ReadProgress(ref reader);
            default:
                return _values.Read(ref reader);
        }
    }

    private static ProgressRecord ReadProgress(ref WireReader reader)
    {
        int id = reader.Int32(), parent = reader.Int32();
        string? activity = reader.Text(), status = reader.Text(), operation = reader.Text();
        int percent = reader.Int32(), seconds = reader.Int32(), type = reader.Int32();
        try
        {
            return new ProgressRecord(id, string.IsNullOrEmpty(activity) ? " " : activity, string.IsNullOrEmpty(status) ? " " : status)
            {
                ParentActivityId = parent,
                CurrentOperation = operation,
                PercentComplete = percent,
                SecondsRemaining = seconds,
                RecordType = (ProgressRecordType)type,
            };
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"A progress record has a value that it can't have: {e.Message}", e);
        }
    }

    private InformationRecord ReadInformation(ref WireReader reader)
    {
        string? source = reader.Text();
        long ticks = reader.Int64();
        string? user = reader.Text(), computer = reader.Text();
        long process = reader.Int64(), native = reader.Int64(), managed = reader.Int64();
        string[] tags = new string[reader.Count(4)];
        for (int i = 0; i < tags.Length; i++)
        {
            tags[i] = reader.RequiredText();
        }
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            throw new InvalidDataException("Its time is none.");
        }
        InformationRecord record = new(_values.Read(ref reader), source)
        {
            TimeGenerated = new DateTime(ticks, DateTimeKind.Utc).ToLocalTime(),
            User = user,
            Computer = computer,
            ProcessId = unchecked((uint)process),
            NativeThreadId = unchecked((uint)native),
            ManagedThreadId = unchecked((uint)managed),
        };
        record.Tags.AddRange(tags);
        return record;
    }
}
