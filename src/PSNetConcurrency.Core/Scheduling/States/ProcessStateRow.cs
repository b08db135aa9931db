namespace PSNetConcurrency;

/// <summary>One tick of a simulation of process states: what every process was in, and what happened.</summary>
public sealed record ProcessStateRow
{
    /// <summary>The number of the tick, from 1.</summary>
    public required long Tick { get; init; }

    /// <summary>The state of each process, in the order of the programs.</summary>
    public required SimulatedState[] State { get; init; }

    /// <summary>The process that carried out an instruction, from 0; null where the processor idled.</summary>
    public int? Process { get; init; }

    /// <summary>The instruction that it carried out.</summary>
    public ProcessInstruction? Instruction { get; init; }

    /// <summary>Whether an instruction was carried out.</summary>
    public bool CpuBusy => Instruction is not null;

    /// <summary>How many processes had input or output under way, not counting one that starts in this tick.</summary>
    public required int IoOutstanding { get; init; }

    /// <summary>Whether the input or output of a process was done when the tick began.</summary>
    public bool IsIoDone { get; init; }

    /// <summary>What changed, in its order: at the beginning of the tick, then at its end, which the states show from the next tick. Empty where nothing did.</summary>
    public required string Event { get; init; }

    /// <summary>The states as process-run.py prints them: RUN:cpu, RUN:io, RUN:io_done, RUNNING, READY, BLOCKED, DONE.</summary>
    public string[] Label => [.. State.Select((state, process) => process == Process ? RunLabel() : state.ToString().ToUpperInvariant())];

    public override string ToString() => FormattableString.Invariant($"{Tick}: {string.Join(' ', Label)}");

    private string RunLabel() => Instruction switch
    {
        ProcessInstruction.Io => "RUN:io",
        ProcessInstruction.IoDone => "RUN:io_done",
        _ => "RUN:cpu",
    };
}
