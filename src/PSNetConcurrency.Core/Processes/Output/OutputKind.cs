namespace PSNetConcurrency.Core.Processes.Output;

/// <summary>Where a piece of output came from.</summary>
internal enum OutputKind : byte
{
    /// <summary>Bytes of standard output.</summary>
    StandardOutput,

    /// <summary>Bytes of standard error.</summary>
    StandardError,

    /// <summary>Whole records of a PowerShell child, as the protocol encodes them.</summary>
    Records,
}
