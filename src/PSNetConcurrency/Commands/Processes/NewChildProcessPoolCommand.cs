using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Makes a pool of PowerShell processes that are started ahead, so that a script in a process of its own begins at once.</summary>
/// <remarks>
/// <para>The processes are started in the background and warmed up. Start-ChildProcess and Invoke-ChildProcess take one with -Pool: the script finds there what it would find in a process started for it – its environment, folder, culture and name, and nothing of another script, as each process runs one script and is replaced. New ones are started once those in use have ended, or a second later.</para>
/// <para>Where none is ready, a process is started as without a pool, and counted in Missed. So it is, too, where the child is to have a variable that a process reads only while it starts, such as PATH, TZ, LANG or one that begins with DOTNET_, with another value.</para>
/// <para>A process that dies while it waits is replaced, after a pause that grows each time. Where PowerShell can't be started, Failure of the pool tells why, its State becomes Failed after the fifth time, and -Wait ends with that error.</para>
/// <para>A process that waits needs no processor time, and some 20 MB of memory beside what all PowerShells share. Enter-PSHostProcess does not find it: its door for debuggers stays shut, as opening and closing that takes longer than most scripts. The pool and its processes end with Remove-ChildProcessPool, with the module, with the session, and with this process however it ends.</para>
/// </remarks>
/// <example>
///   <para>Two processes, ready; each script runs in one.</para>
///   <code>$pool = New-ChildProcessPool -Size 2 -Wait
/// 1..2 | Invoke-ChildProcess -Pool $pool { "$_ in process $PID" }
/// $pool | Remove-ChildProcessPool</code>
/// </example>
/// <example>
///   <para>By name, and how often a process was ready.</para>
///   <code>$null = New-ChildProcessPool -Name Work -Size 1 -Wait
/// Start-ChildProcess -Pool Work { 'at once' } | Receive-ChildProcess -Wait -AutoRemove
/// (Get-ChildProcessPool Work).HitRate
/// Remove-ChildProcessPool Work</code>
/// </example>
/// <inputs>None.</inputs>
/// <outputs>PSNetConcurrency.ChildProcessPool: the pool.</outputs>
/// <seealso cref="StartChildProcessCommand"/>
/// <seealso cref="GetChildProcessPoolCommand"/>
/// <seealso cref="RemoveChildProcessPoolCommand"/>
[Cmdlet(VerbsCommon.New, "ChildProcessPool", SupportsShouldProcess = true)]
[OutputType(typeof(ChildProcessPool))]
public sealed class NewChildProcessPoolCommand : NetCmdlet
{
    private ChildProcessPool? _pool;

    /// <summary>How many processes to keep ready. The default is the number of processors.</summary>
    /// <value>the number of processors</value>
    [Parameter(Position = 0)]
    [ValidateRange(1, 1000)]
    public int Size { get; set; } = Environment.ProcessorCount;

    /// <summary>A name for the pool. The default is <c>ChildProcessPool-1</c> and so on.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The PowerShell to start. The default is the one that runs here, then the pwsh that PATH leads to.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PowerShellPath { get; set; }

    /// <summary>Returns when all processes are ready; where they can't be started, that is the error, and there is no pool.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    protected override bool FailuresTerminate => true;

    protected override ProgressRecord? Progress() => _pool is null ? null : ProgressOf(_pool.ToString(), 100d * _pool.Ready / _pool.Size);

    protected override async Task EndAsync()
    {
        if (!ShouldProcess(Name ?? $"{Size} processes", "New child process pool"))
        {
            return;
        }
        ChildProcessPool pool = PoolStart.Create(Name, Size, PowerShellPath is null ? null : ChildProcessPlan.PathOrName(this, PowerShellPath), SessionState.Path.CurrentFileSystemLocation.ProviderPath);
        HandleRegistry.Add(pool);
        if (Wait)
        {
            _pool = pool;
            await pool.WaitUntilReadyAsync(StopToken);
            _pool = null;
        }
        WriteObject(pool);
    }

    // Nobody gets the pool whose wait was interrupted, or failed.
    protected override void ReleaseResources()
    {
        if (_pool is { } pool)
        {
            HandleRegistry.Remove(pool);
            _ = pool.CloseAsync();
        }
    }
}
