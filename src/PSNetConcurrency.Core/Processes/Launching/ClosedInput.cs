using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>What a write to a standard input meets that takes no more.</summary>
internal static class ClosedInput
{
    public static NetException Of(int processId) => new(NetError.HandleClosed,
        $"The process {processId} takes no more input: it has ended, has closed its standard input, was given none, or that was ended here.", processId);
}
