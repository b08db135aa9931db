using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Scheduling.States;
using PSNetConcurrency.Infrastructure;

namespace PSNetConcurrency.Commands.Batch;

/// <summary>Simulates, tick by tick, how processes on one processor become running, ready and blocked; or tells which changes of state are legal.</summary>
/// <remarks>
/// <para>A program is a list of instructions, each of which takes the processor for a tick: <c>'c7,i,c1'</c> computes for 7 ticks, starts input or output, and computes for 1. i is two instructions: one that starts input or output, and one that deals with its end, once it is done. In between the process is blocked for -IoLength ticks. Quote a program: PowerShell takes <c>c7,i</c> without quotes for two.</para>
/// <para><c>'5:80'</c> is a program of 5 instructions, each of which computes with a probability of 80 percent and is i otherwise. -Seed repeats it.</para>
/// <para>The languages, the rules and, for the same seed, the random numbers are those of process-run.py of the book Operating Systems: Three Easy Pieces, so the ticks are the same as well. As its options do, one text may hold several programs: <c>'c7,i:c3'</c> and <c>'5:80,3:100'</c>. The processes are P0, P1 and so on, in the order of the programs; all are ready at the beginning, and the first has the processor.</para>
/// <para>In a tick, first input or output that is done makes its process ready, or running; then the running process carries out an instruction; then it is blocked or done where that was the last, and the next ready process after it, in their order, gets the processor. A row shows the states while the instruction is carried out. Its Event tells what changed: at the beginning of the tick, and at its end.</para>
/// <para>Programs may have 1,000,000 instructions and take 10,000,000 ticks, all together.</para>
/// </remarks>
/// <example>
///   <para>Two processes: while one waits for its input or output, the other computes.</para>
///   <code>Invoke-ProcessStateSimulation -Program 'i,c1', 'c5'</code>
/// </example>
/// <example>
///   <para>What that is worth: the same programs, with and without a switch.</para>
///   <code>'i,i', 'c6' | Invoke-ProcessStateSimulation -SwitchOn Io -Summary
/// 'i,i', 'c6' | Invoke-ProcessStateSimulation -SwitchOn End -Summary</code>
///   <para>Where the processor is kept for a process that waits, both the processor and the device are used less.</para>
/// </example>
/// <example>
///   <para>Programs by chance, and only the ticks in which something changes.</para>
///   <code>Invoke-ProcessStateSimulation -Program '5:50', '5:50' -Seed 1 | Where-Object Event</code>
/// </example>
/// <example>
///   <para>May a blocked process run at once?</para>
///   <code>Invoke-ProcessStateSimulation -Transition 'Blocked>Running', 'New>Ready>Running>Blocked>Ready'</code>
///   <para>No, and Reason tells why. A chain is as many transitions.</para>
/// </example>
/// <inputs>System.String: programs.</inputs>
/// <outputs>
///   <para>PSNetConcurrency.ProcessStateRow: one for each tick.</para>
///   <para>PSNetConcurrency.ProcessStateSummary: with -Summary, one.</para>
///   <para>PSNetConcurrency.ProcessTransition: one for each transition of -Transition.</para>
/// </outputs>
/// <seealso cref="InvokeBatchSimulationCommand"/>
/// <seealso cref="MeasureMultiprogrammingCommand"/>
/// <seealso cref="PSNetConcurrency.Commands.Processes.WatchProcessStateCommand"/>
/// <seealso href="https://pages.cs.wisc.edu/~remzi/OSTEP/">Operating Systems: Three Easy Pieces</seealso>
[Cmdlet(VerbsLifecycle.Invoke, "ProcessStateSimulation", DefaultParameterSetName = ProgramSet)]
[OutputType(typeof(ProcessStateRow), typeof(ProcessStateSummary), ParameterSetName = [ProgramSet])]
[OutputType(typeof(ProcessTransition), ParameterSetName = [TransitionSet])]
public sealed class InvokeProcessStateSimulationCommand : NetCmdlet
{
    private const string ProgramSet = "Program", TransitionSet = "Transition";

    private ProgramParser? _parser;
    private ProcessStateSimulator? _simulator;

    /// <summary>The programs, such as 'c7,i,c1' or '5:80'.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ProgramSet)]
    [AllowEmptyString]
    public string[] Program { get; set; } = [];

    /// <summary>When the processor goes to another process. Io, the default, is SWITCH_ON_IO of process-run.py, End is SWITCH_ON_END.</summary>
    [Parameter(ParameterSetName = ProgramSet)]
    public ProcessSwitch SwitchOn { get; set; } = ProcessSwitch.Io;

    /// <summary>What becomes of a process whose input or output is done. RunLater, the default, is IO_RUN_LATER of process-run.py, RunImmediate is IO_RUN_IMMEDIATE.</summary>
    [Parameter(ParameterSetName = ProgramSet)]
    public IoCompletion IoDone { get; set; } = IoCompletion.RunLater;

    /// <summary>For how many ticks a process is blocked by input or output, 0 to 1,000,000. The default is 5.</summary>
    [Parameter(ParameterSetName = ProgramSet)]
    public int IoLength { get; set; } = 5;

    /// <summary>Repeats programs such as '5:80'. The default is 0, as of process-run.py.</summary>
    [Parameter(ParameterSetName = ProgramSet)]
    public long Seed { get; set; }

    /// <summary>Returns one object for the whole: the time, how much of it processor and devices were busy, and the bars of a chart.</summary>
    [Parameter(ParameterSetName = ProgramSet)]
    public SwitchParameter Summary { get; set; }

    /// <summary>Changes of state to check, such as 'Blocked>Running', in the model of five states: New, Ready, Running, Blocked (or Waiting) and Terminated (or Exit, Done).</summary>
    [Parameter(Mandatory = true, ParameterSetName = TransitionSet)]
    [AllowEmptyString]
    public string[] Transition { get; set; } = [];

    // One program less would make another simulation.
    protected override bool FailuresTerminate => ParameterSetName == ProgramSet;

    protected override ProgressRecord? Progress() => ProgressOf($"{_simulator?.TotalTime:N0} ticks");

    protected override Task BeginAsync()
    {
        _parser = new ProgramParser(Seed);
        return Task.CompletedTask;
    }

    protected override Task ProcessAsync()
    {
        if (ParameterSetName == ProgramSet)
        {
            Array.ForEach(Program, _parser!.Add);
        }
        else
        {
            Array.ForEach(Transition, Check);
        }
        return Task.CompletedTask;
    }

    protected override Task EndAsync()
    {
        if (ParameterSetName == ProgramSet)
        {
            Simulate();
        }
        return Task.CompletedTask;
    }

    private void Check(string transition)
    {
        try
        {
            WriteObject(TransitionRules.Parse(transition), enumerateCollection: true);
        }
        catch (NetException e)
        {
            ReportFailure(e);
        }
    }

    private void Simulate()
    {
        int count = _parser!.Programs.Count;
        if (count == 0)
        {
            throw new NetException(NetError.ProgramInvalid, "There are no programs. Write them as 'c7,i,c1' or '5:80'.");
        }
        _simulator = new ProcessStateSimulator(_parser.Programs, new() { SwitchOn = SwitchOn, IoDone = IoDone, IoLength = IoLength });
        StateTimeline timeline = new(count);
        foreach (ProcessStateRow row in _simulator.Run())
        {
            StopToken.ThrowIfCancellationRequested();
            ShowProgressWhenDue();
            if (Summary)
            {
                timeline.Add(row);
            }
            else
            {
                WriteObject(row);
            }
        }
        if (Summary)
        {
            WriteObject(new ProcessStateSummary
            {
                ProcessCount = count,
                TotalTime = _simulator.TotalTime,
                CpuBusy = _simulator.CpuBusy,
                IoBusy = _simulator.IoBusy,
                Timeline = timeline.End(_simulator.TotalTime),
            });
        }
    }
}
