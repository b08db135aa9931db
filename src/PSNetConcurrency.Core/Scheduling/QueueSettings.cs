using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Scheduling;

/// <summary>The queues with their quanta and allotments, the highest first; one queue for all policies but MLFQ.</summary>
internal sealed record QueueSettings(double[] Quantum, int[] Allotment)
{
    /// <summary>A queue is a bit of a word.</summary>
    public const int MostQueues = 64;

    private const int DefaultQueues = 3;

    public static QueueSettings Of(SchedulerOptions options)
    {
        CheckInterval("-BoostInterval", options.BoostInterval);
        CheckInterval("-AgingInterval", options.AgingInterval);
        CheckInterval("-ContextSwitchCost", options.ContextSwitchCost);
        if (options.ProcessorCount < 1)
        {
            throw new NetException(NetError.InvalidArgument, $"-ProcessorCount is {options.ProcessorCount}: it takes a processor at least.", options.ProcessorCount);
        }
        bool many = options.Policy == SchedulingPolicy.MLFQ;
        int count = many ? CountOf(options) : 1;
        double[] quantum = many && options.QuantumList is { } list ? [.. list] : [.. Enumerable.Repeat(options.Quantum ?? (many ? 10 : 1), count)];
        int[] allotment = many && options.AllotmentList is { } shares ? [.. shares] : [.. Enumerable.Repeat(options.Allotment, count)];
        foreach (double q in quantum)
        {
            if (!double.IsFinite(q) || q <= 0)
            {
                throw new NetException(NetError.QuantumInvalid, $"A quantum is {q.ToString(CultureInfo.InvariantCulture)}: with it no job would ever run. It must be above 0.", q);
            }
        }
        return allotment.Min() >= 1 ? new QueueSettings(quantum, allotment)
            : throw new NetException(NetError.QuantumInvalid, $"An allotment is {allotment.Min()}: a job must have a quantum at least in each queue, so 1 or more.", allotment.Min());
    }

    private static int CountOf(SchedulerOptions options)
    {
        int? quanta = options.QuantumList?.Count, allotments = options.AllotmentList?.Count;
        int count = options.QueueCount ?? quanta ?? allotments ?? DefaultQueues;
        if ((quanta ?? count) != count || (allotments ?? count) != count)
        {
            string[] said = [options.QueueCount is int n ? $"-QueueCount says {n}" : "", quanta is int q ? $"-QuantumList has {q}" : "", allotments is int a ? $"-AllotmentList has {a}" : ""];
            throw new NetException(NetError.QueueMismatch, $"How many queues there are is not clear: {string.Join(", ", said.Where(s => s.Length > 0))}. Give a value for each queue, the highest first.", count);
        }
        return count is >= 1 and <= MostQueues ? count
            : throw new NetException(NetError.QueueMismatch, $"{count} queues are {(count < 1 ? "too few" : "too many")}: there may be 1 to {MostQueues}.", count);
    }

    private static void CheckInterval(string name, double time)
    {
        if (!double.IsFinite(time) || time < 0)
        {
            throw new NetException(NetError.InvalidArgument, $"{name} is {time.ToString(CultureInfo.InvariantCulture)}: it must be a number, 0 or more.", time);
        }
    }
}
