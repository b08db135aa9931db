using PSNetConcurrency.Core.Processes.Launching;
using PSNetConcurrency.Core.Processes.Pooling;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Makes pools of PowerShell processes, and what these do to warm up.</summary>
internal static class PoolStart
{
    // What most scripts do, of the engine alone: no module is loaded, and the runspace that it runs in is thrown away.
    private const string Script =
        """
        param($a, $b)
        function f([int] $n) { $n * 2 }
        $h = @{ a = 1; b = 'two' }; $l = [System.Collections.Generic.List[object]]::new()
        foreach ($i in 1..3) { if ($i -gt 1) { $l.Add("$i-$a") } }
        1..3 | ForEach-Object { f $_ } | Where-Object { $_ -gt 2 }
        & { [CmdletBinding()] param() $PSCmdlet.WriteVerbose('v'); $PSCmdlet.WriteWarning('w') } -Verbose
        try { throw 'e' } catch { "$_" }
        'text', 1, [long] 2, 1.5, $true, $null, [datetime]::UnixEpoch, [byte[]] (1, 2), [pscustomobject] @{ a = 1; b = 'c' }, $h
        , @(1, 'a'); $env:PATH; $v; $b; "$($l -join ',')"
        """;

    private static readonly object?[] Arguments = ["text", 1];

    /// <summary>Makes a pool. Call on the pipeline thread, whose cultures the processes begin with.</summary>
    /// <exception cref="Core.Net.NetException">PowerShellNotFound, DepthLimitReached.</exception>
    public static ChildProcessPool Create(string? name, int size, string? powerShellPath, string folder)
    {
        WireWriter greeting = new(Bootstrap.Here.Length + 4096);
        Bootstrap.Here.Write(greeting);
        ScriptJob job = new()
        {
            Kind = ChildProcessKind.ScriptBlock,
            Script = Script,
            Arguments = Arguments,
            Variables = new Dictionary<string, object?> { ["v"] = new object?[] { 1L, 1.5, true, null, new byte[] { 1 }, DateTime.UnixEpoch } },
            InitializationScript = "$i = 1",
        };
        JobEncoder.Write(greeting, job, detached: false, new StartState(folder, []), FrameKind.Warm);
        return ChildProcessPool.Create(new ChildProcessPoolOptions
        {
            Name = name,
            Size = size,
            FilePath = PowerShellFinder.Find(powerShellPath),
            Arguments = Bootstrap.Here.Arguments,
            WorkingDirectory = folder,
            Greeting = greeting.Buffer.AsMemory(0, greeting.Length),
            Interpreter = () => new ScriptInterpreter([], RecordDecoder.ReadCause),
        });
    }
}
