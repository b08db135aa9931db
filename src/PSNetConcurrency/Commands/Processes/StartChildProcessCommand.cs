using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Starts a child process: a script in a fresh PowerShell, a program, a script file, or a class with a method Run.</summary>
/// <remarks>
/// <para>The child runs beside the session; the object returned tells how it fares. Wait-ChildProcess waits for it (Python's join), Receive-ChildProcess gets what it wrote, Send-ChildProcess feeds it, Stop-ChildProcess ends it. A child ends with what started it: when the module is removed, the session ends or its process is killed, the child and all below it go too, unless it is -Detached.</para>
/// <para>A script runs in the PowerShell that runs here, without profiles, and needs nothing installed: the module is not there unless -Module names it. It gets values by <c>$using:</c>, -ArgumentList, -Parameter and -Variable; they are copies, as of Start-Job. All it writes comes back as objects, in its order: output, errors, warnings, verbose, debug and information messages, progress. What it prints to its console comes as text and can break nothing.</para>
/// <para>With a pipeline, one child is started for each item. A script has the item as <c>$_</c> and as <c>$input</c>, and in a block process { }. A program reads it from its standard input, a line of text or bytes as they are; where -ArgumentList has a script block, that makes an argument of the item instead. At most -ThrottleLimit of these run at once; the objects come as the children start.</para>
/// <para>A program's arguments are never split again, and both its streams are always read: a child that prints much fills 8 MiB here and then waits, until somebody receives or waits for it. Its standard input stays open for Send-ChildProcess, which ends it with -EndInput; -StandardInput gives all of it at once, and -StandardInput '' an empty one. A script that reads <c>$input</c> and gets no item is likewise fed by Send-ChildProcess.</para>
/// <para>-Via starts the child behind a launcher: on another machine, in a container, as another user. Children that start children stop at a depth of eight, so that a runaway ends.</para>
/// </remarks>
/// <example>
///   <para>A script block, with a value from here: join and receive.</para>
///   <code>$name = 'world'
/// Start-ChildProcess { "hello, $using:name" } | Wait-ChildProcess | Receive-ChildProcess -AutoRemove</code>
/// </example>
/// <example>
///   <para>One child for each item, two at a time.</para>
///   <code>1..3 | Start-ChildProcess { "$_ squared is $($_ * $_)" } -ThrottleLimit 2 | Receive-ChildProcess -Wait -AutoRemove</code>
/// </example>
/// <example>
///   <para>A program, and how it ended.</para>
///   <code>$child = Start-ChildProcess -FilePath dotnet -ArgumentList '--version'
/// $child | Wait-ChildProcess
/// $child | Receive-ChildProcess -AutoRemove</code>
/// </example>
/// <example>
///   <para>A class with a method Run, as a class that inherits from Process in Python.</para>
///   <code>$definition = {
///     class Worker {
///         [string] $Name
///         [int] $Times = 1
///         Worker([string] $name) { $this.Name = $name }
///         [string[]] Run() { return @("$($this.Name) runs") * $this.Times }
///     }
/// }
/// Start-ChildProcess -ClassName Worker -Definition $definition -ArgumentList 'Ann' -Property @{ Times = 2 } |
///     Receive-ChildProcess -Wait -AutoRemove</code>
/// </example>
/// <example>
///   <para>On another machine that has PowerShell; nothing else need be there.</para>
///   <code>if ($env:REMOTE_HOST) {
///     Start-ChildProcess -Via ssh, $env:REMOTE_HOST { [Environment]::MachineName } | Receive-ChildProcess -Wait -AutoRemove
/// }</code>
/// </example>
/// <inputs>System.Object: items, for each of which a child is started.</inputs>
/// <outputs>PSNetConcurrency.ChildProcess: the children, as they start.</outputs>
/// <seealso cref="WaitChildProcessCommand"/>
/// <seealso cref="ReceiveChildProcessCommand"/>
/// <seealso cref="InvokeChildProcessCommand"/>
/// <seealso cref="StopChildProcessCommand"/>
[Cmdlet(VerbsLifecycle.Start, "ChildProcess", DefaultParameterSetName = OfBlock, SupportsShouldProcess = true)]
[OutputType(typeof(ChildProcess))]
public sealed class StartChildProcessCommand : ChildProcessStartCommand
{
    private readonly List<Task> _running = [];
    private CompletionHandler? _handler;
    private int _number;

    /// <summary>By pipeline, each item starts a child of its own. Given as a parameter, the elements of a list are all input of one child.</summary>
    [Parameter(ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? InputObject { get; set; }

    /// <summary>Lets the child live on when this session ends. What it writes then is dropped. The cmdlet returns when what the child is to read has been handed over.</summary>
    [Parameter]
    public SwitchParameter Detached { get; set; }

    /// <summary>A script block to run when the child has ended, with the child as <c>$_</c> and as its argument. It runs in a runspace of its own, so <c>$using:</c> is how it gets at values from here; what it writes to the host is shown, and its output goes nowhere.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? OnCompleted { get; set; }

    internal override object? Item => InputObject;

    internal override bool CanBeFed => !Detached;

    internal override bool IsDetached => Detached;

    protected override ProgressRecord? Progress() => TakesItems ? ProgressOf($"{_number} started, {_running.Count(t => !t.IsCompleted)} running") : null;

    protected override async Task BeginAsync()
    {
        await base.BeginAsync();
        Plan();
        _handler = OnCompleted is { } block ? CompletionHandler.Create(block, SessionState.PSVariable, Host) : null;
    }

    protected override async Task ProcessAsync()
    {
        if (!TakesItems)
        {
            return;
        }
        while (_running.Count >= ThrottleLimit)
        {
            await Task.WhenAny(_running);
            _running.RemoveAll(t => t.IsCompleted);
        }
        if (await LaunchAsync(new ChildInput(true, InputObject, ++_number)) is { } child && child.IsAlive)
        {
            // Waited for, so that none of them stands still because nobody receives what it wrote.
            _running.Add(child.WaitAsync(null, StopToken));
        }
    }

    protected override async Task EndAsync()
    {
        if (!TakesItems)
        {
            bool given = IsGiven(nameof(InputObject));
            await LaunchAsync(new ChildInput(given, InputObject, StaysOpen: !given && CanBeFed));
        }
    }

    private async Task<ChildProcess?> LaunchAsync(ChildInput input)
    {
        if (await StartChildAsync(input) is not { } child)
        {
            return null;
        }
        _handler?.Watch(child);
        WriteObject(child);
        return child;
    }
}
