using System.Buffers.Text;
using System.Globalization;
using System.Runtime.Versioning;

namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>The states of one process of Linux.</summary>
[SupportedOSPlatform("linux")]
internal sealed class LinuxStateObserver(ProcessRecord process)
{
    private readonly string _threadFolder = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.ProcessId}/task");
    private Dictionary<int, DispatchWitness> _witnesses = [];

    public async Task<ProcessObservation?> ObserveAsync(bool withThreads, CancellationToken stop)
    {
        if (LinuxProcessTable.Find(process.ProcessId) is not { } now || !now.IsSameProcess(process))
        {
            return null;
        }
        DateTimeOffset time = DateTimeOffset.Now;
        List<ThreadSample> samples = [];
        List<Task<ProcessState>> judgements = [];
        Dictionary<int, DispatchWitness> witnesses = [];
        foreach (int id in ProcFile.Numbers(_threadFolder))
        {
            if (ThreadSample.Read(process.ProcessId, id) is { } sample)
            {
                DispatchWitness witness = _witnesses.TryGetValue(id, out DispatchWitness? known) ? known : new DispatchWitness();
                witnesses.Add(id, witness);
                samples.Add(sample);
                judgements.Add(witness.JudgeAsync(sample, () => ThreadSample.Read(process.ProcessId, id), stop).AsTask());
            }
        }
        if (samples.Count == 0)
        {
            return null;
        }
        _witnesses = witnesses;
        ProcessState[] states = await Task.WhenAll(judgements).ConfigureAwait(false);
        int deciding = StateSampler.Deciding(states);
        ProcessStateInfo whole = Describe(now, samples[deciding], states[deciding], time) with
        {
            ThreadId = null,
            RunTime = Span(samples.Sum(s => s.RunNanoseconds)),
            ReadyTime = samples.Any(s => s.Arrivals is null) ? null : Span(samples.Sum(s => s.ReadyNanoseconds)),
            ContextSwitches = samples.Sum(s => s.Departures),
        };
        return new ProcessObservation(whole, withThreads ? [.. samples.Select((s, i) => Describe(now, s, states[i], time))] : []);
    }

    private static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / TimeSpan.NanosecondsPerTick);

    private static ProcessStateInfo Describe(ProcessRecord now, ThreadSample sample, ProcessState state, DateTimeOffset time) => new()
    {
        ProcessId = now.ProcessId,
        ThreadId = sample.ThreadId,
        Name = now.Name,
        State = state,
        Native = $"{sample.Native} ({Word(sample.Native)})",
        WaitReason = state == ProcessState.Blocked ? LinuxWaitReason.Find(now.ProcessId, sample.ThreadId, sample.Native) : null,
        Processor = sample.HasEnded ? null : Processor(now.ProcessId, sample.ThreadId),
        ThreadCount = now.ThreadCount,
        RunTime = Span(sample.RunNanoseconds),
        ReadyTime = sample.Arrivals is null ? null : Span(sample.ReadyNanoseconds),
        ContextSwitches = sample.Departures,
        Time = time,
    };

    private static string Word(char native) => native switch
    {
        'R' => "runnable",
        'S' => "sleeping",
        'D' => "uninterruptible",
        'T' => "stopped",
        't' => "stopped by a debugger",
        'Z' => "zombie",
        'X' => "dead",
        'I' => "idle",
        'P' => "parked",
        _ => "other",
    };

    private static int? Processor(int processId, int threadId)
    {
        const int FirstAfterName = 3, ProcessorField = 39;
        Span<byte> buffer = stackalloc byte[ProcFile.BufferSize];
        ReadOnlySpan<byte> stat = ProcFile.Read(processId, threadId, "stat"u8, buffer);
        ReadOnlySpan<byte> rest = stat[Math.Min(stat.Length, stat.LastIndexOf((byte)')') + 2)..];
        for (int field = FirstAfterName; field < ProcessorField; field++)
        {
            rest = rest[(rest.IndexOf((byte)' ') + 1)..];
        }
        return Utf8Parser.TryParse(rest, out int processor, out _) ? processor : null;
    }
}
