using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;

namespace PSNetConcurrency.Shell;

/// <summary>What the engine knows of this program.</summary>
internal sealed class ShellHost : PSHost
{
    private readonly ShellHostUserInterface _ui;

    public ShellHost(bool nonInteractive)
    {
        Progress = new ProgressDisplay();
        _ui = new ShellHostUserInterface(Progress, nonInteractive);
    }

    /// <summary>The code that exit asked for, or null while nothing did.</summary>
    public int? ExitCode { get; private set; }

    public ProgressDisplay Progress { get; }

    public override string Name => "ConsoleHost";

    public override Version Version { get; } = PSVersionInfo.PSVersion;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI => _ui;

    public override CultureInfo CurrentCulture { get; } = CultureInfo.CurrentCulture;

    public override CultureInfo CurrentUICulture { get; } = CultureInfo.CurrentUICulture;

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() =>
        throw new PSNotSupportedException("This embedded shell has no nested prompt: an installed PowerShell has it, and its debugger.");

    public override void ExitNestedPrompt() =>
        throw new PSNotSupportedException("This embedded shell has no nested prompt to leave.");

    public override void NotifyBeginApplication() => Progress.Reset();

    public override void NotifyEndApplication()
    {
    }
}
