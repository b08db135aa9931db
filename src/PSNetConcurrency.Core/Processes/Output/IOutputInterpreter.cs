namespace PSNetConcurrency.Core.Processes.Output;

/// <summary>Reads a child's standard output as something else than text: the frames of a PowerShell child. Called on the loop, in order; never blocks.</summary>
internal interface IOutputInterpreter
{
    /// <summary>Takes the next bytes of standard output; what is to be received goes to <paramref name="output"/>.</summary>
    void OnStandardOutput(ReadOnlySpan<byte> bytes, OutputBuffer output);

    /// <summary>The process is gone and its streams are read to their end; tells how it ended in the protocol's words, or null where the exit status says all.</summary>
    ChildOutcome? OnExit(OutputBuffer output);
}

/// <summary>How a child ended, told by the protocol: it outranks the exit status.</summary>
/// <param name="ExitCode">The exit code as the script meant it.</param>
/// <param name="Failure">Why it failed; null where it did not.</param>
internal sealed record ChildOutcome(int? ExitCode, Net.NetException? Failure);
