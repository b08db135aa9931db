using System.Globalization;
using System.Management.Automation;

namespace PSNetConcurrency.Tests.Scheduling;

/// <summary>The scheduling cmdlets as scripts use them; what the engine does is tested without PowerShell.</summary>
public sealed class SchedulerTests : IDisposable
{
    private readonly PowerShellSession _session = new();

    public void Dispose() => _session.Dispose();

    // The module is known at run time only.
    private dynamic Result(string script) => _session.One(script).BaseObject;

    private string Text(string script) => (string)_session.One(script).BaseObject;

    [Theory]
    [InlineData("24, 3, 3 | Invoke-SchedulerSimulation -Policy FCFS")]
    [InlineData("Invoke-SchedulerSimulation 24, 3, 3 FCFS")]
    [InlineData("24, 3, 3 | New-SchedulerJob | Invoke-SchedulerSimulation -Policy FCFS")]
    [InlineData("@{ Burst = 24 }, @{ runtime = 3 }, @{ Length = '3' } | Invoke-SchedulerSimulation -Policy FCFS")]
    [InlineData("Invoke-SchedulerSimulation -Policy FCFS -Job ([pscustomobject]@{ BurstTime = '24.0'; Priority = ''; Other = 'x' }, [pscustomobject]@{ ServiceTime = 3 }, [pscustomobject]@{ Program = 'c3' })")]
    public void Jobs_come_in_many_forms(string script)
    {
        dynamic result = Result(script);
        Assert.Equal((17.0, "P1 P2 P3"), ((double)result.AverageWaiting, string.Join(' ', ((dynamic[])result.Job).Select(j => (string)j.Name))));
    }

    [Fact]
    public void Rows_of_a_table_are_read_with_a_point_in_every_culture()
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            string row = "[pscustomobject]@{ Name = 'a'; ArrivalTime = '0.5'; BurstTime = '2.5'; Priority = '3'; Tickets = '7'; IoEvery = '1.25'; IoTime = '0.1'; Program = '' }";
            dynamic job = Result($"{row} | New-SchedulerJob");
            Assert.Equal(("a", .5, 2.5, 3, 7, 1.25, .1), ((string)job.Name, (double)job.ArrivalTime, (double)job.BurstTime, (int)job.Priority, (int)job.Ticket, (double)job.IoEvery, (double)job.IoTime));
            dynamic result = Result($"{row} | Invoke-SchedulerSimulation -Policy MLFQ").Job[0];
            Assert.Equal(("a", .5, 3.1), ((string)result.Name, (double)result.FirstRun, (double)result.Completion));
            dynamic empty = Result("[pscustomobject]@{ BurstTime = '1'; Ticket = ''; IoTime = '' } | New-SchedulerJob");
            Assert.Equal((100, 5.0), ((int)empty.Ticket, (double)empty.IoTime));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Every_parameter_reaches_the_simulation()
    {
        dynamic result = Result("Invoke-SchedulerSimulation @{ Burst = 6; IoEvery = 2; IoTime = 1 }, @{ Burst = 9 } -Policy MLFQ -QuantumList 2, 4 -AllotmentList 2, 1 -BoostInterval 10 -StayOnIo -IoBump -ContextSwitchCost 0.5 -ProcessorCount 1 -Compatibility Ostep -Trace");
        Assert.Equal(["MLFQ", "Ostep"], [(string)result.Policy.ToString(), (string)result.Compatibility.ToString()]);
        Assert.Equal([2.0, 4.0], (double[])result.Quantum);
        Assert.Contains((dynamic[])result.Trace, e => (string)e.Event.ToString() == "Boosted");
        Assert.Contains((dynamic[])result.Gantt, g => (bool)g.IsOverhead);
        Assert.True((bool)Result("Invoke-SchedulerSimulation 3, 3 RoundRobin -GanttLimit 2").GanttOmitted);
        Assert.Equal(5L, (long)Result("Invoke-SchedulerSimulation 3, 3 RoundRobin -Quantum 1").ContextSwitch);
        Assert.Equal("P2 P1 P1", Text("(Invoke-SchedulerSimulation 2, 1 Lottery -RandomNumber 150, 1, 1 -Trace).Trace.Where{ $_.Event -eq 'Dispatched' }.Job -join ' '"));
        Assert.Equal(5L, (long)Result("Invoke-SchedulerSimulation 2, 1 Lottery -Seed 5").Seed);
        Assert.Equal(0L, (long)Result("Invoke-SchedulerSimulation 2, 1 Lottery -Compatibility Ostep").Seed);
    }

    [Theory]
    [InlineData("Invoke-SchedulerSimulation @() FCFS", "NoJob", "New-SchedulerJob")]
    [InlineData("New-SchedulerJob -Name x -BurstTime -1", "JobTimeInvalid", "job x is -1")]
    [InlineData("Invoke-SchedulerSimulation 1, ([double]::NaN) FCFS", "JobTimeInvalid", "job P2 is NaN")]
    [InlineData("@{ Name = 'a'; Burst = 1 }, @{ Name = 'A'; Burst = 1 } | Compare-SchedulerPolicy", "DuplicateJobName", "called A")]
    [InlineData("@{ Name = 'a'; Burst = 'soon' } | Compare-SchedulerPolicy", "JobInvalid", "BurstTime of job a is 'soon'")]
    [InlineData("@{ Burst = 1; Priority = 1.5 } | Compare-SchedulerPolicy", "JobInvalid", "Priority of job P1 is 1.5")]
    [InlineData("@{ Burst = 1; Colour = 'red' } | Compare-SchedulerPolicy", "JobInvalid", "'Colour'")]
    [InlineData("[pscustomobject]@{ Name = 'a' } | Compare-SchedulerPolicy", "JobInvalid", "neither")]
    [InlineData("'mail' | Compare-SchedulerPolicy", "JobInvalid", "neither")]
    [InlineData("[pscustomobject]@{ Name = 'a'; BurstTime = '5,5' } | Invoke-SchedulerSimulation -Policy FCFS", "JobInvalid", "BurstTime of job a is '5,5', which is no number. Numbers are read with a point")]
    [InlineData("@{ Name = 'a'; BurstTime = 1; ArrivalTime = '2kb' } | Invoke-SchedulerSimulation -Policy FCFS", "JobInvalid", "ArrivalTime of job a is '2kb'")]
    [InlineData("@{ Name = 'a'; BurstTime = 1; Priority = '0x10' } | Invoke-SchedulerSimulation -Policy FCFS", "JobInvalid", "Priority of job a is '0x10'")]
    [InlineData("'5d' | Invoke-SchedulerSimulation -Policy FCFS", "JobInvalid", "Job P1 is '5d', which is no number, and has neither")]
    [InlineData("New-SchedulerJob -BurstTime '2,5'", "ParameterArgumentTransformationError", "'2,5' is no number. Numbers are read with a point")]
    [InlineData("[pscustomobject]@{ Name = 'a'; BurstTime = '1'; IoTime = '5,5' } | New-SchedulerJob", "ParameterArgumentTransformationError", "'5,5' is no number")]
    [InlineData("'5,5' | New-SchedulerJob", "ParameterArgumentTransformationError", "'5,5' is no number")]
    [InlineData("'c7,i,c1' | New-SchedulerJob", "ParameterArgumentTransformationError", "'c7,i,c1' is no number")]
    [InlineData("New-SchedulerJob -Name x -Program 'c7,?'", "ProgramInvalid", "character 4")]
    [InlineData("Invoke-SchedulerSimulation 1 RoundRobin -Quantum 0", "QuantumInvalid", "quantum is 0")]
    [InlineData("Invoke-SchedulerSimulation 1 MLFQ -QueueCount 3 -QuantumList 1, 2", "QueueMismatch", "-QueueCount says 3, -QuantumList has 2")]
    [InlineData("Invoke-SchedulerSimulation @{ Burst = 1; Ticket = 0 } Stride", "TicketInvalid", "0 tickets")]
    [InlineData("Invoke-SchedulerSimulation 5 Lottery -RandomNumber 1, 2", "RandomNumberExhausted", "2 random numbers")]
    [InlineData("Invoke-SchedulerSimulation 9e18, 9e18 FCFS", "SimulationOverflow", "more than 18 digits")]
    public void Bad_input_is_a_clear_error(string script, string errorId, string words)
    {
        ErrorRecord error = _session.Fails(errorId, script);
        Assert.Contains(words, error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_is_no_number_does_not_end_the_jobs_behind_it()
    {
        Assert.Equal([2.0, 3.5], _session.Invoke("'2', '5,5', '3.5' | New-SchedulerJob | ForEach-Object BurstTime").Select(o => (double)o.BaseObject));
        Assert.Contains("'5,5'", Assert.Single(_session.Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Policies_are_compared_and_the_convoy_is_told()
    {
        dynamic[] rows = [.. _session.Run("24, 3, 3 | Compare-SchedulerPolicy -Quantum 4 -Seed 1").Select(o => (dynamic)o.BaseObject)];
        Assert.Equal(10, rows.Length);
        Assert.Equal(["SJF", "SRTF"], rows.Where(r => (bool)r.IsBest).Select(r => (string)r.Policy.ToString()));
        Assert.StartsWith("Convoy: 2 jobs waited behind P1", (string)rows[0].Note, StringComparison.Ordinal);
        Assert.Equal((double)rows[0].AverageWaiting, (double)rows[0].Result.AverageWaiting);
    }

    [Fact]
    public void Ctrl_c_ends_a_simulation_that_would_take_for_ever()
    {
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = _session.Runspace;
        shell.AddScript("1e15, 1e15 | Invoke-SchedulerSimulation -Policy RoundRobin -GanttLimit 0");
        IAsyncResult run = shell.BeginInvoke();
        shell.Stop();
        Assert.True(run.AsyncWaitHandle.WaitOne(TimeSpan.FromSeconds(30)));
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
    }
}
