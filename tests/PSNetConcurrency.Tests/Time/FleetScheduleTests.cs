using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Tests.Processes;

namespace PSNetConcurrency.Tests.Time;

public sealed class FleetScheduleTests : IDisposable
{
    private readonly PowerShellSession _session = new();

    public void Dispose()
    {
        _session.Run("Get-FleetSchedule | Stop-FleetSchedule; Get-NetListener | Stop-NetListener -Force");
        _session.Dispose();
    }

    [Fact]
    public void Processes_with_wrong_clocks_fire_by_a_time_server_and_bring_back_what_the_script_wrote()
    {
        PSObject[] runs = [.. _session.Run("""
            $server = Start-TimeServer -Port 0 -Offset 20
            $word = 'from here'
            $other = @{ Kept = [int64]7 }
            Start-FleetSchedule local:00:30:00, local:-00:00:02 -Reference $server -At ([DateTimeOffset]::Now.AddSeconds(26)) -ArgumentList 'one', 2 -Wait {
                param($first, $second)
                [DateTime]::UtcNow.Ticks
                "$first $($second + 1) $using:word"
                $using:other
                "$(@($input).Count)$_"
                [Console]::WriteLine('aside')
                No-SuchCommand
                'gone on'
                throw 'the end'
            }
            """)];
        Assert.Equal(["local:-00:00:02", "local:00:30:00"], runs.Select(r => (string)r.Properties["Node"].Value).Order());
        foreach (dynamic run in runs)
        {
            // Under load it may be late.
            Assert.Equal("Failed", run.State.ToString());
            Assert.Contains("the end", (string)run.Problem, StringComparison.Ordinal);
            object[] output = run.Output;
            Assert.Equal("one 3 from here", output[1]);
            Assert.Equal(7L, ((System.Collections.Hashtable)((PSObject)output[2]).BaseObject)["Kept"]);
            Assert.Equal(["0", "gone on"], output[3..]);
            Assert.Contains("No-SuchCommand", Assert.Single((object[])run.Error).ToString(), StringComparison.Ordinal);
            Assert.True(((TimeSpan?)run.Duration) > TimeSpan.Zero);
            TimeSpan skew = run.Skew, error = run.ClockError, offset = run.ClockOffset;
            Assert.True(skew >= TimeSpan.Zero);
            TimeSpan expected = TimeSpan.FromSeconds(20) - (run.Node == "local:00:30:00" ? TimeSpan.FromMinutes(30) : TimeSpan.FromSeconds(-2));
            Assert.InRange(offset - expected, -error - TimeSpan.FromMilliseconds(1), error + TimeSpan.FromMilliseconds(1));
            DateTimeOffset began = new(new DateTime((long)output[0], DateTimeKind.Utc).AddSeconds(20)), fired = run.Fired;
            Assert.True(began >= fired - error - TimeSpan.FromMilliseconds(1));
        }
        // The children are the schedule's own.
        Assert.Empty(_session.Run("Get-ChildProcess; Get-FleetSchedule"));
    }

    [Fact]
    public void A_schedule_runs_in_the_background_until_it_is_stopped()
    {
        dynamic schedule = _session.One("Start-FleetSchedule local, local:01:00:00 { 'work' } -Cron '0 3 * * *' -TimeZone Europe/Berlin -Name Nightly");
        Assert.Equal(("Nightly", "Running", "0 3 * * *", 0), (schedule.Name, schedule.State.ToString(), schedule.Expression, schedule.RunCount));
        Assert.Equal(3, ((DateTimeOffset)schedule.NextOccurrence).Hour);
        Assert.Equal("Nightly", _session.One("Get-FleetSchedule night*").Properties["Name"].Value);
        Assert.Empty(_session.Run("Get-FleetSchedule Nightly | Receive-FleetRun"));
        _session.Fails("InvalidArgument", "Start-FleetSchedule local { 1 } -Cron '@daily' -Name nightly");
        Assert.Equal("Stopped", ((dynamic)_session.One("Stop-FleetSchedule Nightly -PassThru")).State.ToString());
        Assert.Empty(_session.Run("Receive-FleetRun Nightly -Wait"));
    }

    [Fact]
    public void A_node_that_can_not_be_started_is_a_result()
    {
        dynamic run = _session.One("Start-FleetSchedule (New-FleetNode gone -Via no-such-launcher) { 1 } -At ([DateTimeOffset]::Now.AddSeconds(1)) -Wait");
        Assert.Equal(("gone", "Unreachable"), (run.Node, run.State.ToString()));
        Assert.Contains("no-such-launcher", (string)run.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Ctrl_c_ends_a_wait_and_the_schedule()
    {
        _session.Interrupt("Start-FleetSchedule local { 1 } -Cron '@yearly' -Wait -Name Waited", () => _session.Runspace.RunspaceAvailability == System.Management.Automation.Runspaces.RunspaceAvailability.Busy);
        ChildSession.WaitUntil(() => _session.Run("Get-FleetSchedule").Count == 0, "The schedule is still there.");
        _session.Interrupt("Wait-ClockTime ([DateTimeOffset]::Now.AddHours(1))", () => _session.Runspace.RunspaceAvailability == System.Management.Automation.Runspaces.RunspaceAvailability.Busy);
    }

    [Theory]
    [InlineData("InvalidSchedule", "Start-FleetSchedule local { } -Cron 'x'")]
    [InlineData("InvalidSchedule", "Start-FleetSchedule local { } -OnCalendar '25:00'")]
    [InlineData("InvalidSchedule", "Start-FleetSchedule local { } -Every 0")]
    [InlineData("ScheduleNeverElapses", "Start-FleetSchedule local { } -At 2001-01-01")]
    [InlineData("ScheduleNeverElapses", "Get-ScheduleOccurrence '0 0 30 2 *'")]
    [InlineData("TimeZoneNotFound", "Get-ScheduleOccurrence '@daily' -TimeZone Europe/Nowhere")]
    [InlineData("InvalidArgument", "Start-FleetSchedule local, LOCAL { } -Cron '@daily'")]
    [InlineData("InvalidArgument", "Start-FleetSchedule local { } -Cron '@daily' -Random")]
    [InlineData("InvalidArgument", "Start-FleetSchedule local { } -Cron '@daily' -Reference 'a:b'")]
    [InlineData("InvalidArgument", "Start-FleetSchedule local { } -Cron '@daily' -Persistent")]
    [InlineData("InvalidArgument", "Start-FleetSchedule local { $using:unheardOf } -Cron '@daily'")]
    [InlineData("ArgumentNotSerializable", "Start-FleetSchedule local { } -Cron '@daily' -ArgumentList { 1 }")]
    [InlineData("ParameterArgumentTransformationError", "Start-FleetSchedule '-oProxyCommand=x' { } -Cron '@daily'")]
    [InlineData("ParameterArgumentTransformationError", "Start-FleetSchedule local:soon { } -Cron '@daily'")]
    [InlineData("InvalidArgument", "@() | Start-FleetSchedule -ScriptBlock { } -Every 5 -Wait")]
    [InlineData("HandleNotFound", "Stop-FleetSchedule none")]
    [InlineData("InstantMissed", "Wait-ClockTime 2001-01-01")]
    [InlineData("TimedOut", "Wait-ClockTime 2199-01-01 -TimeoutSeconds 1")]
    [InlineData("ScheduleNotExpressible", "Export-FleetSchedule -Cron '30 0 3 * * *' -Format Crontab -Command true")]
    [InlineData("InvalidArgument", "Export-FleetSchedule -Cron '@daily' -Format Crontab")]
    [InlineData("InvalidArgument", "Export-FleetSchedule -Cron '@daily' -Format Crontab -ScriptBlock { $using:x }")]
    public void What_is_wrong_is_one_error_with_an_id_of_its_own(string errorId, string script) => Assert.NotNull(_session.Fails(errorId, script).TargetObject ?? script);

    [Fact]
    public void Occurrences_come_by_pipeline_and_one_that_is_none_does_not_end_the_others()
    {
        Assert.Equal(["2026-01-11 03:00", "2026-01-10 12:30"], _session.Invoke("'0 3 * * *', 'x', '*/30 * * * *' | Get-ScheduleOccurrence -From 2026-01-10T12:20Z -TimeZone UTC | ForEach-Object { $_.ToString('yyyy-MM-dd HH:mm') }").Texts());
        Assert.StartsWith("InvalidSchedule,", Assert.Single(_session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void A_schedule_that_runs_can_be_written_for_systemd()
    {
        string[] files = _session.Run("Start-FleetSchedule local { 1 } -OnCalendar 'Mon *-*-* 10:00' -TimeZone Europe/Berlin -Name weekly -SplaySeconds 5 | Export-FleetSchedule -Format SystemdTimer -Command /bin/true | ForEach-Object { $_.FileName; $_.Content }").Texts();
        Assert.Equal("weekly.timer", files[0]);
        Assert.Contains("OnCalendar=Mon *-*-* 10:00 Europe/Berlin\n", files[1], StringComparison.Ordinal);
        Assert.Contains("RandomizedDelaySec=5000ms\n", files[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Schedules_whose_names_differ_in_what_files_can_not_have_are_written_into_files_of_their_own() =>
        Assert.Equal(["a_b.timer", "a_b.service", "a_b-2.timer", "a_b-2.service", "A_B-3.timer", "A_B-3.service"],
            _session.Run("'a b', 'a/b', 'A_B' | ForEach-Object { Start-FleetSchedule local { 1 } -Cron '@yearly' -Name $_ } | Export-FleetSchedule -Format SystemdTimer -Command /bin/true | ForEach-Object FileName").Texts());

    [Fact]
    public void The_first_wait_for_a_time_that_is_over_says_so_as_the_second()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("th-TH");
            Assert.All(new[] { 1, 2 }, _ =>
            {
                string message = _session.Fails("InstantMissed", "Wait-ClockTime 2001-02-03T04:05:06Z").Exception.Message;
                Assert.StartsWith("2001-02-03 04:05:06.000 +00:00 was reached", message, StringComparison.Ordinal);
                Assert.EndsWith("It was over before.", message, StringComparison.Ordinal);
            });
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void A_wait_goes_by_a_time_server()
    {
        dynamic result = _session.One("""
            $server = Start-TimeServer -Port 0 -Offset -3600
            $at = [DateTimeOffset]::Now.AddSeconds(-3599.5)
            Wait-ClockTime $at -Reference $server -ToleranceMilliseconds 60000
            """);
        Assert.True((TimeSpan)result.Skew >= TimeSpan.Zero);
        Assert.InRange((TimeSpan)result.ClockOffset, TimeSpan.FromSeconds(-3600.5), TimeSpan.FromSeconds(-3599.5));
    }
}
