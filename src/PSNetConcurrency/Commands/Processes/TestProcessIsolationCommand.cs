using System.Collections;
using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Tries whether what a child process, or a runspace, changes is changed for its parent too.</summary>
/// <remarks>
/// <para>Sets a value in each scope, has a child read and change it, and reads it again: a global variable, a function, the current location, an environment variable, the folder of the process, data of the .NET runtime, and an object that was passed as an argument.</para>
/// <para>A process gets copies: nothing it does is seen outside (IsIsolated is true throughout), and results must be sent back. A runspace of the same process has variables, functions and a location of its own, but shares the environment, the folder of the process, the data of the runtime, and every object that is passed to it. That is also how ForEach-Object -Parallel and Start-ThreadJob behave.</para>
/// <para>What was set for the trial is taken away at its end.</para>
/// </remarks>
/// <example>
///   <para>A child process changes nothing here.</para>
///   <code>Test-ProcessIsolation</code>
/// </example>
/// <example>
///   <para>What runspaces share.</para>
///   <code>(Test-ProcessIsolation -Mode Runspace).Where{ -not $_.IsIsolated }.Scope</code>
/// </example>
/// <inputs>None.</inputs>
/// <outputs>PSNetConcurrency.IsolationResult: one per scope.</outputs>
[Cmdlet(VerbsDiagnostic.Test, "ProcessIsolation")]
[OutputType(typeof(IsolationResult))]
public sealed class TestProcessIsolationCommand : NetCmdlet
{
    // Reads and changes each scope, and returns what it sees then.
    private const string Inside = """
        param($Key, $Box, $Folder)
        $session = $ExecutionContext.SessionState
        $session.PSVariable.Set("global:$Key", 'child')
        . ([scriptblock]::Create("function global:$Key { 'child' }"))
        $null = $session.Path.SetLocation($Folder)
        [System.Environment]::SetEnvironmentVariable($Key, 'child')
        [System.Environment]::CurrentDirectory = $Folder
        [System.AppContext]::SetData($Key, 'child')
        $Box['Value'] = 'child'
        $session.PSVariable.GetValue("global:$Key")
        & $Key
        $session.Path.CurrentFileSystemLocation.ProviderPath
        [System.Environment]::GetEnvironmentVariable($Key)
        [System.Environment]::CurrentDirectory
        [System.AppContext]::GetData($Key)
        $Box['Value']
        """;

    private static readonly string[] Scopes = ["Variable", "Function", "Location", "Environment", "ProcessFolder", "RuntimeData", "Argument"];

    /// <summary>What to try: Process, Runspace or All. The default is Process.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ValidateSet(nameof(IsolationMode.Process), nameof(IsolationMode.Runspace), Choices.All)]
    public string[] Mode { get; set; } = [nameof(IsolationMode.Process)];

    protected override bool FailuresTerminate => true;

    protected override ProgressRecord? Progress() => ProgressOf("A child changes what it can");

    protected override async Task EndAsync()
    {
        foreach (IsolationMode mode in Choices.Of<IsolationMode>(Mode))
        {
            foreach (IsolationResult result in await TryAsync(mode))
            {
                WriteObject(result);
            }
        }
    }

    private async Task<IReadOnlyList<IsolationResult>> TryAsync(IsolationMode mode)
    {
        string key = string.Create(CultureInfo.InvariantCulture, $"IsolationProbe{Environment.ProcessId}");
        string folder = Directory.CreateTempSubdirectory("isolation").FullName;
        string current = Environment.CurrentDirectory;
        Hashtable box = new() { ["Value"] = "parent" };
        try
        {
            Prepare(key);
            string?[] before = See(key, box);
            object[] arguments = [key, box, folder];
            IEnumerable<object?> output = mode == IsolationMode.Process
                ? await ScriptCall.InvokeAsync(new ScriptJob { Kind = ChildProcessKind.ScriptBlock, Script = Inside, Arguments = arguments }, new ScriptChildOptions(), StopToken)
                : await RunspaceWorker.RunAsync(Inside, arguments, SessionState.Path.CurrentFileSystemLocation.ProviderPath, null, null, StopToken);
            string?[] inside = output.Select(o => o?.ToString()).ToArray();
            string?[] after = See(key, box);
            return Scopes.Select((scope, i) => new IsolationResult(mode, scope, before[i], inside[i], after[i])).ToArray();
        }
        finally
        {
            Environment.CurrentDirectory = current;
            Environment.SetEnvironmentVariable(key, null);
            AppContext.SetData(key, null);
            SessionState.PSVariable.Remove("global:" + key);
            InvokeProvider.Item.Remove("Function:\\" + key, recurse: false);
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Prepare(string key)
    {
        SessionState.PSVariable.Set("global:" + key, "parent");
        InvokeCommand.InvokeScript($"function global:{key} {{ 'parent' }}");
        Environment.SetEnvironmentVariable(key, "parent");
        AppContext.SetData(key, "parent");
    }

    private string?[] See(string key, Hashtable box) =>
    [
        SessionState.PSVariable.GetValue("global:" + key)?.ToString(),
        InvokeCommand.InvokeScript(key)[0].ToString(),
        SessionState.Path.CurrentFileSystemLocation.ProviderPath,
        Environment.GetEnvironmentVariable(key),
        Environment.CurrentDirectory,
        AppContext.GetData(key)?.ToString(),
        box["Value"]?.ToString(),
    ];
}
