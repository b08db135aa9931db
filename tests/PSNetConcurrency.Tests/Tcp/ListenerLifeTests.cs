using System.Diagnostics;
using System.Management.Automation;

namespace PSNetConcurrency.Tests.Tcp;

/// <summary>Whatever ends a pipeline, a module, a runspace or a process, nothing of what was started is left.</summary>
public sealed class ListenerLifeTests
{
    private const string Fill = """
        $echo = Start-TcpEchoServer
        $script = Start-TcpServer -FrameFormat Line { $_ }
        $tls = Start-TcpEchoServer -SelfSigned
        $null = $echo | Invoke-TcpExchange -InputObject x
        $null = $tls | Invoke-TcpExchange -InputObject x
        $session = $script | New-TcpSession
        $null = Invoke-TcpExchange -Session $session -InputObject x -FrameFormat Line
        """;

    [Fact]
    public void Stopping_leaves_no_socket_and_no_thread() => LeavesNothing(shell =>
    {
        shell.Run(Fill);
        shell.Run("Get-TcpSession | Remove-TcpSession; Get-NetListener | Stop-NetListener");
        Assert.Empty(shell.Run("Get-NetListener; Get-TcpSession"));
    });

    [Fact]
    public void Removing_the_module_stops_all() => LeavesNothing(shell =>
    {
        shell.Run(Fill);
        shell.Run("Remove-Module PSNetConcurrency");
    });

    [Fact]
    public void Importing_again_by_force_stops_all() => LeavesNothing(shell =>
    {
        shell.Run(Fill);
        shell.Run($"Import-Module '{TestEnvironment.ManifestPath}' -Force");
        Assert.Empty(shell.Run("Get-NetListener"));
        shell.Run(Fill);
        shell.Run($"Import-Module '{TestEnvironment.ManifestPath}' -Force");
    });

    [Fact]
    public void Closing_the_runspace_stops_all() => LeavesNothing(_ =>
    {
        using PowerShellSession other = new();
        other.Run(Fill);
    });

    [Fact]
    public void Two_runspaces_do_not_stop_each_others_listeners()
    {
        using PowerShellSession mine = new();
        mine.Run("$s = Start-TcpEchoServer");
        using (PowerShellSession other = new())
        {
            other.Run("$null = Start-TcpEchoServer; Remove-Module PSNetConcurrency");
        }
        Assert.Equal("x", mine.One("$s | Invoke-TcpExchange -InputObject x").BaseObject);
    }

    [Theory]
    [InlineData("$echo | Receive-NetListener -Wait")]
    [InlineData("$echo | Wait-NetListener -ConnectionCount 1000")]
    [InlineData("$mute | Invoke-TcpExchange -InputObject x -TimeoutSeconds 3600")]
    [InlineData("$mute | Receive-TcpData -TimeoutSeconds 3600")]
    [InlineData("$mute | Receive-TcpData -UntilClosed -TimeoutSeconds 3600")]
    [InlineData("Receive-TcpData -Session $session -Line -TimeoutSeconds 3600")]
    [InlineData("Send-TcpData -Session $stuck -InputObject ([byte[]]::new(64MB)) -TimeoutSeconds 3600")]
    [InlineData("Wait-TcpPort 127.0.0.1 $free -TimeoutSeconds 3600")]
    [InlineData("Test-TcpPort 127.0.0.1 $free -Count 100000 -DelayMilliseconds 100")]
    [InlineData("1..500 | ForEach-Object { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $silent } } | Test-TcpPort -TimeoutSeconds 3600")]
    [InlineData("$slow | Invoke-TcpExchange -InputObject x -FrameFormat Line -TimeoutSeconds 3600")]
    public void Ctrl_C_ends_it_at_once_and_leaves_nothing(string script) => LeavesNothing(shell =>
    {
        shell.Run("""
            $echo = Start-TcpEchoServer
            $mute = Start-TcpEchoServer -Kind Discard
            $slow = Start-TcpServer -FrameFormat Line { while ($true) { } }
            $free = Get-AvailablePort
            $session = $mute | New-TcpSession
            $stopped = Start-TcpServer { while ($true) { } }
            $stuck = $stopped | New-TcpSession
            Send-TcpData -Session $stuck -InputObject x
            """);
        using SilentPort silent = new();
        shell.Runspace.SessionStateProxy.SetVariable("silent", silent.Port);
        using PowerShell pipeline = PowerShell.Create();
        pipeline.Runspace = shell.Runspace;
        // A mark that the cmdlet under test is reached: it is upstream of nothing, and runs in the same statement list.
        pipeline.AddScript($"$started.Set(); {script}");
        using ManualResetEventSlim started = new();
        shell.Runspace.SessionStateProxy.SetVariable("started", started);
        IAsyncResult run = pipeline.BeginInvoke();
        Assert.True(started.Wait(TimeSpan.FromSeconds(20)));
        // Long enough for the cmdlet to be inside its wait; were it not yet, the stop would still have to end it.
        WaitUntil(() => false, TimeSpan.FromMilliseconds(150), expected: false);
        long start = Stopwatch.GetTimestamp();
        pipeline.Stop();
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(5), "The stop took too long.");
        Assert.Equal(PSInvocationState.Stopped, pipeline.InvocationStateInfo.State);
        Assert.Throws<PipelineStoppedException>(() => pipeline.EndInvoke(run));
        Assert.Empty(shell.Run("$Error | ForEach-Object { $_ }"));
        shell.Run("Get-TcpSession | Remove-TcpSession; Get-NetListener | Stop-NetListener -Force");
    });

    [Theory]
    [InlineData("$echo | Receive-NetListener -Wait | Select-First 1")]
    [InlineData("1..100 | ForEach-Object { 'x' } | Invoke-TcpExchange $echo.ComputerName $echo.Port | Select-First 2")]
    [InlineData("1..100 | ForEach-Object { 'x' } | Invoke-TcpExchange $line.ComputerName $line.Port -FrameFormat Line | Select-First 2")]
    [InlineData("Test-TcpPort 127.0.0.1 (1..2000) | Select-First 1")]
    [InlineData("Test-TcpPort 127.0.0.1 $echo.Port -Count 1000000 -DelayMilliseconds 0 | Select-First 3")]
    [InlineData("$chargen | Receive-TcpData | Select-First 1")]
    public void Select_first_leaves_nothing(string script) => LeavesNothing(shell =>
    {
        shell.Run("$echo = Start-TcpEchoServer; $line = Start-TcpServer -FrameFormat Line { $_ }; $chargen = Start-TcpEchoServer -Kind Chargen");
        Assert.NotEmpty(shell.Run(script));
        shell.Run("Get-NetListener | Stop-NetListener -Force");
    });

    [Fact]
    public void Receive_loses_nothing_to_select_first()
    {
        using PowerShellSession shell = new();
        shell.Run("$s = Start-TcpServer -FrameFormat Line { $_ }; $null = 1..5 | Invoke-TcpExchange $s.ComputerName $s.Port -FrameFormat Line");
        shell.Run("$s | Stop-NetListener");
        string[] first = [.. shell.Run("$s | Receive-NetListener -Keep | ForEach-Object { \"$($_.Type) $($_.Message)\" }").Select(o => o.ToString())];
        string[] parts = [.. shell.Run("$s | Receive-NetListener | Select-First 2 | ForEach-Object { \"$($_.Type) $($_.Message)\" }").Concat(
            shell.Run("$s | Receive-NetListener -Wait | ForEach-Object { \"$($_.Type) $($_.Message)\" }")).Select(o => o.ToString())];
        Assert.Equal(first, parts);
        Assert.Equal("Stopped ", parts[^1]);
        Assert.Equal(5, parts.Count(p => p.StartsWith("Message", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_stopped_port_can_be_taken_again_at_once()
    {
        using PowerShellSession shell = new();
        shell.Run("$s = Start-TcpEchoServer; $port = $s.Port; $c = $s | New-TcpSession; $null = Invoke-TcpExchange -Session $c -InputObject x; $s | Stop-NetListener");
        Assert.Equal("y", shell.One("Start-TcpEchoServer -Port $port | Invoke-TcpExchange -InputObject y").BaseObject);
    }

    [Fact]
    public void A_drain_lets_the_message_under_way_be_answered()
    {
        using PowerShellSession shell = new();
        using ManualResetEventSlim inside = new(), go = new();
        shell.Run("$s = Start-TcpServer -FrameFormat Line { ($using:inside).Set(); ($using:go).Wait(); 'done' }; $c = $s | New-TcpSession; Send-TcpData -Session $c -InputObject \"x`n\"", ("inside", inside), ("go", go));
        Assert.True(inside.Wait(TimeSpan.FromSeconds(20)));
        PSObject listener = PSObject.AsPSObject(shell.Runspace.SessionStateProxy.GetVariable("s"));
        using PowerShell stop = PowerShell.Create();
        stop.Runspace = shell.Runspace;
        IAsyncResult run = stop.AddScript("$s | Stop-NetListener -DrainSeconds 30 -PassThru").BeginInvoke();
        WaitUntil(() => listener.Properties["State"].Value.ToString() == "Draining", TimeSpan.FromSeconds(20));
        go.Set();
        stop.EndInvoke(run);
        Assert.Equal("done", shell.One("Receive-TcpData -Session $c -Line").BaseObject);
    }

    [Fact]
    public void Force_does_not_wait_for_a_handler()
    {
        using PowerShellSession shell = new();
        shell.Run("$s = Start-TcpServer { while ($true) { } }; $s | Send-TcpData -InputObject x; $null = $s | Wait-NetListener -MessageCount 1 -TimeoutSeconds 20");
        long start = Stopwatch.GetTimestamp();
        shell.Run("$s | Stop-NetListener -Force");
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Handlers_that_cannot_be_interrupted_cost_one_wait_and_are_told()
    {
        using PowerShellSession shell = new();
        using ManualResetEventSlim never = new();
        using CountdownEvent inside = new(3);
        try
        {
            shell.Run("""
                $s = Start-TcpServer -Concurrency Parallel -ThrottleLimit 3 -FrameFormat Line { $null = ($using:inside).Signal(); ($using:never).Wait() }
                $c = 1..3 | ForEach-Object { $s | New-TcpSession }
                $c | Send-TcpData -InputObject "x`n"
                """, ("never", never), ("inside", inside));
            Assert.True(inside.Wait(TimeSpan.FromSeconds(30)));
            long start = Stopwatch.GetTimestamp();
            shell.Run("$s | Stop-NetListener -Force");
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(9));
            Assert.Contains("3 handlers did not stop", (string)shell.One("$s | Receive-NetListener | Where-Object { $_.Type -eq 'Error' -and $_.Message -like '*handlers*' }").Properties["Message"].Value, StringComparison.Ordinal);
        }
        finally
        {
            never.Set();
            WaitUntil(() => CountThreads() == 0, TimeSpan.FromSeconds(20), what: () => $"{CountThreads()} threads of ours are left");
        }
    }

    [Fact]
    public void Several_listeners_drain_side_by_side()
    {
        using PowerShellSession shell = new();
        shell.Run("""
            $all = 1..4 | ForEach-Object { Start-TcpServer -FrameFormat Line { while ($true) { } } }
            $c = $all | ForEach-Object { $_ | New-TcpSession }
            $c | Send-TcpData -InputObject "x`n"
            $null = $all | Wait-NetListener -MessageCount 1 -TimeoutSeconds 20
            """);
        long start = Stopwatch.GetTimestamp();
        Assert.Equal(4, shell.Run("$all | Stop-NetListener -DrainSeconds 2 -PassThru").Count);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(7.5));
    }

    [Fact]
    public void What_if_stops_nothing()
    {
        using PowerShellSession shell = new();
        shell.Run("$s = Start-TcpEchoServer; $c = $s | New-TcpSession; $s | Stop-NetListener -WhatIf; $c | Remove-TcpSession -WhatIf");
        Assert.Equal("x", shell.One("Invoke-TcpExchange -Session $c -InputObject x").BaseObject);
    }

    internal static void LeavesNothing(Action<PowerShellSession> work)
    {
        // Once for what is made once and kept: thread pool, the socket engine, caches.
        using (PowerShellSession first = new())
        {
            work(first);
        }
        using PowerShellSession shell = new();
        (int sockets, int threads) = (CountSockets(), CountThreads());
        work(shell);
        WaitUntil(() => CountSockets() <= sockets, TimeSpan.FromSeconds(10), what: () => $"{CountSockets()} sockets, {sockets} before");
        WaitUntil(() => CountThreads() <= threads, TimeSpan.FromSeconds(10), what: () => $"{CountThreads()} threads of ours, {threads} before");
    }

    private static int CountSockets() => OperatingSystem.IsLinux()
        ? Directory.EnumerateFiles("/proc/self/fd").Count(f => new FileInfo(f).LinkTarget is { } t && (t.StartsWith("socket:", StringComparison.Ordinal) || t.Contains("eventpoll", StringComparison.Ordinal) || t.Contains("eventfd", StringComparison.Ordinal)))
        : 0;

    // Threads of ours carry their names into the system; the pool's come and go as it likes.
    internal static int CountThreads() => OperatingSystem.IsLinux()
        ? Directory.EnumerateDirectories("/proc/self/task").Count(IsOurs)
        : 0;

    private static bool IsOurs(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).StartsWith("PSNetConcurren", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static void WaitUntil(Func<bool> condition, TimeSpan limit, bool expected = true, Func<string>? what = null)
    {
        bool reached = SpinWait.SpinUntil(condition, limit);
        Assert.True(reached == expected, what?.Invoke() ?? "The condition was not reached.");
    }
}
