namespace PSNetConcurrency.Core.Scheduling.States;

/// <summary>How a simulation of process states goes, and how much of it there may be.</summary>
internal sealed record ProcessStateOptions
{
    public const int MaximumProcesses = 1000;
    public const int MaximumInstructions = 1_000_000;
    public const int MaximumIoLength = 1_000_000;
    public const long MaximumTicks = 10_000_000;

    public ProcessSwitch SwitchOn { get; init; } = ProcessSwitch.Io;

    public IoCompletion IoDone { get; init; } = IoCompletion.RunLater;

    /// <summary>The ticks from the one that starts input or output to the one that ends it, both not counted.</summary>
    public int IoLength { get; init; } = 5;
}
