using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PSNetConcurrency.HelpBuilder;

/// <summary>
/// Imports a module as a user does, into an engine that knows nothing else, and asks Get-Help for all that it exports:
/// help in a folder that the engine does not search is help that nobody sees.
/// </summary>
public static class Verifier
{
    /// <summary>One line a failure; nothing where all help is found.</summary>
    /// <param name="module">A manifest's path, or a name on PSModulePath.</param>
    /// <param name="pwsh">The PowerShell for a child process; null where none is to be started.</param>
    /// <param name="about">The module that was found, for the user to see which one it was.</param>
    public static IReadOnlyList<string> Verify(string module, string? pwsh, out string about)
    {
        using Runspace runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        PSModuleInfo info = (PSModuleInfo)Run(runspace, "Import-Module -Name $args[0] -PassThru -ErrorAction Stop", module)[0].BaseObject;
        about = $"{info.Name} {info.Version} in {info.ModuleBase}: {info.ExportedCmdlets.Count} cmdlets";
        List<string> failures = [];
        foreach (string name in info.ExportedCmdlets.Keys.Order(StringComparer.Ordinal))
        {
            PSObject help = Run(runspace, "Get-Help -Name $args[0] -Full", name)[0];
            // Without MAML the engine makes help of its own, whose synopsis is the syntax and which has no examples.
            if (help.Properties["examples"]?.Value is null)
            {
                failures.Add($"{name}: Get-Help finds no help file");
            }
        }
        if (Run(runspace, "Get-Help -Name about_$($args[0]) -ErrorAction Ignore", info.Name).Count == 0)
        {
            failures.Add($"about_{info.Name}: Get-Help does not find it");
        }
        // Help alone does not show that the assemblies load, here and in a child.
        about += $"{Environment.NewLine}Over TCP: {Run(runspace, "$s = Start-TcpEchoServer -Port 0; try { $s | Invoke-TcpExchange -InputObject $args[0] -ErrorAction Stop } finally { $s | Stop-NetListener }", "hello")[0]}";
        if (pwsh is not null)
        {
            about += $"{Environment.NewLine}From a child: {Run(runspace, "Invoke-ChildProcess { 6 * 7 } -PowerShellPath $args[0] -ErrorAction Stop", pwsh)[0]}";
        }
        return failures;
    }

    private static Collection<PSObject> Run(Runspace runspace, string script, string argument)
    {
        using PowerShell shell = PowerShell.Create(runspace);
        return shell.AddScript(script).AddArgument(argument).Invoke();
    }
}
