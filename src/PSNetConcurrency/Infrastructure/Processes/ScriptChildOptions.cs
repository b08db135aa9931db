using System.Diagnostics;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Where and how a PowerShell child runs.</summary>
internal sealed record ScriptChildOptions
{
    /// <summary>Null: the next of the names that ChildProcess gives.</summary>
    public string? Name { get; init; }

    /// <summary>What a person reads in the Command column; null: the beginning of the script, the path or the class.</summary>
    public string? Command { get; init; }

    /// <summary>The item of the pipeline that it is started for.</summary>
    public object? Item { get; init; }

    /// <summary>The child's folder; null: the one of this process. With <see cref="Via"/>, a folder there.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Variables to add, or with null to take away.</summary>
    public IReadOnlyDictionary<string, string?>? Environment { get; init; }

    /// <summary>-PowerShellPath: a pwsh, or null to look in $PSHOME, then in PATH. With <see cref="Via"/> the name used there, by default pwsh.</summary>
    public string? PowerShellPath { get; init; }

    /// <summary>The words of a launcher before pwsh, such as ssh, host1.</summary>
    public IReadOnlyList<string> Via { get; init; } = [];

    public ProcessPriorityClass? PriorityClass { get; init; }

    public long? ProcessorAffinity { get; init; }

    public TimeSpan? Timeout { get; init; }

    public bool Detached { get; init; }

    /// <summary>Where to take a process from that was started ahead; null: start one.</summary>
    public ChildProcessPool? Pool { get; init; }

    /// <summary>Null: what ChildProcess keeps by default.</summary>
    public int? BufferSize { get; init; }
}
