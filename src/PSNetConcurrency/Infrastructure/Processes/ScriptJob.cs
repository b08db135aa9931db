using System.Collections;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>What a PowerShell child is to run. Values are serialized when it starts; the job itself changes nothing.</summary>
internal sealed record ScriptJob
{
    /// <summary>ScriptBlock, ScriptFile or Class.</summary>
    public required ChildProcessKind Kind { get; init; }

    /// <summary>The text to run ($using: resolved by UsingVariables, whose values go into <see cref="Variables"/>), or the text that defines the class.</summary>
    public string Script { get; init; } = "";

    /// <summary>The path, in the child's file system, of the script file; of a class, of the file its text came from, where there is one.</summary>
    public string? ScriptPath { get; init; }

    /// <summary>The class to construct with <see cref="Arguments"/> and whose Run method to call.</summary>
    public string? ClassName { get; init; }

    /// <summary>What to set on the new instance before Run.</summary>
    public IDictionary? Properties { get; init; }

    public IReadOnlyList<object?> Arguments { get; init; } = [];

    public IDictionary? Parameters { get; init; }

    /// <summary>Variables by name that the script finds set.</summary>
    public IDictionary? Variables { get; init; }

    /// <summary>Modules to import before: names, or full paths.</summary>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>Runs before the script, in the same scope that modules load into.</summary>
    public string? InitializationScript { get; init; }

    /// <summary>Whether $input is fed with <see cref="ScriptChild.SendInputAsync"/>, until <see cref="ScriptChild.EndInput"/>.</summary>
    public bool HasInput { get; init; }
}
