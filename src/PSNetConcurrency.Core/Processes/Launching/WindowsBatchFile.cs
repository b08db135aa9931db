using System.Buffers;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>Keeps arguments whole on their way into a batch file: cmd.exe reads those again, and no quoting keeps it from that.</summary>
internal static class WindowsBatchFile
{
    private static readonly SearchValues<char> Special = SearchValues.Create("\"%&|<>^!\r\n");

    // Outside of quotes they end a parameter (%1) of a batch file, as a blank does.
    private static readonly SearchValues<char> Separators = SearchValues.Create(" \t=,;");

    public static bool Is(string path) => Path.GetExtension(path).ToUpperInvariant() is ".BAT" or ".CMD";

    /// <summary>The arguments as a batch file has to get them.</summary>
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>: there is no way for one of them.</exception>
    public static string CommandLine(StartRequest request)
    {
        if (request.Arguments.FirstOrDefault(a => a.AsSpan().ContainsAny(Special)) is { } argument)
        {
            throw new NetException(NetError.InvalidArgument,
                $"The argument {argument} can't be passed to the batch file {request.Path}: cmd.exe would take a character of it for a command. Start the program that the batch file starts, or pass the text in a variable.", argument);
        }
        return string.Join(' ', request.Arguments.Select(Quoted));
    }

    // The program that the batch file hands it to takes backslashes before a quote for half as many.
    private static string Quoted(string argument) => argument.Length > 0 && !argument.AsSpan().ContainsAny(Separators) ? argument
        : $"\"{argument}{argument[argument.AsSpan().TrimEnd('\\').Length..]}\"";
}
