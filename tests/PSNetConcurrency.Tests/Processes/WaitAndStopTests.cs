using System.Management.Automation;

namespace PSNetConcurrency.Tests.Processes;

/// <summary>Join, stop, and what is left behind: nothing.</summary>
public sealed class WaitAndStopTests : ChildTests
{
    [Fact]
    public void Join_returns_in_the_order_given_and_AsCompleted_in_that_of_the_ends()
    {
        string folder = Directory.CreateTempSubdirectory("psnc").FullName;
        _session.Run($"Invoke-ChildProcess mkfifo '{folder}/1', '{folder}/2'");
        // Each but the first reads the pipe of the one before it, which ends a moment before that one does.
        string start = $"3, 1, 2 | Start-ChildProcess sh '-c', 'read x; cd {folder}; if [ $x != 1 ]; then cat $((x - 1)); sleep 0.5; fi; if [ $x != 3 ]; then exec 3> $x; fi; echo $x' | ";
        Assert.Equal(["3", "1", "2"], _session.Run(start + "Wait-ChildProcess | Receive-ChildProcess -AutoRemove").Texts());
        Assert.Equal(["1", "2", "3"], _session.Run(start + "Wait-ChildProcess -AsCompleted | Receive-ChildProcess -AutoRemove").Texts());
        Assert.Empty(_session.Run("Get-ChildProcess"));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Any_returns_the_first_and_leaves_the_others()
    {
        string[] seen = _session.Run("$all = 600, 0.05, 601 | Start-ChildProcess sleep { $_ }; ($all | Wait-ChildProcess -Any).Id - $all[0].Id; @(Get-ChildProcess -State Running).Count; @($all | Wait-ChildProcess -Any -PassThru).Count").Texts();
        Assert.Equal(["1", "2", "3"], seen);
    }

    [Fact]
    public void A_time_out_is_an_error_for_each_that_has_not_ended()
    {
        _session.Run("$all = 600, 0, 601 | Start-ChildProcess sleep { $_ }");
        string[] ended = _session.Invoke("$all | Wait-ChildProcess -TimeoutSeconds 0.3 | ForEach-Object State").Texts();
        Assert.Equal(["Completed"], ended);
        Assert.Equal(2, _session.Errors.Count);
        Assert.All(_session.Errors, e => Assert.StartsWith("TimedOut,", e.FullyQualifiedErrorId, StringComparison.Ordinal));
        Assert.All(_session.Errors, e => Assert.Equal("PSNetConcurrency.ChildProcess", e.TargetObject.GetType().FullName));
        Assert.Equal(["Stopped", "Stopped", "Completed"], _session.Invoke("$all | Wait-ChildProcess -TimeoutSeconds 0.1 -StopOnTimeout | ForEach-Object State").Texts().OrderDescending());
        Assert.Equal(["False", "False", "False"], _session.Run("$all | Test-ChildProcess").Texts());
    }

    [Fact]
    public void Descendants_are_waited_for_where_asked()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        string folder = Directory.CreateTempSubdirectory("psnc").FullName;
        string fifo = Path.Combine(folder, "go");
        _session.Run($"Invoke-ChildProcess mkfifo '{fifo}'");
        // The grandchild has let go of the pipes, and ends when somebody opens the other end.
        _session.Run($"$c = Start-ChildProcess sh '-c', '(read x < {fifo}) > /dev/null 2>&1 & echo $!'; $null = $c | Wait-ChildProcess; $grand = $c | Receive-ChildProcess");
        _session.Fails("TimedOut", "$c | Wait-ChildProcess -IncludeDescendant -TimeoutSeconds 0.2");
        Assert.True(ChildSession.IsAlive(ChildSession.Number(_session.One("$grand").ToString())));
        _session.Run($"Invoke-ChildProcess sh '-c', 'echo x > {fifo}'");
        Assert.Single(_session.Run("$c | Wait-ChildProcess -IncludeDescendant -TimeoutSeconds 60"));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Stop_asks_first_and_kills_what_does_not_listen()
    {
        Assert.Equal(["cleaned up"], _session.Run("""
            $c = Start-ChildProcess sh '-c', 'exec 2>/dev/null; trap "echo cleaned up; exit 0" TERM; echo up; while :; do sleep 0.01; done'
            do { [Threading.Thread]::Sleep(1); $first = $c | Receive-ChildProcess } until ($first)
            $c | Stop-ChildProcess
            $c | Receive-ChildProcess
            """).Texts());
        Assert.Equal("Stopped False", _session.One("\"$($c.State) $($c.IsAlive)\"").ToString());
        Assert.Equal("Stopped SIGKILL False", _session.One("""
            $c = Start-ChildProcess sh '-c', 'trap "" TERM; echo up; while :; do sleep 0.01; done'
            do { [Threading.Thread]::Sleep(1); $first = $c | Receive-ChildProcess } until ($first)
            $c | Stop-ChildProcess -GracePeriodSeconds 0.1
            "$($c.State) $($c.Signal) $($c.IsAlive)"
            """).ToString());
        Assert.Equal("Stopped SIGKILL False", _session.One("$c = Start-ChildProcess sleep 600; $c = $c | Stop-ChildProcess -Force -PassThru; \"$($c.State) $($c.Signal) $($c.IsAlive)\"").ToString());
        Assert.Empty(_session.Run("$c | Stop-ChildProcess; $c | Stop-ChildProcess -Force"));
    }

    [Fact]
    public void Stop_with_WhatIf_leaves_it_alive()
    {
        Assert.Equal("True", _session.One("$c = Start-ChildProcess sleep 600; $c | Stop-ChildProcess -WhatIf; $c.IsAlive").ToString());
    }

    [Fact]
    public void A_tree_is_stopped_to_its_last_leaf()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        string[] tree = _session.Run("""
            $c = Start-ChildProcess sh '-c', 'setsid sh -c "sleep 600 & echo \$! \$\$; wait" & wait'
            do { [Threading.Thread]::Sleep(1); $line = $c | Receive-ChildProcess } until ($line)
            $line.Split(' ')
            $c | Stop-ChildProcess -IncludeDescendant
            """).Texts();
        Assert.All(tree, id => Assert.False(ChildSession.IsAlive(ChildSession.Number(id))));
    }

    [Fact]
    public void Remove_refuses_what_runs_unless_forced()
    {
        _session.Fails("StillRunning", "$c = Start-ChildProcess sleep 600; $c | Remove-ChildProcess");
        _session.Run("$c | Remove-ChildProcess -Force");
        Assert.Empty(_session.Run("Get-ChildProcess"));
        Assert.Equal("Stopped", _session.One("$c.State").ToString());
    }

    [Fact]
    public void What_is_not_there_is_an_error_but_for_Test()
    {
        foreach (string verb in new[] { "Get", "Wait", "Receive", "Stop", "Remove", "Send" })
        {
            _session.Fails("HandleNotFound", $"{verb}-ChildProcess -Id 999999");
            _session.Fails("HandleNotFound", $"{verb}-ChildProcess -Name NoSuchChild");
        }
        Assert.Equal(["False", "False"], _session.Run("Test-ChildProcess -Id 999999; Test-ChildProcess -Name NoSuchChild").Texts());
        Assert.Empty(_session.Run("Wait-ChildProcess; @() | Wait-ChildProcess; Get-ChildProcess -Name No*"));
    }

    [Theory]
    [InlineData("Invoke-ChildProcess sh '-c', 'echo $$ > {0}; trap \"\" INT; while :; do sleep 0.01; done'")]
    [InlineData("& { 'x'; Start-ChildProcess sleep 600 | Wait-ChildProcess } | Invoke-ChildProcess sh '-c', 'echo $$ > {0}; exec cat'")]
    [InlineData("1..4 | Invoke-ChildProcess sh '-c', { \"echo `$`$ > {0}; sleep 600; : $_\" } -ThrottleLimit 2")]
    public void Ctrl_C_leaves_nothing_of_what_was_invoked(string script)
    {
        string file = Path.GetTempFileName(), written = "";
        // Read once: where several are invoked, the next may have emptied the file when it is stopped.
        _session.Interrupt(script.Replace("{0}", file, StringComparison.Ordinal), () => (written = File.ReadAllText(file)).EndsWith('\n'));
        ChildSession.WaitUntilGone(ChildSession.Number(written.Trim()));
        ChildSession.WaitUntil(() => _session.Run("Get-ChildProcess -Name * | Where-Object { $_.Command -ne 'sleep 600' }").Count == 0, "A child is left on the list.");
        File.Delete(file);
    }

    [Theory]
    [InlineData("Wait-ChildProcess")]
    [InlineData("Receive-ChildProcess -Wait")]
    public void Ctrl_C_ends_a_wait_and_not_the_child(string wait)
    {
        System.Collections.Hashtable mark = [];
        _session.Run("$c = Start-ChildProcess sleep 600", ("mark", mark));
        _session.Interrupt($"$mark.begun = $true; $c | {wait}", () => mark["begun"] is true);
        Assert.Equal("True", _session.One("$c | Test-ChildProcess").ToString());
    }

    [Fact]
    public void Select_First_that_has_enough_ends_what_was_invoked()
    {
        int id = ChildSession.Number(_session.One("Invoke-ChildProcess sh '-c', 'echo $$; while :; do echo more; done' | Select-First").ToString());
        Assert.False(ChildSession.IsAlive(id));
        Assert.Empty(_session.Run("Get-ChildProcess"));
    }

    [Fact]
    public void The_end_of_the_module_ends_the_children_but_for_detached_ones()
    {
        string[] ids = _session.Run("$a = Start-ChildProcess sleep 600; $b = Start-ChildProcess sleep 601 -Detached; $a.ProcessId; $b.ProcessId; Remove-Module PSNetConcurrency").Texts();
        Assert.False(ChildSession.IsAlive(ChildSession.Number(ids[0])));
        Assert.True(ChildSession.IsAlive(ChildSession.Number(ids[1])));
        System.Diagnostics.Process.GetProcessById(ChildSession.Number(ids[1])).Kill();
        _session.Run($"Import-Module '{TestEnvironment.ManifestPath}'");
    }

    [Fact]
    public void The_end_of_a_runspace_ends_its_children()
    {
        int id;
        using (PowerShellSession other = new())
        {
            id = ChildSession.Number(other.One("(Start-ChildProcess sleep 600).ProcessId").ToString());
            Assert.Empty(_session.Run("Get-ChildProcess"));
        }
        ChildSession.WaitUntilGone(id);
    }
}
