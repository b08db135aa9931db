namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Turns OutputKind.Records chunks into what was written: live values, ErrorRecord, WarningRecord and so on, as Receive-Job gives them. Call on the pipeline thread.</summary>
internal sealed class RecordDecoder
{
    /// <summary>Decodes the first record of a chunk, which always holds whole ones; returns how many bytes it takes, for OutputBuffer.Advance.</summary>
    /// <param name="records">The bytes that are not yet consumed; not empty.</param>
    /// <param name="sequence">The number the record is to have: the receiver counts, because console text counts too.</param>
    public int Decode(ReadOnlySpan<byte> records, long sequence, out ChildProcessRecord record) => throw new NotImplementedException();
}
