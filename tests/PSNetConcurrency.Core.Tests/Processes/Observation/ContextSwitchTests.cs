using PSNetConcurrency.Core.Processes.Observation;
using PSNetConcurrency.Core.Tests.Net;

namespace PSNetConcurrency.Core.Tests.Processes.Observation;

public class ContextSwitchTests
{
    [LinuxFact]
    public async Task One_that_sleeps_again_and_again_gives_up_the_processor_by_itself()
    {
        using RealProcess naps = new("python3", "-c", "import time\nwhile True: time.sleep(0.001)");
        await Eventually.TrueAsync(async () => await MeasureAsync(naps) is { Voluntary: > 10 } result && result.Voluntary > 9 * result.Involuntary && result.Interpretation.StartsWith("I/O-bound", StringComparison.Ordinal), "I/O-bound");
    }

    [LinuxFact]
    public async Task Those_that_compute_are_taken_off()
    {
        RealProcess[] busy = [.. Enumerable.Range(0, Environment.ProcessorCount + 1).Select(_ => RealProcess.Busy())];
        try
        {
            await Eventually.TrueAsync(async () => await MeasureAsync(busy[0]) is { Involuntary: > 0, Voluntary: 0 } result && result.Interpretation.StartsWith("CPU-bound", StringComparison.Ordinal), "CPU-bound");
        }
        finally
        {
            Array.ForEach(busy, b => b.Dispose());
        }
    }

    [LinuxFact]
    public async Task One_that_sleeps_for_ever_does_nothing()
    {
        using RealProcess sleep = RealProcess.Sleep();
        await Eventually.TrueAsync(async () => await MeasureAsync(sleep) is { Voluntary: 0, Involuntary: 0, PerSecond: 0, HasEnded: false }, "nothing");
    }

    [LinuxFact]
    public async Task One_that_is_killed_ends_the_measurement()
    {
        using RealProcess sleep = RealProcess.Sleep();
        Task<ContextSwitchResult[]> measuring = ContextSwitchMeter.MeasureAsync([ProcessTable.Find(sleep.Id)!], TimeSpan.FromHours(1), default);
        sleep.End();
        ContextSwitchResult result = Assert.Single(await measuring.WaitAsync(Eventually.Limit));
        Assert.True(result.HasEnded);
        Assert.True(result.Elapsed < TimeSpan.FromHours(1));
    }

    [LinuxFact]
    public async Task Threads_that_start_meanwhile_are_counted()
    {
        ProcessRecord self = ProcessTable.Find(Environment.ProcessId)!;
        using ManualResetEventSlim end = new();
        Task<ContextSwitchResult[]> measuring = ContextSwitchMeter.MeasureAsync([self], TimeSpan.FromMilliseconds(200), default);
        int before = ProcFileThreads();
        Thread thread = new(() => end.Wait());
        thread.Start();
        ContextSwitchResult result = (await measuring)[0];
        end.Set();
        thread.Join();
        Assert.True(result.ThreadCount > before, $"{result.ThreadCount} threads after {before}");
        Assert.True(result.Voluntary > 0);

        static int ProcFileThreads() => Directory.GetDirectories("/proc/self/task").Length;
    }

    [Theory]
    [InlineData(0, 0, 0, "Blocked")]
    [InlineData(0, 0, 900, "Ran undisturbed")]
    [InlineData(100, 0, 10, "I/O-bound")]
    [InlineData(100, 0, 900, "Busy, with many short waits")]
    [InlineData(0, 100, 500, "CPU-bound")]
    [InlineData(60, 40, 500, "Mixed, rather I/O-bound")]
    [InlineData(40, 60, 500, "Mixed, rather CPU-bound")]
    public void Counts_have_words(long voluntary, long involuntary, int milliseconds, string words) =>
        Assert.StartsWith(words, ContextSwitchMeter.Interpret(voluntary, involuntary, TimeSpan.FromMilliseconds(milliseconds), TimeSpan.FromSeconds(1)), StringComparison.Ordinal);

    private static async Task<ContextSwitchResult> MeasureAsync(RealProcess process) =>
        (await ContextSwitchMeter.MeasureAsync([ProcessTable.Find(process.Id)!], TimeSpan.FromMilliseconds(100), default))[0];
}
