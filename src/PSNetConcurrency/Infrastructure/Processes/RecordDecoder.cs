namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Turns OutputKind.Records chunks into what was written: live values, ErrorRecord, WarningRecord and so on, as Receive-Job gives them. Call on the pipeline thread.</summary>
internal sealed class RecordDecoder
{
    /// <summary>Decodes the first record of what is not yet consumed of a chunk, which always holds whole ones; returns how many bytes it takes, for OutputBuffer.Advance. The receiver counts the <paramref name="sequence"/>, because console text counts too.</summary>
    public int Decode(ReadOnlySpan<byte> records, long sequence, out ChildProcessRecord record) => throw new NotImplementedException();
}
