using System.Globalization;
using System.Runtime.Versioning;

namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>The states of Windows' threads in the words of the three-state model.</summary>
[SupportedOSPlatform("windows")]
internal static class WindowsStates
{
    private const uint Suspended = 5, WrSuspended = 12;

    private static readonly string[] NativeStates = ["Initialized", "Ready", "Running", "Standby", "Terminated", "Waiting", "Transition", "DeferredReady"];

    public static ProcessObservation?[] Observe(IReadOnlyList<ProcessRecord> processes, bool withThreads)
    {
        Dictionary<int, ProcessObservation> seen = [];
        Dictionary<int, ProcessRecord> wanted = processes.ToDictionary(p => p.ProcessId);
        DateTimeOffset time = DateTimeOffset.Now;
        WindowsProcessTable.Read((process, threads) =>
        {
            if (wanted.TryGetValue(process.ProcessId, out ProcessRecord? known) && known.IsSameProcess(process) && threads.Count > 0)
            {
                ProcessState[] states = [.. threads.Select(StateOf)];
                int deciding = StateSampler.Deciding(states);
                ProcessStateInfo whole = Describe(process, threads[deciding], states[deciding], time) with
                {
                    ThreadId = null,
                    RunTime = TimeSpan.FromTicks(threads.Sum(t => t.ProcessorTime.Ticks)),
                    ContextSwitches = threads.Sum(t => t.ContextSwitches),
                };
                seen[process.ProcessId] = new ProcessObservation(whole, withThreads ? [.. threads.Select((t, i) => Describe(process, t, states[i], time))] : []);
            }
        });
        return [.. processes.Select(p => seen.GetValueOrDefault(p.ProcessId))];
    }

    private static ProcessState StateOf(WindowsThread thread) => thread.State switch
    {
        2 => ProcessState.Running,
        4 => ProcessState.Zombie,
        5 when thread.WaitReason is Suspended or WrSuspended => ProcessState.Stopped,
        5 => ProcessState.Blocked,
        // Initialized, Ready, Standby, Transition, DeferredReady: nothing but a processor, or its stack in memory, is missing.
        _ => ProcessState.Ready,
    };

    private static ProcessStateInfo Describe(ProcessRecord process, WindowsThread thread, ProcessState state, DateTimeOffset time) => new()
    {
        ProcessId = process.ProcessId,
        ThreadId = thread.ThreadId,
        Name = process.Name,
        State = state,
        Native = thread.State < NativeStates.Length ? NativeStates[thread.State] : thread.State.ToString(CultureInfo.InvariantCulture),
        WaitReason = state == ProcessState.Blocked ? InWords(thread.WaitReason) : null,
        ThreadCount = process.ThreadCount,
        RunTime = thread.ProcessorTime,
        ContextSwitches = thread.ContextSwitches,
        Time = time,
    };

    // KWAIT_REASON; those from 7 to 13 are those from 0 to 6 in the kernel's own behalf.
    private static string InWords(uint reason) => reason switch
    {
        0 or 7 => "waits for the kernel (Executive)",
        1 or 8 => "waits for memory (FreePage)",
        2 or 9 => "waits for a page from the disk (PageIn)",
        3 or 10 => "waits for memory of the kernel (PoolAllocation)",
        4 or 11 => "sleeps for a time (DelayExecution)",
        6 or 13 => "waits for an object: input, output, a lock or another thread (UserRequest)",
        15 => "waits for work in a queue (WrQueue)",
        16 => "waits for a local procedure call (WrLpcReceive)",
        17 => "waits for the answer of a local procedure call (WrLpcReply)",
        _ => string.Create(CultureInfo.InvariantCulture, $"waits for reason {reason} of KWAIT_REASON"),
    };
}
