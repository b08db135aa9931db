using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes.Launching;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Runs child processes and returns what they write as they write it, or all that is known of them when they have ended.</summary>
/// <remarks>
/// <para>Starts a child as Start-ChildProcess does, hands on its output while it runs, as Receive-ChildProcess -Wait does, and returns when it has ended. If it failed, that is an error (ExitCodeNotZero, ScriptFailed, ChildKilled, TimedOut and others), after its output. Of a program $LASTEXITCODE is set as if it had been called directly; it is 128 and the signal's number where a signal ended it, as in a shell.</para>
/// <para>With -Detailed there are no errors of the child but one object that tells everything: exit code or signal, output, errors, all records in their order, time, memory.</para>
/// <para>What is piped to a program is its standard input: text a line each, bytes as they are. It is read while the program runs, and ended when the pipeline ends. Of a script each item of the pipeline is a child of its own, -ThrottleLimit at once, with the item as <c>$_</c>; what they write comes as it comes, each child's in its order. To run a program once for each item, use Start-ChildProcess, or a script block among -ArgumentList, which makes an argument of the item.</para>
/// <para>Ctrl+C, and Select-Object -First that has enough, stop the children with all below them: they are asked to end, have two seconds, and are killed. Nothing is left when the prompt comes back.</para>
/// </remarks>
/// <example>
///   <para>A program: arguments are never split again, whatever is in them.</para>
///   <code>Invoke-ChildProcess -FilePath dotnet -ArgumentList '--version'</code>
/// </example>
/// <example>
///   <para>All about it.</para>
///   <code>$result = Invoke-ChildProcess -FilePath dotnet -ArgumentList 'no-such-command' -Detailed
/// $result.ExitCode
/// $result.StandardError</code>
/// </example>
/// <example>
///   <para>A script in processes of its own for each item, two at once.</para>
///   <code>1..3 | Invoke-ChildProcess { "$_ in process $PID" } -ThrottleLimit 2</code>
/// </example>
/// <example>
///   <para>No longer than so many seconds.</para>
///   <code>$result = Invoke-ChildProcess { [Threading.Thread]::Sleep(60000) } -TimeoutSeconds 1 -Detailed
/// $result.TimedOut</code>
/// </example>
/// <inputs>System.Object: the standard input of a program, or items, for each of which a script runs.</inputs>
/// <outputs>
/// <para>System.Object: what the children write to their output.</para>
/// <para>PSNetConcurrency.ChildProcessResult: with -Detailed, one for each child.</para>
/// </outputs>
/// <seealso cref="StartChildProcessCommand"/>
/// <seealso cref="ReceiveChildProcessCommand"/>
[Cmdlet(VerbsLifecycle.Invoke, "ChildProcess", DefaultParameterSetName = OfBlock, SupportsShouldProcess = true)]
[OutputType(typeof(object), typeof(ChildProcessResult))]
public sealed class InvokeChildProcessCommand : ChildProcessStartCommand
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly Dictionary<ChildProcess, List<ChildProcessRecord>> _running = [];
    private ChildStreamWriter? _writer;
    private LiveOutput? _live;
    private InputFeeder? _feeder;
    private bool _feedsOne;
    private int _number;

    /// <summary>What a program reads, or an item for a script, by pipeline. Given as a parameter, the elements of a list are all input of one child.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? InputObject { get; set; }

    /// <summary>Returns an object that tells all about each child, instead of its output and errors.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <summary>Returns a program's standard output as bytes, in pieces as they come, instead of lines of text.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    internal override object? Item => InputObject;

    internal override bool CanBeFed => false;

    protected override ProgressRecord? Progress() => Detailed && _running.Count > 0
        ? ProgressOfWait(_running.Count == 1 ? _running.Keys.First().ToString()! : $"{_running.Count} children run", TimeoutSeconds)
        : null;

    protected override async Task BeginAsync()
    {
        await base.BeginAsync();
        _writer = new ChildStreamWriter(this);
        _live = new LiveOutput(Write, Ended, StopToken);
        ChildProcessPlan plan = Plan();
        // Of a program the whole pipeline is one input, unless arguments are made of its items.
        _feedsOne = TakesItems && plan.IsProgram && !plan.HasArgumentsOfItem;
        if (_feedsOne && StandardInput is not null)
        {
            throw new NetException(NetError.InvalidArgument, "-StandardInput and input from the pipeline exclude each other.");
        }
        if (_feedsOne && await LaunchAsync(new ChildInput(false, null, StaysOpen: true)) is { } child)
        {
            _feeder = new InputFeeder(child, StopToken);
        }
    }

    protected override Task ProcessAsync() => !TakesItems ? Task.CompletedTask : GuardedAsync(async () =>
    {
        if (_feedsOne)
        {
            _feeder?.Add(Infrastructure.Processes.StandardInput.ToLine(InputObject, Encoding));
            // Its output is handed on meanwhile: it may not read on before somebody takes what it writes.
            while (_feeder is { IsFull: true } && _live!.Count > 0)
            {
                await _live.StepAsync(_feeder.Sending);
            }
            _live!.Drain();
            return;
        }
        while (_live!.Count >= ThrottleLimit)
        {
            await _live.StepAsync();
        }
        await LaunchAsync(new ChildInput(true, InputObject, ++_number));
        _live.Drain();
    });

    protected override Task EndAsync() => GuardedAsync(async () =>
    {
        if (!TakesItems)
        {
            await LaunchAsync(new ChildInput(IsGiven(nameof(InputObject)), InputObject));
        }
        _feeder?.End();
        while (_live!.Count > 0)
        {
            await _live.StepAsync(_feeder?.Sending);
        }
    });

    private async Task<ChildProcess?> LaunchAsync(ChildInput input)
    {
        if (await StartChildAsync(input) is not { } child)
        {
            return null;
        }
        _running[child] = [];
        _live!.Add(new OutputReading(ChildOutput.Of(child), new OutputReadingOptions(AsByteStream)));
        return child;
    }

    private void Write(OutputReading reading, ChildProcessRecord record)
    {
        if (Detailed)
        {
            _running[reading.Child].Add(record);
        }
        else
        {
            _writer!.Write(reading.Child, record);
        }
    }

    private void Ended(OutputReading reading)
    {
        ChildProcess child = reading.Child;
        _running.Remove(child, out List<ChildProcessRecord>? records);
        ChildProcesses.Remove(child);
        if (child.Kind == ChildProcessKind.Program)
        {
            SessionState.PSVariable.Set("global:LASTEXITCODE", child.ExitCode ?? (128 + SignalNames.NumberOf(child.Signal)));
        }
        if (Detailed)
        {
            WriteObject(ResultText.Of(child, records!, Encoding));
        }
        else
        {
            _writer!.WriteFailure(reading.Output);
        }
    }

    // Whatever ends the cmdlet before the children have ended, ends them.
    private async Task GuardedAsync(Func<Task> work)
    {
        bool done = false;
        try
        {
            await work();
            done = true;
        }
        finally
        {
            if (!done && _running.Count > 0)
            {
                ChildProcess[] left = [.. _running.Keys];
                _running.Clear();
                await Task.WhenAll(left.Select(c => c.StopAsync(Grace, includeDescendants: true)));
                foreach (ChildProcess child in left)
                {
                    ChildProcesses.Remove(child);
                }
            }
        }
    }

    // Select-Object -First may have had enough while the cmdlet was not at work: nobody waits for the children any more, but they end.
    protected override void ReleaseResources()
    {
        foreach (ChildProcess child in _running.Keys)
        {
            _ = child.StopAsync(Grace, includeDescendants: true).ContinueWith(_ => ChildProcesses.Remove(child), TaskScheduler.Default);
        }
        _running.Clear();
    }
}
