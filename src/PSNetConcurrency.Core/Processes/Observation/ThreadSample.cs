using System.Buffers.Text;
using System.Runtime.Versioning;

namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>A Linux thread at one moment, from /proc/ID/task/ID/status and schedstat.</summary>
/// <param name="ThreadId">Its number.</param>
/// <param name="Native">The letter of ps.</param>
/// <param name="Arrivals">How often it came on a processor; null where the kernel keeps no CONFIG_SCHED_INFO.</param>
/// <param name="Voluntary">How often it left a processor to wait.</param>
/// <param name="Involuntary">How often it was taken off a processor.</param>
/// <param name="RunNanoseconds">Time on a processor, as of the kernel's last tick.</param>
/// <param name="ReadyNanoseconds">Time waiting for a processor, as of its last arrival on one.</param>
internal readonly record struct ThreadSample(int ThreadId, char Native, long? Arrivals, long Voluntary, long Involuntary, long RunNanoseconds, long ReadyNanoseconds)
{
    private const int Tries = 4;

    public long Departures => Voluntary + Involuntary;

    /// <summary>R is "runnable": on a processor, or waiting for one.</summary>
    public bool IsRunnable => Native == 'R';

    public bool HasEnded => Native is 'Z' or 'X';

    /// <summary>Null where there is no such thread, or not any more.</summary>
    [SupportedOSPlatform("linux")]
    public static ThreadSample? Read(int processId, int threadId)
    {
        Span<byte> buffer = stackalloc byte[ProcFile.BufferSize];
        Schedule before = Schedule.Parse(ProcFile.Read(processId, threadId, "schedstat"u8, buffer));
        for (int i = 1; ; i++)
        {
            ReadOnlySpan<byte> status = ProcFile.Read(processId, threadId, "status"u8, buffer);
            if (Value(status, "State:"u8) is not [byte native, ..]
                || !Utf8Parser.TryParse(Value(status, "voluntary_ctxt_switches:"u8), out long voluntary, out _)
                || !Utf8Parser.TryParse(Value(status, "nonvoluntary_ctxt_switches:"u8), out long involuntary, out _))
            {
                return null;
            }
            // Where it arrived nowhere meanwhile, arrivals and departures are of one moment: that of the status.
            Schedule after = Schedule.Parse(ProcFile.Read(processId, threadId, "schedstat"u8, buffer));
            if (after.Arrivals == before.Arrivals || i == Tries)
            {
                return new ThreadSample(threadId, (char)native, after.Arrivals, voluntary, involuntary, after.Run, after.Ready);
            }
            before = after;
        }
    }

    /// <summary>What stands behind a key at the beginning of a line.</summary>
    internal static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key)
    {
        while (!text.IsEmpty)
        {
            int end = text.IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = end < 0 ? text : text[..end];
            if (line.StartsWith(key))
            {
                return line[key.Length..].TrimStart(" \t"u8);
            }
            text = end < 0 ? [] : text[(end + 1)..];
        }
        return [];
    }

    private readonly record struct Schedule(long Run, long Ready, long? Arrivals)
    {
        // "run-ns ready-ns arrivals"
        public static Schedule Parse(ReadOnlySpan<byte> text)
        {
            Span<long> values = stackalloc long[3];
            for (int i = 0; i < values.Length; i++)
            {
                if (!Utf8Parser.TryParse(text, out values[i], out int used))
                {
                    return default;
                }
                text = text[Math.Min(text.Length, used + 1)..];
            }
            return new Schedule(values[0], values[1], values[2]);
        }
    }
}
