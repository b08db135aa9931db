using System.Management.Automation;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Processes.Observation;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Shows how processes change between ready, running, blocked and stopped, until they end.</summary>
/// <remarks>
/// <para>Looks at the processes every -IntervalMilliseconds, as Get-ProcessState does, and writes a row for each change. The first row of each process tells the state it was found in; the last tells that it is Terminated. It ends with the last process, after -DurationSeconds, or by Ctrl+C.</para>
/// <para>This is sampling: a system reports changes of state to its tracers only, so what is over before the next look is not seen. IsLegal tells whether the model lets a process change so at once: Ready to Running, Running to Ready or Blocked, Blocked to Ready; to Stopped and from there to Ready or Blocked; and to the end from anywhere. From Blocked to Running it must have been Ready in between: such a row is not legal, and Missed names the state that the samples missed. ContextSwitches tells how often the process left a processor since the row before; more than one means that there was more than the rows show.</para>
/// <para>Looking takes processor time as well: at an interval of a few milliseconds, the watch itself makes others wait, and this PowerShell sees itself Running always.</para>
/// </remarks>
/// <example>
///   <para>A program from its start to its end.</para>
///   <code>if ($IsWindows) { $program = [Diagnostics.Process]::Start('ping', '-n 2 127.0.0.1') } else { $program = [Diagnostics.Process]::Start('sleep', '1') }
/// $program | Watch-ProcessState -IntervalMilliseconds 10</code>
/// </example>
/// <example>
///   <para>Three programs that compute, for half a second: where processors are short they are given one and taken off again. How often was each change seen?</para>
///   <code>if (-not $IsWindows) {
///     $busy = 1..3 | ForEach-Object { [Diagnostics.Process]::Start('sh', [string[]] ('-c', 'while :; do :; done')) }
///     $seen = @{}
///     $busy | Watch-ProcessState -IntervalMilliseconds 5 -DurationSeconds 0.5 | ForEach-Object { $seen["$($_.From) -> $($_.To)"]++ }
///     $seen
///     $busy | ForEach-Object { $_.Kill() }
/// }</code>
/// </example>
/// <inputs>System.Int32: ids of processes; or objects with a property ProcessId or Id, such as child processes. All of the pipeline are watched together.</inputs>
/// <outputs>PSNetConcurrency.StateTransition: one for each change seen.</outputs>
[Cmdlet(VerbsCommon.Watch, "ProcessState", DefaultParameterSetName = ById)]
[OutputType(typeof(StateTransition))]
public sealed class WatchProcessStateCommand : ProcessMeasureCommand
{
    /// <summary>The time between two looks. The default is 50 milliseconds.</summary>
    [Parameter]
    [ValidateRange(1, 3_600_000)]
    public int IntervalMilliseconds { get; set; } = 50;

    /// <summary>How long to watch. The default is until the last of the processes has ended.</summary>
    [Parameter]
    [ValidateRange(.001, 31_536_000d)]
    public double DurationSeconds { get; set; }

    private protected override async Task LookAsync(IReadOnlyList<ProcessRecord> processes)
    {
        TimeSpan? duration = Deadline.OfSeconds(DurationSeconds);
        await foreach (StateTransition transition in StateWatch.RunAsync(processes, TimeSpan.FromMilliseconds(IntervalMilliseconds), duration, StopToken))
        {
            WriteObject(transition);
        }
    }
}
