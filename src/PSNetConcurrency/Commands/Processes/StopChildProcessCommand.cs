using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Stops child processes: asks them to end, and kills them when they do not.</summary>
/// <remarks>
/// <para>A child is asked first (SIGTERM; CTRL_BREAK on Windows), so that it can clean up. One that has not ended after -GracePeriodSeconds is killed. When the cmdlet returns the process is gone: IsAlive is false, and its State is Stopped. What it wrote until then can still be received.</para>
/// <para>-IncludeDescendant takes the whole tree: who is below the child is found out before anything is killed, and looked at again after, so that none escapes because its parent went first.</para>
/// <para>Several children are stopped side by side. A child that has ended already is left as it is, and is no error; with -IncludeDescendant whoever is left in its process group is stopped.</para>
/// </remarks>
/// <example>
///   <para>Stops a script that would run for ever, and shows what it wrote before.</para>
///   <code>$child = Start-ChildProcess { 'begun'; while ($true) { [Threading.Thread]::Sleep(1000) } }
/// $null = $child | Wait-ChildProcess -TimeoutSeconds 2 -ErrorAction SilentlyContinue
/// $child | Stop-ChildProcess
/// $child | Receive-ChildProcess
/// $child | Remove-ChildProcess</code>
/// </example>
/// <example>
///   <para>Kills all children of the session and what they started, at once.</para>
///   <code>Get-ChildProcess | Stop-ChildProcess -Force -IncludeDescendant</code>
/// </example>
/// <outputs>None, or PSNetConcurrency.ChildProcess with -PassThru.</outputs>
/// <seealso cref="WaitChildProcessCommand"/>
/// <seealso cref="RemoveChildProcessCommand"/>
[Cmdlet(VerbsLifecycle.Stop, "ChildProcess", DefaultParameterSetName = ByChild, SupportsShouldProcess = true)]
[OutputType(typeof(ChildProcess))]
public sealed class StopChildProcessCommand : ChildProcessSelectorCommand
{
    private readonly List<(ChildProcess Child, Task Stopped)> _stopping = [];

    /// <summary>How long a child may take to end by itself once it was asked to, in seconds. The default is 5; 0 kills at once.</summary>
    [Parameter]
    [ValidateRange(0d, 86_400d)]
    public double GracePeriodSeconds { get; set; } = ChildProcesses.DefaultGraceSeconds;

    /// <summary>Kills at once, without asking.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Stops all processes below the child as well.</summary>
    [Parameter]
    public SwitchParameter IncludeDescendant { get; set; }

    /// <summary>Returns at once, and leaves the stopping to go on by itself.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>Returns the children.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override ProgressRecord? Progress() => ProgressOfWait("Children end", Force ? 0 : GracePeriodSeconds);

    protected override Task ProcessAsync()
    {
        // Begun here and awaited at the end: the grace of the whole pipeline runs side by side.
        foreach (ChildProcess child in Selected().Where(c => ShouldProcess(c.ToString(), "Stop child process")))
        {
            _stopping.Add((child, child.StopAsync(Force ? TimeSpan.Zero : TimeSpan.FromSeconds(GracePeriodSeconds), IncludeDescendant)));
        }
        return Task.CompletedTask;
    }

    protected override async Task EndAsync()
    {
        foreach ((ChildProcess child, Task stopped) in _stopping)
        {
            if (!NoWait)
            {
                await stopped.WaitAsync(StopToken);
            }
            if (PassThru)
            {
                WriteObject(child);
            }
        }
    }
}
