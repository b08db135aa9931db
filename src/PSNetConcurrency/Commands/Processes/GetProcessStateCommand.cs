using System.Management.Automation;
using PSNetConcurrency.Core.Processes.Observation;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Tells whether processes are ready, running, blocked, stopped or zombies, and what the blocked ones wait for.</summary>
/// <remarks>
/// <para>Systems know these states of threads. A process is Running where one of its threads is on a processor, else Ready where one waits for a processor, otherwise in the state of its first thread; -Thread shows each thread by itself. Without -ProcessId or -Name, all processes that this user may see.</para>
/// <para>Linux calls R what is on a processor and what waits for one. They are told apart by counts of the kernel: a thread on a processor has arrived on one (schedstat) once more than it has left one (context switches). Where the counts leave it open, for the kernel misses an arrival now and then, the thread is looked at again for up to 25 ms. Without schedstat (CONFIG_SCHED_INFO) every runnable thread is called Running.</para>
/// <para>Looking takes a processor too: on a machine with one, nothing but this PowerShell is ever Running while it looks. What is shown held at that moment, and may be over a microsecond later.</para>
/// <para>WaitReason tells the system call and its descriptor where the system shows it to this user (on Linux root, and most often the owner), else the place in the kernel. On Windows it is the kernel's wait reason. macOS shows states to debuggers only: an error of the kind NotSupportedHere.</para>
/// </remarks>
/// <example>
///   <para>All processes that run or are ready in this moment.</para>
///   <code>Get-ProcessState | Where-Object State -In Running, Ready</code>
/// </example>
/// <example>
///   <para>This PowerShell, thread by thread: one is running, for it is looking.</para>
///   <code>Get-ProcessState $PID -Thread</code>
/// </example>
/// <example>
///   <para>What the processes of a name wait for.</para>
///   <code>Get-ProcessState -Name pw* | ForEach-Object { "$($_.ProcessId): $($_.State), $($_.WaitReason)" }</code>
/// </example>
/// <inputs>System.Int32: ids of processes; or objects with a property ProcessId or Id, such as child processes.</inputs>
/// <outputs>PSNetConcurrency.ProcessStateInfo: one for each process, or with -Thread one for each thread.</outputs>
[Cmdlet(VerbsCommon.Get, "ProcessState", DefaultParameterSetName = All)]
[OutputType(typeof(ProcessStateInfo))]
public sealed class GetProcessStateCommand : ProcessSelectorCommand
{
    /// <summary>Shows every thread instead of the process.</summary>
    [Parameter]
    public SwitchParameter Thread { get; set; }

    protected override async Task ProcessAsync()
    {
        StateSampler sampler = new(Selected());
        foreach (ProcessObservation? observation in await sampler.SampleAsync(Thread, StopToken))
        {
            // One that ended between being found and being looked at is not there any more.
            if (observation is not null)
            {
                WriteObject(Thread ? observation.Threads : new[] { observation.Process }, enumerateCollection: true);
            }
        }
    }
}
