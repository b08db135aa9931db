using System.Management.Automation;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Waits until child processes have ended, as join of Python's multiprocessing does.</summary>
/// <remarks>
/// <para>Waits for all that were given and returns each when it and those before it have ended; with -AsCompleted each as soon as it has ended, the first to end first; with -Any only the first to end. Without parameters it waits for all children of the session. The system wakes it: it does not poll.</para>
/// <para>Waiting never stands in the way of a child that prints much: what it writes while it is waited for is kept, beyond 8 MiB in a temporary file, until it is received or removed.</para>
/// <para>When -TimeoutSeconds run out, that is one error (TimedOut) for each child that has not ended; the children go on, unless -StopOnTimeout stops them. How a child ended is told by its State, ExitCode and Signal; that it failed is no error here, but one of Receive-ChildProcess.</para>
/// </remarks>
/// <example>
///   <para>Three children that sleep, joined in the order in which they end.</para>
///   <code>3, 1, 2 | Start-ChildProcess { [Threading.Thread]::Sleep($_ * 100); $_ } |
///     Wait-ChildProcess -AsCompleted | Receive-ChildProcess -AutoRemove</code>
/// </example>
/// <example>
///   <para>The first that ends is enough: the others are stopped.</para>
///   <code>$children = 0, 60 | Start-ChildProcess { [Threading.Thread]::Sleep($_ * 1000); "slept $_ s" }
/// $children | Wait-ChildProcess -Any | Receive-ChildProcess
/// $children | Remove-ChildProcess -Force</code>
/// </example>
/// <example>
///   <para>No longer than a second; what has not ended then is stopped.</para>
///   <code>$child = Start-ChildProcess { while ($true) { [Threading.Thread]::Sleep(100) } }
/// $child | Wait-ChildProcess -TimeoutSeconds 1 -StopOnTimeout -ErrorAction SilentlyContinue
/// $child | Remove-ChildProcess</code>
/// </example>
/// <outputs>PSNetConcurrency.ChildProcess: the children that have ended; with -PassThru all.</outputs>
/// <seealso cref="StartChildProcessCommand"/>
/// <seealso cref="ReceiveChildProcessCommand"/>
[Cmdlet(VerbsLifecycle.Wait, "ChildProcess", DefaultParameterSetName = ByName)]
[OutputType(typeof(ChildProcess))]
public sealed class WaitChildProcessCommand : ChildProcessSelectorCommand
{
    private readonly List<ChildProcess> _children = [];
    private int _ended;

    /// <summary>The names of the children. Wildcards are allowed. The default is all children of the session.</summary>
    [Parameter(Position = 0, ParameterSetName = ByName)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChildProcessNameCompleter))]
    public override string[] Name { get; set; } = ["*"];

    /// <summary>Waits until one of them has ended, and returns that one.</summary>
    [Parameter]
    public SwitchParameter Any { get; set; }

    /// <summary>Returns each as soon as it has ended, whatever the order in which they were given.</summary>
    [Parameter]
    public SwitchParameter AsCompleted { get; set; }

    /// <summary>How long to wait for all of them together, in seconds. The default, 0, is for ever.</summary>
    [Parameter]
    [ValidateRange(0d, 31_536_000d)]
    public double TimeoutSeconds { get; set; }

    /// <summary>Waits also until all processes below the child have ended, which may outlive it.</summary>
    [Parameter]
    public SwitchParameter IncludeDescendant { get; set; }

    /// <summary>Stops what has not ended when the time has run out, as Stop-ChildProcess does, and with -IncludeDescendant all below it.</summary>
    [Parameter]
    public SwitchParameter StopOnTimeout { get; set; }

    /// <summary>Returns all the children, also those that have not ended: with -Any the others, and after a time-out the late ones.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override ProgressRecord? Progress() => ProgressOfWait(_children.Count == 1 ? _children[0].ToString() : $"{_ended} of {_children.Count} children have ended", TimeoutSeconds);

    protected override Task ProcessAsync()
    {
        _children.AddRange(Selected().Where(c => !_children.Contains(c)));
        return Task.CompletedTask;
    }

    protected override async Task EndAsync()
    {
        using CancellationTokenSource limit = Deadline.Start(TimeoutSeconds, StopToken);
        using CancellationTokenSource rest = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        List<Waiting> waits = [.. _children.Select(c => new Waiting(c, EndOfAsync(c, rest.Token)))];
        HashSet<ChildProcess> returned = [];
        try
        {
            if (Any || AsCompleted)
            {
                await InOrderOfEnd(waits, returned);
            }
            else
            {
                foreach (Waiting waiting in waits)
                {
                    await waiting.Ended;
                    Return(waiting.Child, returned);
                }
            }
        }
        catch (OperationCanceledException) when (!StopToken.IsCancellationRequested)
        {
            await TellLateAsync(waits, returned);
        }
        finally
        {
            await rest.CancelAsync();
        }
        if (PassThru)
        {
            WriteObject(_children.Where(c => !returned.Contains(c)), enumerateCollection: true);
        }
    }

    private async Task InOrderOfEnd(List<Waiting> waits, HashSet<ChildProcess> returned)
    {
        List<Waiting> left = [.. waits];
        while (left.Count > 0)
        {
            await Task.WhenAny(left.Select(w => w.Ended));
            // Of several that have ended, the first to end comes first.
            Waiting next = left.Where(w => w.Ended.IsCompleted).MinBy(w => w.Child.ExitTime)!;
            await next.Ended;
            left.Remove(next);
            Return(next.Child, returned);
            if (Any)
            {
                return;
            }
        }
    }

    private async Task TellLateAsync(List<Waiting> waits, HashSet<ChildProcess> returned)
    {
        List<(ChildProcess Child, Task Stopped)> late = [];
        foreach (Waiting waiting in waits.Where(w => !returned.Contains(w.Child)))
        {
            if (waiting.Ended.IsCompletedSuccessfully)
            {
                Return(waiting.Child, returned);
                continue;
            }
            late.Add((waiting.Child, StopOnTimeout ? waiting.Child.StopAsync(TimeSpan.FromSeconds(ChildProcesses.DefaultGraceSeconds), IncludeDescendant) : Task.CompletedTask));
        }
        foreach ((ChildProcess child, Task stopped) in late)
        {
            string what = child.IsAlive || !IncludeDescendant ? $"{child.Name} has not ended" : $"What {child.Name} started has not ended";
            await stopped.WaitAsync(StopToken);
            ReportFailure(new NetException(NetError.TimedOut, $"{what} within {TimeoutSeconds} s{(StopOnTimeout ? ", and was stopped" : ". It goes on; -StopOnTimeout stops it, or Stop-ChildProcess")}.", child), child);
            if (StopOnTimeout)
            {
                Return(child, returned);
            }
        }
    }

    private Task EndOfAsync(ChildProcess child, CancellationToken stop) => IncludeDescendant ? child.WaitForTreeAsync(stop) : child.WaitAsync(null, stop);

    private void Return(ChildProcess child, HashSet<ChildProcess> returned)
    {
        _ended++;
        returned.Add(child);
        WriteObject(child);
    }

    private sealed record Waiting(ChildProcess Child, Task Ended);
}
