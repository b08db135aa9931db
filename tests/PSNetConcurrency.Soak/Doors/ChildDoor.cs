using System.Management.Automation;
using PSNetConcurrency.Child.Values;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes.Output;
using PSNetConcurrency.Core.Processes.Protocol;
using PSNetConcurrency.Core.Tests;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Soak.Doors;

/// <summary>What comes over a child's standard output, with -Via from another machine: greeting, frames, records, values.</summary>
internal sealed class ChildDoor : IDoor
{
    private byte[] _valid = [];

    public string Name => "child protocol";

    public Task StartAsync(CancellationToken stop)
    {
        PSObject custom = new();
        custom.Properties.Add(new PSNoteProperty("Name", "value"));
        custom.Properties.Add(new PSNoteProperty("Many", new object?[] { 1, 2.5, null, "text", Guid.Empty, new byte[5] }));
        WireWriter writer = new();
        writer.Raw(Wire.Magic);
        int at = writer.BeginFrame(FrameKind.Hello);
        writer.Int32(4711);
        writer.Text("7.6.0");
        writer.EndFrame(at);
        for (int i = 0; i < 3; i++)
        {
            at = writer.BeginFrame(FrameKind.Records);
            RecordWriter.Write(writer, ChildStreamKind.Output, custom);
            RecordWriter.Write(writer, ChildStreamKind.Warning, new WarningRecord("careful"));
            RecordWriter.Write(writer, ChildStreamKind.Progress, new ProgressRecord(1, "activity", "status") { PercentComplete = 50 });
            RecordWriter.Write(writer, ChildStreamKind.Error, new ErrorRecord(new InvalidOperationException("wrong"), "Wrong", ErrorCategory.InvalidOperation, 5));
            RecordWriter.Write(writer, ChildStreamKind.Information, new InformationRecord("information", "source"));
            writer.EndFrame(at);
        }
        at = writer.BeginFrame(FrameKind.Completed);
        writer.Int32(0);
        writer.EndFrame(at);
        _valid = writer.Written.ToArray();
        return Task.CompletedTask;
    }

    public Task TryAsync(Round round, HostileBytes hostile, Tried tried)
    {
        for (int i = 0; i < 200; i++)
        {
            byte[] bytes = round.Random.Next(8) == 0 ? [.. Wire.Magic, .. hostile.Noise()] : hostile.Mutate(_valid);
            Read(bytes, round.Random);
            tried.Add(bytes.Length);
        }
        return Task.CompletedTask;
    }

    public Task ServeAsync(Round round)
    {
        (int records, ChildOutcome? outcome) = Read(_valid, round.Random);
        SoakException.Require(records == 15 && outcome is { ExitCode: 0, Failure: null }, $"Of 15 records {records} were read: {outcome}.");
        return Task.CompletedTask;
    }

    public Task SettleAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => default;

    // As a child's standard output is read: in pieces, then record by record.
    private static (int Records, ChildOutcome? Outcome) Read(byte[] bytes, Random random)
    {
        using OutputBuffer output = new();
        ScriptInterpreter interpreter = new([], RecordDecoder.ReadCause);
        for (int at = 0; at < bytes.Length;)
        {
            int n = Math.Min(random.Next(1, 2000), bytes.Length - at);
            interpreter.OnStandardOutput(bytes.AsSpan(at, n), output);
            at += n;
        }
        ChildOutcome? outcome = interpreter.OnExit(output);
        output.Complete();
        RecordDecoder decoder = new();
        int records = 0;
        while (output.TryPeek(null, out OutputChunk chunk))
        {
            int consumed = chunk.Bytes.Length;
            if (chunk.Kind == OutputKind.Records)
            {
                try
                {
                    consumed = decoder.Decode(chunk.Bytes.Span, ++records, out _);
                }
                catch (NetException e) when (e.Error == NetError.FrameCorrupted)
                {
                }
            }
            output.Advance(null, consumed);
        }
        return (records, outcome);
    }
}
