using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Core.Processes.Pooling;

/// <summary>What a pool starts, and how many.</summary>
internal sealed record ChildProcessPoolOptions
{
    /// <summary>Null: <c>ChildProcessPool-N</c>.</summary>
    public string? Name { get; init; }

    public required int Size { get; init; }

    /// <summary>The PowerShell, and its arguments.</summary>
    public required string FilePath { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The folder that the processes are started in; those who use them move on to theirs.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>What each process reads first, up to and with the order to warm up.</summary>
    public required ReadOnlyMemory<byte> Greeting { get; init; }

    /// <summary>Makes what reads the frames of a process.</summary>
    public required Func<ScriptInterpreter> Interpreter { get; init; }
}
