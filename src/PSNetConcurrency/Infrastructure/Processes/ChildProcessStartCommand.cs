using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using System.Text;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>The base of the cmdlets that start child processes: what to run, and how.</summary>
public abstract class ChildProcessStartCommand : NetCmdlet
{
    internal const string OfBlock = "ScriptBlock", OfFile = "FilePath", OfClassFile = "ClassPath", OfClassText = "ClassDefinition";

    private ChildProcessPlan? _plan;

    /// <summary>The script to run, in a fresh PowerShell process. <c>$using:name</c> in it is the value that the variable has here and now.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = OfBlock)]
    [ValidateNotNull]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>A program, by its path or by a name that is looked up in PATH; or a script file, whose name ends with .ps1 and which runs in a fresh PowerShell process.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = OfFile)]
    [ValidateNotNullOrEmpty]
    public string FilePath { get; set; } = "";

    /// <summary>The PowerShell class to run: an instance is made in the child with -ArgumentList, the values of -Property are set, and its method Run is called, without parameters. What Run returns is output.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfClassFile)]
    [Parameter(Mandatory = true, ParameterSetName = OfClassText)]
    [ValidateNotNullOrEmpty]
    public string ClassName { get; set; } = "";

    /// <summary>The script file that defines the class.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfClassFile)]
    [ValidateNotNullOrEmpty]
    public string ClassPath { get; set; } = "";

    /// <summary>The definition of the class, as text or in a script block: { class Worker { Run() { … } } }.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfClassText)]
    [ValidateNotNullOrEmpty]
    public string Definition { get; set; } = "";

    /// <summary>The arguments: of a script by position, of a program one element each, which is never split again, of a class those of its constructor. Of a program a script block among them is run for each item of the pipeline, with the item as <c>$_</c>, and its value is the argument.</summary>
    [Parameter(Position = 1)]
    [AllowNull]
    [AllowEmptyCollection]
    [Alias("Args")]
    public object?[] ArgumentList { get; set; } = [];

    /// <summary>The parameters of a script by name.</summary>
    [Parameter(ParameterSetName = OfBlock)]
    [Parameter(ParameterSetName = OfFile)]
    [ValidateNotNull]
    public IDictionary? Parameter { get; set; }

    /// <summary>What to set on the instance of the class before its method Run is called.</summary>
    [Parameter(ParameterSetName = OfClassFile)]
    [Parameter(ParameterSetName = OfClassText)]
    [ValidateNotNull]
    public IDictionary? Property { get; set; }

    /// <summary>Variables that the script finds set: names of variables here, or a hashtable of names and values. <c>$using:</c> does the same for single ones.</summary>
    [Parameter(ParameterSetName = OfBlock)]
    [Parameter(ParameterSetName = OfFile)]
    [Parameter(ParameterSetName = OfClassFile)]
    [Parameter(ParameterSetName = OfClassText)]
    [ValidateNotNull]
    public object[] Variable { get; set; } = [];

    /// <summary>Modules to import in the child before the script runs: names or paths.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Module { get; set; } = [];

    /// <summary>A script to run in the child first, in the scope of the script: functions and variables that it sets are there.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? InitializationScript { get; set; }

    /// <summary>What a program reads from its standard input: text, bytes, or objects, each of which is a line.</summary>
    [Parameter(ParameterSetName = OfFile)]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? StandardInput { get; set; }

    /// <summary>A name for the child. The default is <c>ChildProcess-1</c> and so on; that of a child's child is <c>ChildProcess-1:2</c>, as in Python's multiprocessing. With several items from the pipeline the item's number is put behind it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Environment variables of the child, beside those of this process; one whose value is $null is taken away. With -Via a script gets them on the other side; for a program they are the launcher's.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Environment { get; set; }

    /// <summary>The folder that the child starts in; the default is the current location. With -Via it is a folder on the other side, for scripts only, and the default is what the launcher gives.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? WorkingDirectory { get; set; }

    /// <summary>The child's priority. Above Normal takes rights that an ordinary user lacks on most systems.</summary>
    /// <value>what the system gives</value>
    [Parameter]
    public ProcessPriorityClass PriorityClass { get; set; }

    /// <summary>The processors the child may run on, one bit each: 1 is the first, 2 the second, 3 both.</summary>
    [Parameter]
    [ValidateRange(1L, long.MaxValue)]
    public long ProcessorAffinity { get; set; }

    /// <summary>How long the child may run, in seconds; then it is stopped, and its state is TimedOut. The default, 0, is for ever.</summary>
    [Parameter]
    [ValidateRange(0d, 31_536_000d)]
    public double TimeoutSeconds { get; set; }

    /// <summary>The encoding of the text that a program reads and writes: a name or a code page's number. The default is utf8NoBOM.</summary>
    [Parameter]
    [EncodingTransform]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    public Encoding Encoding { get; set; } = new UTF8Encoding(false);

    /// <summary>The PowerShell to run scripts in. The default is the one that runs here, then the pwsh that PATH leads to. With -Via, the name it has on the other side, by default pwsh.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PowerShellPath { get; set; }

    /// <summary>A launcher to start the child with, word by word, such as ssh,host1 or docker,exec,-i,web or sudo,-u,www-data. What runs behind it needs PowerShell for a script, and nothing of this module.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Via { get; set; } = [];

    /// <summary>A pool of New-ChildProcessPool, or its id or name: a script runs in a process of it, which was started ahead. Where none is ready, one is started as without a pool.</summary>
    [Parameter]
    [ChildProcessPoolTransform]
    [ArgumentCompleter(typeof(ChildProcessPoolNameCompleter))]
    [ValidateNotNull]
    public ChildProcessPool? Pool { get; set; }

    /// <summary>How many children, of those that this call starts for the items of the pipeline, run at once; the next is started when one has ended. The default is the number of processors, and at least 8.</summary>
    /// <value>the number of processors, and at least 8</value>
    [Parameter]
    [ValidateRange(1, 100_000)]
    public int ThrottleLimit { get; set; } = Math.Max(8, System.Environment.ProcessorCount);

    // What makes the call meaningless ends it; what is wrong with one item is written by WriteItemFailure.
    protected override bool FailuresTerminate => true;

    /// <summary>Whether items come down the pipeline, rather than one child being started.</summary>
    internal bool TakesItems { get; private set; }

    internal abstract object? Item { get; }

    /// <summary>Whether somebody may feed the child once it runs.</summary>
    internal abstract bool CanBeFed { get; }

    internal virtual bool IsDetached => false;

    internal bool IsGiven(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    protected override Task BeginAsync()
    {
        TakesItems = MyInvocation.ExpectingInput && !IsGiven("InputObject");
        return Task.CompletedTask;
    }

    /// <summary>What the parameters say, made ready once.</summary>
    internal ChildProcessPlan Plan() => _plan ??= ChildProcessPlan.Create(this);

    /// <summary>Starts a child and keeps it for Get-ChildProcess; null where -WhatIf said not to, or where what is wrong concerns this item only, and is written.</summary>
    internal async Task<ChildProcess?> StartChildAsync(ChildInput input)
    {
        ChildProcessPlan plan = Plan();
        if (!ShouldProcess(plan.Command, "Start child process"))
        {
            return null;
        }
        try
        {
            ChildProcess child = plan.Start(input, out Task sending);
            ChildOutput.Register(child, Encoding);
            HandleRegistry.Add(child, IsDetached);
            if (IsDetached)
            {
                // This process may end as soon as the cmdlet has, and then nobody sends the rest.
                await sending.WaitAsync(StopToken);
            }
            return child;
        }
        catch (NetException e) when (TakesItems && e.Error is NetError.ArgumentNotSerializable or NetError.ProcessLimitReached or NetError.ProcessStartFailed)
        {
            WriteError(ErrorFactory.Create(e));
            return null;
        }
    }
}

/// <summary>What one child gets to read.</summary>
/// <param name="HasItem">Whether there is an item.</param>
/// <param name="Item">The item of the pipeline, or -InputObject.</param>
/// <param name="Number">Which child of the call it is, from 1; 0 for the only one.</param>
/// <param name="StaysOpen">Whether more is fed to it once it runs.</param>
internal readonly record struct ChildInput(bool HasItem, object? Item, int Number = 0, bool StaysOpen = false);
