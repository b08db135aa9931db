using System.Diagnostics;
using PSNetConcurrency.Core.Processes.Output;

namespace PSNetConcurrency.Core.Processes;

/// <summary>What to start, and how.</summary>
internal sealed record ChildProcessOptions
{
    /// <summary>The program: a path, or a name that is looked up in PATH.</summary>
    public required string FilePath { get; init; }

    /// <summary>Its arguments, one element each; they are never split again.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Null: the folder of this process.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables to add to those of this process, or with null to take away.</summary>
    public IReadOnlyDictionary<string, string?>? Environment { get; init; }

    public ChildProcessKind Kind { get; init; } = ChildProcessKind.Program;

    /// <summary>Null: <c>ChildProcess-N</c>; below another child <c>ChildProcess-1:2</c>, as Python's multiprocessing names them.</summary>
    public string? Name { get; init; }

    /// <summary>What a person reads in the Command column; null: the program and its arguments.</summary>
    public string? Command { get; init; }

    /// <summary>What it was started for, where one child was started for each of several things.</summary>
    public object? Item { get; init; }

    /// <summary>Whether there is a pipe to its standard input; without one it reads the null device.</summary>
    public bool HasInput { get; init; }

    /// <summary>Reads standard output as something else than text; null: it is kept as it is.</summary>
    public IOutputInterpreter? Interpreter { get; init; }

    public ProcessPriorityClass? PriorityClass { get; init; }

    /// <summary>One bit a processor, as in Process.ProcessorAffinity.</summary>
    public long? ProcessorAffinity { get; init; }

    /// <summary>Stopped as TimedOut after this long; null: never.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Lives on when this process ends; its streams are the null device (a program) or are dropped once nobody reads them.</summary>
    public bool Detached { get; init; }

    /// <summary>Whether it leads a process group of its own. A launcher that may ask a person for a password must stay in ours.</summary>
    public bool OwnGroup { get; init; } = true;

    /// <summary>Bytes of output kept in memory until they are received.</summary>
    public int BufferSize { get; init; } = 8 * 1024 * 1024;
}
