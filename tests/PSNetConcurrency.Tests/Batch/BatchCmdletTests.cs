using System.Management.Automation;

namespace PSNetConcurrency.Tests.Batch;

/// <summary>Batch history, process states and multiprogramming, through the cmdlets.</summary>
public class BatchCmdletTests
{
    private const string Deck = "$deck = 6, 1 | ForEach-Object { [pscustomobject]@{ Name = \"J$_\"; SetupTime = '5'; ReadTime = 2; ComputeTime = $_; PrintTime = '0.5' } }; ";

    // The module is known at run time only.
    private static dynamic[] Results(PowerShellSession session, string script) => session.Run(script).Select(o => (dynamic)o.BaseObject).ToArray();

    [Fact]
    public void A_deck_goes_through_all_eras_in_the_order_of_history()
    {
        using PowerShellSession session = new();
        dynamic[] results = Results(session, Deck + "$deck | Invoke-BatchSimulation");
        Assert.Equal(["PunchCard 22", "OnlineBatch 17", "OfflineBatch 10", "Multiprogramming 9.5", "TimeSharing 9.5"],
            results.Select(r => (string)FormattableString.Invariant($"{(object)r.Era} {(object)Math.Round((double)r.TotalTime, 9)}")));
        Assert.Equal("PSNetConcurrency.GanttSegment[]", ((object)results[0].Timeline).GetType().FullName);
    }

    [Fact]
    public void Hashtables_are_jobs_and_options_reach_their_era()
    {
        using PowerShellSession session = new();
        const string Jobs = "@{ name = 'A'; ReadTime = 2; ComputeTime = 4; PrintTime = 2 }, @{ NAME = 'B'; ReadTime = 2; ComputeTime = 4; PrintTime = 2 }";
        // Both on one tape: read 4, then 2 (1 + 4 + 1), then printed 4.
        Assert.Equal(20, (double)Results(session, $"Invoke-BatchSimulation {Jobs} -Era OfflineBatch -TapeSpeedFactor 2 -BatchSize 2")[0].TotalTime);
        // A 2-5, B 5.5-8.5, A 9-10, B 10.5-11.5; printed 10-12 and 12-14.
        Assert.Equal((1.5, 14.0), Results(session, $"Invoke-BatchSimulation {Jobs} -Era TimeSharing -Quantum 3 -ContextSwitchCost 0.5").Select(r => ((double)r.Overhead, (double)r.TotalTime)).Single());
    }

    [Theory]
    [InlineData("@{ Name = 'A'; ReadTime = 1; ComputeTime = 1 }", "Job A has no PrintTime.")]
    [InlineData("@{ Name = 'A'; ReadTime = ''; ComputeTime = 1; PrintTime = 1 }", "Job A has no ReadTime.")]
    [InlineData("@{ Name = 'A'; ReadTime = 'x'; ComputeTime = 1; PrintTime = 1 }", "The ReadTime of job A is 'x', which is no number.")]
    [InlineData("[pscustomobject]@{ Name = 'A'; ReadTime = '5,5'; ComputeTime = '1'; PrintTime = '1' }", "The ReadTime of job A is '5,5', which is no number. Numbers are read with a point")]
    [InlineData("[pscustomobject]@{ Name = 'A'; ReadTime = '1'; ComputeTime = '2kb'; PrintTime = '1' }", "The ComputeTime of job A is '2kb', which is no number. Numbers are read with a point")]
    [InlineData("@{ Name = 'A'; ReadTime = -1; ComputeTime = 1; PrintTime = 1 }", "The ReadTime of job A is -1.", "JobTimeInvalid")]
    [InlineData("@{ Name = 'A'; ReadTime = [double]::NaN; ComputeTime = 1; PrintTime = 1 }", "The ReadTime of job A is NaN.", "JobTimeInvalid")]
    [InlineData("@{ Name = 'A'; ReadTime = 1; CpuTime = 1; PrintTime = 1 }", "Job A has 'CpuTime', which means nothing here.")]
    [InlineData("@{ ReadTime = 1; ComputeTime = 1; PrintTime = 1 }", "Job 1 has no Name.")]
    [InlineData("'A'", "Job 1 has no Name.")]
    [InlineData("@(@{ Name = 'A'; ReadTime = 1; ComputeTime = 1; PrintTime = 1 }) * 2", "Jobs 1 and 2 are both named 'A'.", "DuplicateJobName")]
    [InlineData("@()", "The deck has no jobs.", "NoJob")]
    public void A_job_that_can_not_be_is_named(string jobs, string words, string id = "JobInvalid")
    {
        using PowerShellSession session = new();
        ErrorRecord error = session.Fails(id, $"{jobs} | Invoke-BatchSimulation");
        Assert.StartsWith(words, error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.InvalidArgument, error.CategoryInfo.Category);
    }

    [Fact]
    public void Programs_run_tick_by_tick_or_are_summed_up()
    {
        using PowerShellSession session = new();
        dynamic[] rows = Results(session, "'i,c1', 'c5' | Invoke-ProcessStateSimulation -IoLength 5");
        Assert.Equal(["RUN:io READY", "BLOCKED RUN:cpu", "RUN:io_done DONE", "RUN:cpu DONE"], new[] { 0, 1, 6, 7 }.Select(i => (string)string.Join(' ', (string[])rows[i].Label)));
        dynamic summary = Assert.Single(Results(session, "Invoke-ProcessStateSimulation 'i,c1', 'c5' -Summary"));
        Assert.Equal((8L, 8L, 5L, 1.0), ((long)summary.TotalTime, (long)summary.CpuBusy, (long)summary.IoBusy, (double)summary.CpuUtilization));
        Assert.Equal(20L, (long)Results(session, "Invoke-ProcessStateSimulation 'i,i:c6' -SwitchOn End -Summary")[0].TotalTime);
    }

    [Fact]
    public void A_simulation_ends_when_nobody_takes_its_rows_any_more()
    {
        using PowerShellSession session = new();
        Assert.Equal(1L, (long)((dynamic)session.One("Invoke-ProcessStateSimulation 'c1000000' | Select-First").BaseObject).Tick);
    }

    [Theory]
    [InlineData("Invoke-ProcessStateSimulation c3, 'c2,x'", "ProgramInvalid", "Program 2, 'c2,x', can't be read: 'x' at character 4")]
    [InlineData("Invoke-ProcessStateSimulation ''", "ProgramInvalid", "Program 1, '', can't be read: it is empty")]
    [InlineData("@() | Invoke-ProcessStateSimulation", "ProgramInvalid", "There are no programs.")]
    [InlineData("Invoke-ProcessStateSimulation c9999999", "SimulationTooLarge", "With program 1, 'c9999999',")]
    [InlineData("Invoke-ProcessStateSimulation i -IoLength -1", "InvalidArgument", "The length of input and output is -1 ticks.")]
    [InlineData("Invoke-BatchSimulation @{ Name = 'A'; ReadTime = 1; ComputeTime = 1; PrintTime = 1 } -TapeSpeedFactor 0", "InvalidArgument", "-TapeSpeedFactor is 0.")]
    public void What_can_not_be_simulated_is_an_error(string command, string errorId, string words)
    {
        using PowerShellSession session = new();
        Assert.StartsWith(words, session.Fails(errorId, command).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_bad_transition_does_not_end_the_others()
    {
        using PowerShellSession session = new();
        string[] checks = [.. session.Invoke("Invoke-ProcessStateSimulation -Transition 'Blocked>Running', 'Foo>Ready', 'Ready>Running'").Select(o => $"{o} {((dynamic)o.BaseObject).IsLegal}")];
        Assert.Equal(["Blocked>Running False", "Ready>Running True"], checks);
        Assert.StartsWith("InvalidArgument", Assert.Single(session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_repeats_a_measure_of_multiprogramming()
    {
        using PowerShellSession session = new();
        dynamic[] results = Results(session, "1..2 | ForEach-Object { 0.8 | Measure-Multiprogramming -Degree 1, 4 -Simulate -Seed 3 -BurstCount 1000 }");
        Assert.Equal([1, 4, 1, 4], results.Select(r => (int)r.Degree));
        Assert.Equal((object)results[0], (object)results[2]);
        Assert.Equal(0.5904, (double)results[1].FormulaUtilization, 9);
        dynamic plain = Results(session, "Measure-Multiprogramming")[9];
        Assert.Equal((10, 0.893, true), ((int)plain.Degree, Math.Round((double)plain.FormulaUtilization, 3), plain.SimulatedUtilization is null));
    }
}
