using PSNetConcurrency.Tests.Processes;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>Child processes as Python's multiprocessing and a real ssh server see them.</summary>
public sealed class ChildProcessJudgeTests : IDisposable
{
    private readonly PowerShellSession _session = new();

    public void Dispose()
    {
        _session.Invoke("Get-ChildProcess | Remove-ChildProcess -Force");
        _session.Dispose();
    }

    [JudgeFact("python3")]
    public void Exit_codes_and_signals_are_those_of_multiprocessing()
    {
        const string Script = """
            import multiprocessing as mp, os, signal, sys
            def end(code, number):
                if number: os.kill(os.getpid(), number)
                os._exit(code)
            if __name__ == '__main__':
                for code, number in [(0, 0), (3, 0), (255, 0), (0, 9), (0, 15), (0, 6), (0, 11)]:
                    p = mp.get_context('fork').Process(target=end, args=(code, number)); p.start(); p.join()
                    print(p.exitcode if p.exitcode >= 0 else signal.Signals(-p.exitcode).name, p.is_alive())
            """;
        using JudgeProcess python = JudgeProcess.Python(Script);
        python.CloseInput();
        string[] judged = python.Succeeds().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] ours = _session.Run("""
            'exit 0', 'exit 3', 'exit 255', 'kill -9 $$', 'kill -15 $$', 'kill -6 $$', 'kill -11 $$' | Start-ChildProcess sh '-c', { $_ } |
                Wait-ChildProcess | ForEach-Object { "$($_.Signal ?? $_.ExitCode) $($_.IsAlive)" }
            """).Texts();
        Assert.Equal(judged, ours);
    }

    [JudgeFact("python3")]
    public void Join_with_a_time_out_and_stop_are_those_of_multiprocessing()
    {
        const string Script = """
            import multiprocessing as mp, time
            if __name__ == '__main__':
                p = mp.get_context('fork').Process(target=time.sleep, args=(600,)); p.start()
                p.join(0.1); print(p.is_alive(), p.exitcode)
                p.terminate(); p.join(); print(p.is_alive(), p.exitcode)
                p.join(); print(p.is_alive(), p.exitcode)
            """;
        using JudgeProcess python = JudgeProcess.Python(Script);
        python.CloseInput();
        string judged = python.Succeeds().Replace("None", "", StringComparison.Ordinal).Replace("-15", "SIGTERM", StringComparison.Ordinal).TrimEnd('\n');
        string ours = string.Join('\n', _session.Invoke("""
            $p = Start-ChildProcess sleep 600
            $null = $p | Wait-ChildProcess -TimeoutSeconds 0.1 -ErrorAction SilentlyContinue; "$($p.IsAlive) $($p.Signal)"
            $p | Stop-ChildProcess; "$($p.IsAlive) $($p.Signal)"
            $null = $p | Wait-ChildProcess; "$($p.IsAlive) $($p.Signal)"
            """).Texts());
        Assert.Equal(judged, ours);
    }

    [JudgeFact("python3")]
    public void Names_are_made_as_those_of_multiprocessing()
    {
        const string Script = """
            import multiprocessing as mp
            c = mp.get_context('fork')
            def child(q): q.put(c.Process().name)
            if __name__ == '__main__':
                q = c.Queue(); p = c.Process(target=child, args=(q,)); p.start(); print(p.name); print(q.get()); p.join()
            """;
        using JudgeProcess python = JudgeProcess.Python(Script);
        python.CloseInput();
        string[] judged = python.Succeeds().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] ours = _session.Run($"$c = Start-ChildProcess -Module '{TestEnvironment.ManifestPath}' {{ (Start-ChildProcess -FilePath true).Name }}; $c.Name; $c | Receive-ChildProcess -Wait; $c.Id").Texts();
        // Which child of this process it is depends on the tests before it.
        Assert.Equal(judged.Select(n => n.Replace("Fork", "Child", StringComparison.Ordinal)), ours[..2].Select(n => n.Replace($"-{ours[2]}", "-1", StringComparison.Ordinal)));
    }

    [JudgeFact("sshd", "ssh", "ssh-keygen")]
    public void A_script_runs_behind_a_real_ssh_and_ends_with_it()
    {
        using SshServer server = new();
        string start = $"-Via {server.Via} -PowerShellPath '{TestEnvironment.ShellPath}'";
        string[] seen = _session.Run($$"""
            $word = 'there'
            $o = @(Invoke-ChildProcess {{start}} { $using:word; [pscustomobject] @{ When = [datetime] '2020-01-01'; Bytes = [byte[]] (1, 2) }; [Console]::WriteLine('banner'); "$env:SSH_CONNECTION" } -InformationVariable shown)
            $o[0]; $o[1].When.GetType().Name; $o[1].Bytes.GetType().Name; $o[2].Length -gt 0; "$shown"
            1..2 | Invoke-ChildProcess {{start}} { $_ * 2 }
            """).Texts();
        Assert.Equal(["there", "DateTime", "Byte[]", "True", "banner"], seen[..5]);
        Assert.Equal(["2", "4"], seen[5..].Order());
        Assert.Equal(["a  b", "$HOME 'x'"], _session.Run($"Invoke-ChildProcess -Via {server.Via} -FilePath printf -ArgumentList '%s\\n', 'a  b', '$HOME ''x'''").Texts());

        Assert.Equal(["set", "/", "far", "1"], _session.Run($$"""
            Invoke-ChildProcess {{start}} -Name far -Environment @{ PSNC_HERE = 'set' } -WorkingDirectory / { $env:PSNC_HERE; "$PWD"; $env:PSNETCONCURRENCY_NAME; $env:PSNETCONCURRENCY_DEPTH }
            """).Texts());
        _session.Fails("InvalidArgument", $"Invoke-ChildProcess -Via {server.Via} -WorkingDirectory / -FilePath pwd");

        int id = ChildSession.Number(_session.One($"$c = Start-ChildProcess {start} {{ $PID; [Threading.Thread]::Sleep(-1) }}; $c | Receive-ChildProcess -Wait | Select-First").ToString());
        Assert.True(ChildSession.IsAlive(id));
        _session.Run("$c | Stop-ChildProcess -Force");
        ChildSession.WaitUntilGone(id);
    }

    [JudgeFact("sshd", "ssh", "ssh-keygen")]
    public void An_ssh_that_does_not_get_through_failed_as_a_launcher()
    {
        using SshServer server = new();
        int closed = ChildSession.Number(_session.One("Get-AvailablePort").ToString());
        _session.Fails("LauncherFailed", $"Invoke-ChildProcess -Via {server.ViaTo(closed)} {{ 1 }}");
        _session.Fails("LauncherFailed", $"Invoke-ChildProcess -Via {server.Via} -PowerShellPath no-such-pwsh {{ 1 }}");
    }
}
