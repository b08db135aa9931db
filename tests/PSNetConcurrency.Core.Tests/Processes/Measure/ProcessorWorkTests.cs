using System.Diagnostics;
using PSNetConcurrency.Core.Processes.Measure;
using Xunit;

namespace PSNetConcurrency.Core.Tests.Processes;

public class ProcessorWorkTests
{
    [Fact]
    public void ItsSpansAreTheWorkThatWasAsked()
    {
        long before = Stopwatch.GetTimestamp();
        ProcessorWork work = new(0.1);
        while (work.Continue())
        {
        }
        WorkerTrace trace = new("a", work.Spans());
        Assert.InRange(trace.Total, Stopwatch.Frequency / 10, Stopwatch.GetTimestamp() - before);
        Assert.Equal(trace.Spans.Order(), trace.Spans);
        Assert.True(trace.Begin >= before);
    }

    [Fact]
    public void ItCanBeLeftAfterAMoment()
    {
        ProcessorWork work = new(3600);
        Assert.True(work.Continue());
        Assert.InRange(new WorkerTrace("a", work.Spans()).Total, 1, Stopwatch.Frequency);
    }

    [Fact]
    public void ItMakesNoGarbage()
    {
        ProcessorWork work = new(0.3);
        work.Continue();
        long before = GC.GetAllocatedBytesForCurrentThread();
        while (work.Continue())
        {
        }
        // Nothing but the growth of a list where the thread lost its processor, again and again.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }
}
