namespace PSNetConcurrency.Tests.Processes;

/// <summary>Joins, parallelism and isolation, measured through the cmdlets on real children.</summary>
public class MeasureTests
{
    // The module is known at run time only.
    private static dynamic[] Results(PowerShellSession session, string script) => session.Run(script).Select(o => (dynamic)o.BaseObject).ToArray();

    [Fact]
    public void Serial_adds_up_and_parallel_does_not()
    {
        using PowerShellSession session = new();
        dynamic[] results = Results(session, "Measure-JoinStrategy -DurationSeconds 0.5, 0.3 -Strategy Serial, Parallel");
        (dynamic serial, dynamic parallel) = (results[0], results[1]);
        Assert.Equal(("Serial", "Parallel"), ((string)serial.Strategy.ToString(), (string)parallel.Strategy.ToString()));
        // One after another: no bar begins before the last has ended.
        Assert.True(serial.Gantt[1].Start >= serial.Gantt[0].End);
        Assert.True(serial.Elapsed >= TimeSpan.FromSeconds(0.8));
        Assert.True(parallel.Gantt[1].Start < parallel.Gantt[0].End);
        Assert.True(parallel.Elapsed >= parallel.CriticalPath);
        Assert.Equal(["P1", "P2"], (string[])parallel.Order);
        Assert.Equal((TimeSpan)parallel.SumOfWork / (TimeSpan)parallel.Elapsed, (double)parallel.Speedup, 6);
    }

    [Fact]
    public void As_completed_joins_the_quickest_first()
    {
        using PowerShellSession session = new();
        dynamic result = Assert.Single(Results(session, "5, 0 | Measure-JoinStrategy -Strategy AsCompleted"));
        Assert.Equal(["P2", "P1"], (string[])result.Order);
    }

    [Fact]
    public void A_pool_runs_no_more_at_once_than_its_size()
    {
        using PowerShellSession session = new();
        dynamic result = Assert.Single(Results(session, "Measure-JoinStrategy -DurationSeconds 0, 0, 0 -Strategy Pool -PoolSize 1"));
        Assert.Equal(3, (int)result.Gantt.Length);
        Assert.True(result.Gantt[1].Start >= result.Gantt[0].End && result.Gantt[2].Start >= result.Gantt[1].End);
    }

    [Fact]
    public void A_block_that_fails_is_reported_and_the_others_are_measured()
    {
        using PowerShellSession session = new();
        dynamic result = Assert.Single(session.Invoke("$n = 1; Measure-JoinStrategy -ScriptBlock { throw 'no' }, { $using:n } -Strategy Parallel")).BaseObject;
        Assert.Equal(2, (int)result.Gantt.Length);
        Assert.StartsWith("ScriptFailed", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void Blocks_run_in_the_session_s_folder_with_its_values()
    {
        using PowerShellSession session = new();
        string folder = Directory.CreateTempSubdirectory("psnc[1]").FullName;
        session.Run("$here = [string] $ExecutionContext.SessionState.Path.SetLocation([WildcardPattern]::Escape($folder)); $block = { if (\"$PWD\" -ne $using:here -or [string]::IsNullOrEmpty($using:here)) { throw \"in $PWD\" } }", ("folder", folder));
        Assert.Equal(2, session.Run("Measure-Parallelism -ScriptBlock $block -WorkerCount 1 -Mode Runspace, Process").Count);
        Assert.Single(session.Run("Measure-JoinStrategy -ScriptBlock $block -Strategy Serial"));
        Directory.Delete(folder);
    }

    [Fact]
    public void One_processor_gives_concurrency_and_no_parallelism()
    {
        using PowerShellSession session = new();
        dynamic result = Assert.Single(Results(session, "Measure-Parallelism -WorkerCount 2 -DurationSeconds 0.2 -Mode Runspace -ProcessorAffinity 1"));
        Assert.NotEqual("Parallel", (string)result.Verdict.ToString());
        Assert.Equal((1, 1), ((int)result.MaxSimultaneous, (int)result.ProcessorCount));
        Assert.True(result.SumOfWork >= TimeSpan.FromSeconds(0.4));
    }

    [Fact]
    public void Processes_are_measured_by_the_same_clock()
    {
        using PowerShellSession session = new();
        dynamic result = Assert.Single(Results(session, "Measure-Parallelism -WorkerCount 2 -DurationSeconds 0.1 -Mode Process"));
        dynamic[] spans = result.Gantt;
        Assert.Equal(["Worker1", "Worker2"], spans.Select(s => (string)s.Lane).Distinct());
        Assert.All(spans, s => Assert.InRange((double)s.End, (double)s.Start, ((TimeSpan)result.Elapsed).TotalSeconds + 0.001));
    }

    [Fact]
    public void Waits_overlap_on_one_processor()
    {
        using PowerShellSession session = new();
        dynamic[] results = Results(session, "Measure-Parallelism Io -WorkerCount 3 -DurationSeconds 0.5 -Mode Serial, Runspace -ProcessorAffinity 1");
        Assert.Equal(["Serial", "Concurrent"], results.Select(r => (string)r.Verdict.ToString()));
        Assert.True(results[1].MaxSimultaneous > 1);
    }

    [Theory]
    [InlineData("Measure-Parallelism ScriptBlock", "InvalidArgument")]
    [InlineData("Measure-Parallelism -ScriptBlock { throw 'no' } -Mode Runspace", "ScriptFailed")]
    [InlineData("Measure-Parallelism -ScriptBlock { throw 'no' } -Mode Process", "ScriptFailed")]
    [InlineData("Measure-Parallelism -Mode Serial -ProcessorAffinity 0x4000000000000000", "InvalidArgument")]
    public void What_can_not_be_measured_is_an_error(string command, string errorId)
    {
        using PowerShellSession session = new();
        session.Fails(errorId, command);
    }

    [Fact]
    public void A_process_changes_nothing_outside()
    {
        using PowerShellSession session = new();
        dynamic[] results = Results(session, "Test-ProcessIsolation");
        Assert.Equal(7, results.Length);
        Assert.All(results, r => Assert.True((bool)r.IsIsolated));
        Assert.All(results, r => Assert.NotEqual((string)r.Before, (string)r.InChild));
    }

    [Fact]
    public void A_runspace_shares_what_is_the_process_s()
    {
        using PowerShellSession session = new();
        string folder = Environment.CurrentDirectory;
        dynamic[] results = Results(session, "Test-ProcessIsolation -Mode Runspace");
        Assert.Equal(["Environment", "ProcessFolder", "RuntimeData", "Argument"], results.Where(r => !(bool)r.IsIsolated).Select(r => (string)r.Scope));
        Assert.Equal(folder, Environment.CurrentDirectory);
        Assert.Empty(session.Run("Get-Command -Name IsolationProbe* -CommandType Function"));
    }
}
