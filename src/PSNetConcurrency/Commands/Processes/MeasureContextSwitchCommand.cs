using System.Management.Automation;
using PSNetConcurrency.Core.Processes.Observation;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Counts how often processes leave their processors, by themselves or because they are taken off, and says what that means.</summary>
/// <remarks>
/// <para>A voluntary context switch: the process gave up the processor to wait for input, output, a lock or a time. An involuntary one: it would have gone on, but had used up its slice, or another process went first. Many voluntary switches make a process I/O-bound, many involuntary ones CPU-bound and short of processors. One that computes and has none ran undisturbed.</para>
/// <para>The counts are those of all threads of a process. Threads are looked at every 50 ms: what one that ends did after the last look, and one that lived only between two looks, is not counted.</para>
/// <para>Linux tells the two kinds apart for every process; Windows and macOS do not, which is an error of the kind NotSupportedHere.</para>
/// </remarks>
/// <example>
///   <para>This PowerShell, for half a second: it waits for itself.</para>
///   <code>if ($IsLinux) { Measure-ContextSwitch $PID -DurationSeconds 0.5 }</code>
/// </example>
/// <example>
///   <para>A program that computes.</para>
///   <code>if ($IsLinux) {
///     $busy = [Diagnostics.Process]::Start('sh', [string[]] ('-c', 'while :; do :; done'))
///     $busy | Measure-ContextSwitch -DurationSeconds 0.5 | ForEach-Object Interpretation
///     $busy.Kill()
/// }</code>
/// </example>
/// <inputs>System.Int32: ids of processes; or objects with a property ProcessId or Id, such as child processes. All of the pipeline are measured at the same time.</inputs>
/// <outputs>PSNetConcurrency.ContextSwitchResult: one for each process.</outputs>
[Cmdlet(VerbsDiagnostic.Measure, "ContextSwitch", DefaultParameterSetName = ById)]
[OutputType(typeof(ContextSwitchResult))]
public sealed class MeasureContextSwitchCommand : ProcessMeasureCommand
{
    /// <summary>How long to count. The default is 1 second; a process that ends sooner is measured until then.</summary>
    [Parameter]
    [ValidateRange(.001, 31_536_000d)]
    public double DurationSeconds { get; set; } = 1;

    protected override ProgressRecord? Progress() => ProgressOfWait("Counting context switches", DurationSeconds);

    private protected override async Task LookAsync(IReadOnlyList<ProcessRecord> processes) =>
        WriteObject(await ContextSwitchMeter.MeasureAsync(processes, TimeSpan.FromSeconds(DurationSeconds), StopToken), enumerateCollection: true);
}
