namespace PSNetConcurrency;

/// <summary>Whether a change made inside is seen outside.</summary>
/// <param name="Mode">What is inside: a runspace of this process, or a process of its own.</param>
/// <param name="Scope">What is changed, such as a global variable.</param>
/// <param name="Before">What it was outside before.</param>
/// <param name="InChild">What it was inside after the change.</param>
/// <param name="After">What it is outside after that.</param>
public sealed record IsolationResult(IsolationMode Mode, string Scope, string? Before, string? InChild, string? After)
{
    /// <summary>Whether outside nothing changed.</summary>
    public bool IsIsolated => Before == After;
}
