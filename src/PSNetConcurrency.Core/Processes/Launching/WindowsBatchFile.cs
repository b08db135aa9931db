using System.Buffers;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>Keeps arguments whole on their way into a batch file: cmd.exe reads those again, and no quoting keeps it from that.</summary>
internal static class WindowsBatchFile
{
    private static readonly SearchValues<char> Special = SearchValues.Create("\"%&|<>^!\r\n");

    public static void Check(StartRequest request)
    {
        string extension = Path.GetExtension(request.Path);
        if (!extension.Equals(".bat", StringComparison.OrdinalIgnoreCase) && !extension.Equals(".cmd", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }
        if (request.Arguments.FirstOrDefault(a => a.AsSpan().ContainsAny(Special)) is { } argument)
        {
            throw new NetException(NetError.InvalidArgument,
                $"The argument {argument} can't be passed to the batch file {request.Path}: cmd.exe would take a character of it for a command. Start the program that the batch file starts, or pass the text in a variable.", argument);
        }
    }
}
