using System.Management.Automation;
using PSNetConcurrency.Core.Processes.Measure;
using PSNetConcurrency.Infrastructure;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Shows on a real socket what a slow call costs its caller: synchronous or asynchronous, blocking or non-blocking.</summary>
/// <remarks>
/// <para>A peer over loopback answers after -DelayMilliseconds. The same answer is waited for in four ways: a read that blocks (SynchronousBlocking); reads of a socket that is set not to block, again and again (SynchronousNonBlocking); select on several sockets, then reads of those that are ready (AsynchronousBlocking); a read that is only started, and whose completion is a callback (AsynchronousNonBlocking). BlockedTime tells how long the caller was in calls; WorkCount how much other work it got done, in blocks of 4 KiB hashed.</para>
/// <para>The delay is the same in all: no mode makes the peer faster. What differs is what the caller can do meanwhile, and what it pays for that.</para>
/// <para>The names are those of the usual two by two table. W. R. Stevens, UNIX Network Programming, volume 1, chapter 6, tells five models; his multiplexing (select, poll) is AsynchronousBlocking here, though he, with POSIX, calls synchronous whatever blocks the caller in the end, and asynchronous only what completes by itself.</para>
/// </remarks>
/// <example>
///   <para>All four, for an answer that takes 100 ms.</para>
///   <code>Measure-CallMode -DelayMilliseconds 100</code>
/// </example>
/// <example>
///   <para>Ten answers waited for by one thread: their delays overlap.</para>
///   <code>$result = Measure-CallMode -Mode AsynchronousBlocking -DelayMilliseconds 100 -DescriptorCount 10
/// "$($result.AnswerCount) answers in $($result.Elapsed.TotalMilliseconds) ms"</code>
/// </example>
/// <example>
///   <para>The fewer polls, the more work, and the later the answer.</para>
///   <code>1, 20 | ForEach-Object { Measure-CallMode -Mode SynchronousNonBlocking -DelayMilliseconds 100 -PollIntervalMilliseconds $_ } | ForEach-Object { "$($_.PollCount) polls, $($_.WorkCount) blocks, $($_.Elapsed.TotalMilliseconds) ms" }</code>
/// </example>
/// <inputs>None.</inputs>
/// <outputs>PSNetConcurrency.CallModeResult: one for each mode.</outputs>
[Cmdlet(VerbsDiagnostic.Measure, "CallMode")]
[OutputType(typeof(CallModeResult))]
public sealed class MeasureCallModeCommand : NetCmdlet
{
    private CallMode _current;

    /// <summary>The modes to measure, one after the other. The default is all four.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public CallMode[] Mode { get; set; } = Enum.GetValues<CallMode>();

    /// <summary>How long the answer takes. The default is 200 milliseconds.</summary>
    [Parameter]
    [ValidateRange(0, 3_600_000)]
    public int DelayMilliseconds { get; set; } = 200;

    /// <summary>How long the caller works between two looks. The default is 1 millisecond.</summary>
    [Parameter]
    [ValidateRange(0, 60_000)]
    public int PollIntervalMilliseconds { get; set; } = 1;

    /// <summary>How many sockets AsynchronousBlocking waits for together. The default is 3; the other modes have one.</summary>
    [Parameter]
    [ValidateRange(1, 500)]
    public int DescriptorCount { get; set; } = 3;

    protected override ProgressRecord? Progress() => ProgressOf($"{_current}: the answer is not there yet");

    protected override async Task EndAsync()
    {
        foreach (CallMode mode in Mode)
        {
            _current = mode;
            WriteObject(await CallModeMeasurement.RunAsync(mode, TimeSpan.FromMilliseconds(DelayMilliseconds), TimeSpan.FromMilliseconds(PollIntervalMilliseconds), DescriptorCount, StopToken));
        }
    }
}
