using System.Diagnostics;
using System.Management.Automation;
using PSNetConcurrency.Tests.Judges;

namespace PSNetConcurrency.Tests.Processes;

public sealed class ProcessObservationTests : IDisposable
{
    private readonly PowerShellSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void The_current_process_is_no_child_here()
    {
        dynamic current = _session.One("Get-CurrentProcess");
        Assert.Equal("MainProcess", current.Name);
        Assert.Equal(Environment.ProcessId, current.ProcessId);
        Assert.False(current.IsChild);
        Assert.Equal(0, current.Depth);
        Assert.Equal(_session.Runspace.InstanceId, current.RunspaceId);
        Assert.Equal(Environment.CurrentDirectory, current.WorkingDirectory);
    }

    [JudgeFact("bash")]
    public void A_child_knows_its_name_and_how_deep_it_is()
    {
        using JudgeProcess child = JudgeProcess.StartWith(
            new Dictionary<string, string> { ["PSNETCONCURRENCY_DEPTH"] = "2", ["PSNETCONCURRENCY_NAME"] = "ChildProcess-1:2" },
            "bash", "-c", $"'{TestEnvironment.ShellPath}' -NoProfile -Command '$c = Get-CurrentProcess; \"$($c.Name) $($c.IsChild) $($c.Depth) $($c.ParentProcessId) $($c.ParentName)\"'; echo $$");
        child.CloseInput();
        string[] lines = child.Succeeds().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal($"ChildProcess-1:2 True 2 {lines[1]} bash", lines[0]);
    }

    [JudgeFact("sleep")]
    public void Objects_bind_by_their_process_id_before_their_id()
    {
        using JudgeProcess sleep = JudgeProcess.Start("sleep", "1000");
        int id = Assert.Single(_session.Run("Get-ProcessTree $PID -Descendant | Where-Object Name -EQ sleep | ForEach-Object ProcessId")).BaseObject is int found ? found : 0;
        foreach (string source in new[] { "[Diagnostics.Process]::GetProcessById($id)", "[pscustomobject] @{ Id = 1; ProcessId = $id }", "$id", "(Get-ProcessTree $id)" })
        {
            dynamic state = _session.One($"{source} | Get-ProcessState", ("id", id));
            Assert.Equal(id, state.ProcessId);
            Assert.Equal("sleep", state.Name);
        }
        Assert.Contains(_session.Run("Get-ProcessState -Name slee*"), s => (int)s.Properties["ProcessId"].Value == id);
    }

    [Fact]
    public void What_there_is_not_is_an_error_an_item()
    {
        ErrorRecord error = _session.Fails("ProcessNotFound", "Get-ProcessState 2147483647");
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
        Assert.Equal(2147483647, error.TargetObject);
        _session.Fails("ProcessNotFound", "Get-ProcessTree -Name no-such-program");
        Assert.Empty(_session.Run("Get-ProcessTree -Name no-such-*"));
        Assert.Single(_session.Invoke("Get-ProcessState 2147483647, $PID"));
        Assert.Single(_session.Errors);
        foreach (string cmdlet in new[] { "Watch-ProcessState", "Measure-ContextSwitch" })
        {
            _session.Fails("ProcessNotFound", $"2147483647 | {cmdlet} -DurationSeconds 1");
        }
    }

    [JudgeFact("ps")]
    public void The_tree_is_that_of_ps()
    {
        // Whatever was there before and after has the same parent in both, unless that ended in between.
        Dictionary<int, int> before = Parents(), ours = [], after;
        foreach (dynamic node in _session.Run("Get-ProcessTree"))
        {
            ours.Add(node.ProcessId, node.ParentProcessId);
        }
        after = Parents();
        int[] lasting = [.. before.Keys.Where(id => after.TryGetValue(id, out int parent) && parent == before[id])];
        Assert.NotEmpty(lasting);
        Assert.All(lasting, id => Assert.Equal(before[id], ours[id]));

        static Dictionary<int, int> Parents() => JudgeProcess.Run("ps", "-eo", "pid=,ppid=").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToDictionary(f => int.Parse(f[0], null), f => int.Parse(f[1], null));
    }

    [Fact]
    public void The_tree_goes_up_and_down()
    {
        dynamic[] up = [.. _session.Run("Get-ProcessTree $PID -Ancestor")];
        Assert.Equal(Environment.ProcessId, up[^1].ProcessId);
        Assert.Equal(Enumerable.Range(0, up.Length), up.Select(n => (int)n.Depth));
        Assert.Equal(up.Select(n => (int)n.ProcessId).SkipLast(1), up.Skip(1).Select(n => (int)n.ParentProcessId));
        Assert.Equal(Environment.ProcessId, ((dynamic)_session.Run("Get-ProcessTree $PID")[0]).ProcessId);
        // A process that stood in the tree of another is not drawn again.
        Assert.Single(_session.Run("$PID, $PID | Get-ProcessTree"), n => (int)n.Properties["ProcessId"].Value == Environment.ProcessId);
    }

    [JudgeFact("sleep")]
    public async Task A_watch_stops_at_once()
    {
        using JudgeProcess sleep = JudgeProcess.Start("sleep", "1000");
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = _session.Runspace;
        shell.AddScript("Get-ProcessTree $PID | Where-Object Name -EQ sleep | Watch-ProcessState -IntervalMilliseconds 3600000");
        using PSDataCollection<PSObject> output = [];
        TaskCompletionSource first = new();
        output.DataAdded += (_, _) => first.TrySetResult();
        IAsyncResult running = shell.BeginInvoke<PSObject, PSObject>(null, output);
        await first.Task.WaitAsync(JudgeProcess.Limit);
        await shell.StopAsync(null, null).WaitAsync(JudgeProcess.Limit);
        Assert.ThrowsAny<PipelineStoppedException>(() => shell.EndInvoke(running));
        Assert.Equal("Blocked", output[0].Properties["To"].Value.ToString());
    }

    [JudgeFact("sleep")]
    public void What_follows_may_stop_a_watch()
    {
        using JudgeProcess sleep = JudgeProcess.Start("sleep", "1000");
        Assert.Single(_session.Run("Get-ProcessTree $PID | Where-Object Name -EQ sleep | Watch-ProcessState -IntervalMilliseconds 1 | Select-First 1"));
    }

    [JudgeFact("sleep")]
    public void A_watch_ends_with_the_process()
    {
        dynamic[] seen = [.. _session.Run("$sleep = [Diagnostics.Process]::Start('sleep', '1000'); $sleep | Watch-ProcessState -IntervalMilliseconds 5 | ForEach-Object { if ($null -eq $_.From) { $sleep.Kill() }; $_ }")];
        Assert.Equal("Terminated", seen[^1].To.ToString());
        Assert.Null(seen[0].From);
    }

    [JudgeFact("sleep")]
    public void Context_switches_of_several_are_counted_at_the_same_time()
    {
        using JudgeProcess sleep = JudgeProcess.Start("sleep", "1000");
        dynamic[] results = [.. _session.Run("Get-ProcessTree $PID | Where-Object Name -EQ sleep | ForEach-Object ProcessId | ForEach-Object { $_; $PID } | Measure-ContextSwitch -DurationSeconds 0.2")];
        Assert.Equal(2, results.Length);
        Assert.Contains(results, r => r.ProcessId == Environment.ProcessId && r.Voluntary > 0 && r.ThreadCount > 1);
        Assert.Contains(results, r => r.Name == "sleep" && r.Interpretation.StartsWith("Blocked"));
    }

    [Fact]
    public void Ids_and_names_are_completed()
    {
        Assert.Contains(_session.Run("[Management.Automation.CommandCompletion]::CompleteInput('Get-ProcessState -Id ', 21, $null).CompletionMatches.CompletionText"), t => t.ToString() == $"{Environment.ProcessId}");
        string name = Process.GetCurrentProcess().ProcessName;
        Assert.Contains(_session.Run("[Management.Automation.CommandCompletion]::CompleteInput('Watch-ProcessState -Name ', 25, $null).CompletionMatches.ListItemText"), t => t.ToString() == name);
    }

    [Fact]
    public void The_modes_asked_for_are_measured()
    {
        dynamic[] results = [.. _session.Run("Measure-CallMode SynchronousNonBlocking, SynchronousBlocking -DelayMilliseconds 5")];
        Assert.Equal(["SynchronousNonBlocking", "SynchronousBlocking"], results.Select(r => (string)r.Mode.ToString()));
    }
}
