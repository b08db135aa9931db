using Xunit;

namespace PSNetConcurrency.Tests.Processes;

public class MeasureTests
{
    private static T[] Results<T>(PowerShellSession session, string script) => session.Run(script).Select(o => Assert.IsType<T>(o.BaseObject)).ToArray();

    [Fact]
    public void SerialAddsUpAndParallelDoesNot()
    {
        using PowerShellSession session = new();
        JoinResult[] results = Results<JoinResult>(session, "Measure-JoinStrategy -DurationSeconds 0.5, 0.3 -Strategy Serial, Parallel");
        (JoinResult serial, JoinResult parallel) = (results[0], results[1]);
        Assert.Equal((JoinStrategy.Serial, JoinStrategy.Parallel), (serial.Strategy, parallel.Strategy));
        // One after another: no bar begins before the last has ended.
        Assert.True(serial.Gantt[1].Start >= serial.Gantt[0].End);
        Assert.True(serial.Elapsed >= TimeSpan.FromSeconds(0.8));
        Assert.True(parallel.Gantt[1].Start < parallel.Gantt[0].End);
        Assert.True(parallel.Elapsed >= parallel.CriticalPath);
        Assert.Equal(["P1", "P2"], parallel.Order);
        Assert.Equal(parallel.SumOfWork / parallel.Elapsed, parallel.Speedup, 6);
    }

    [Fact]
    public void AsCompletedJoinsTheQuickestFirst()
    {
        using PowerShellSession session = new();
        JoinResult result = Assert.Single(Results<JoinResult>(session, "5, 0 | Measure-JoinStrategy -Strategy AsCompleted"));
        Assert.Equal(["P2", "P1"], result.Order);
    }

    [Fact]
    public void APoolRunsNoMoreAtOnceThanItsSize()
    {
        using PowerShellSession session = new();
        JoinResult result = Assert.Single(Results<JoinResult>(session, "Measure-JoinStrategy -DurationSeconds 0, 0, 0 -Strategy Pool -PoolSize 1"));
        Assert.Equal(3, result.Gantt.Length);
        Assert.All(result.Gantt.Zip(result.Gantt.Skip(1)), pair => Assert.True(pair.Second.Start >= pair.First.End));
    }

    [Fact]
    public void ABlockThatFailsIsReportedAndTheOthersAreMeasured()
    {
        using PowerShellSession session = new();
        JoinResult result = Assert.IsType<JoinResult>(Assert.Single(session.Invoke("$n = 1; Measure-JoinStrategy -ScriptBlock { throw 'no' }, { $using:n } -Strategy Parallel")).BaseObject);
        Assert.Equal(2, result.Gantt.Length);
        Assert.StartsWith("ScriptFailed", Assert.Single(session.Errors).FullyQualifiedErrorId);
    }

    [Fact]
    public void OneProcessorGivesConcurrencyAndNoParallelism()
    {
        using PowerShellSession session = new();
        ParallelismResult result = Assert.Single(Results<ParallelismResult>(session, "Measure-Parallelism -WorkerCount 2 -DurationSeconds 0.2 -Mode Runspace -ProcessorAffinity 1"));
        Assert.NotEqual(ParallelismVerdict.Parallel, result.Verdict);
        Assert.Equal((1, 1), (result.MaxSimultaneous, result.ProcessorCount));
        Assert.True(result.SumOfWork >= TimeSpan.FromSeconds(0.4));
    }

    [Fact]
    public void ProcessesAreMeasuredByTheSameClock()
    {
        using PowerShellSession session = new();
        ParallelismResult result = Assert.Single(Results<ParallelismResult>(session, "Measure-Parallelism -WorkerCount 2 -DurationSeconds 0.1 -Mode Process"));
        Assert.Equal(["Worker1", "Worker2"], result.Gantt.Select(g => g.Lane).Distinct());
        Assert.All(result.Gantt, g => Assert.InRange(g.End, g.Start, result.Elapsed.TotalSeconds + 0.001));
    }

    [Fact]
    public void WaitsOverlapOnOneProcessor()
    {
        using PowerShellSession session = new();
        ParallelismResult[] results = Results<ParallelismResult>(session, "Measure-Parallelism Io -WorkerCount 3 -DurationSeconds 0.3 -Mode Serial, Runspace -ProcessorAffinity 1");
        Assert.Equal([ParallelismVerdict.Serial, ParallelismVerdict.Concurrent], results.Select(r => r.Verdict));
        Assert.True(results[1].MaxSimultaneous > 1);
    }

    [Theory]
    [InlineData("Measure-Parallelism ScriptBlock", "InvalidArgument")]
    [InlineData("Measure-Parallelism -ScriptBlock { throw 'no' } -Mode Runspace", "ScriptFailed")]
    [InlineData("Measure-Parallelism -ScriptBlock { throw 'no' } -Mode Process", "ScriptFailed")]
    [InlineData("Measure-Parallelism -Mode Serial -ProcessorAffinity 0x4000000000000000", "InvalidArgument")]
    public void WhatCanNotBeMeasuredIsAnError(string command, string errorId)
    {
        using PowerShellSession session = new();
        session.Fails(errorId, command);
    }

    [Fact]
    public void AProcessChangesNothingOutside()
    {
        using PowerShellSession session = new();
        IsolationResult[] results = Results<IsolationResult>(session, "Test-ProcessIsolation");
        Assert.Equal(7, results.Length);
        Assert.All(results, r => Assert.True(r.IsIsolated));
        Assert.All(results, r => Assert.NotEqual(r.Before, r.InChild));
    }

    [Fact]
    public void ARunspaceSharesWhatIsTheProcesss()
    {
        using PowerShellSession session = new();
        string folder = Environment.CurrentDirectory;
        IsolationResult[] results = Results<IsolationResult>(session, "Test-ProcessIsolation -Mode Runspace");
        Assert.Equal(["Environment", "ProcessFolder", "RuntimeData", "Argument"], results.Where(r => !r.IsIsolated).Select(r => r.Scope));
        Assert.Equal(folder, Environment.CurrentDirectory);
        Assert.Empty(session.Run("(Get-Command -Name IsolationProbe* -CommandType Function)"));
    }
}
