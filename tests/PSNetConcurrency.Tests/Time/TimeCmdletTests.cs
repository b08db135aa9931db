using System.Management.Automation;

namespace PSNetConcurrency.Tests.Time;

/// <summary>The time cmdlets through the engine: binding, pipelines, errors. What they compute is tried in the engine's own tests.</summary>
public sealed class TimeCmdletTests : IDisposable
{
    private readonly PowerShellSession _session = new();

    public void Dispose()
    {
        _session.Run("Get-NetListener | Stop-NetListener");
        _session.Dispose();
    }

    [Fact]
    public void Servers_of_every_protocol_bind_to_the_client_by_property_name()
    {
        PSObject[] times = [.. _session.Run("$all = Start-TimeServer -Protocol All -Offset 1h -Name Clock; $all | Get-NetworkTime -TimeoutSeconds 30")];
        Assert.Equal(["Daytime Tcp", "Daytime Udp", "Ntp Udp", "Time Tcp", "Time Udp"], times.Select(t => $"{t.Properties["Protocol"].Value} {t.Properties["Transport"].Value}").Order());
        Assert.All(times, t => Assert.True((bool)t.Properties["IsUsable"].Value));
        Assert.All(times, t => Assert.InRange(((TimeSpan)t.Properties["Offset"].Value).TotalMinutes, 59.9, 60.1));
        Assert.Equal(5, _session.Run("Get-NetListener -Name Clock").Count);
        Assert.Equal([TimeSpan.FromHours(1)], _session.Run("$all | ForEach-Object Offset").Select(o => o.BaseObject).Distinct());
    }

    [Fact]
    public void A_liar_is_convicted_and_never_the_standard()
    {
        _session.Run("$s = 1..3 | ForEach-Object { Start-TimeServer }; $s += Start-TimeServer -Offset 5 -Stratum 1; $liar = $s[3].Port");
        Assert.Equal("3 True 1 0.75", _session.One("$c = $s | Measure-ClockOffset -MinimumSource 3; \"$($c.Survivor.Length) $($c.Falseticker[0].Port -eq $liar) $($c.Falseticker.Length) $($c.Agreement)\"").BaseObject);
        Assert.Equal("True True", _session.One("$r = $s | Select-TimeReference -Lowest Stratum; \"$($r.Port -ne $liar) $($r.RejectedPick.Port -eq $liar)\"").BaseObject);
        // What was told is judged again, not asked again: its servers are gone.
        _session.Run("$t = $s | Get-NetworkTime; $s | Stop-NetListener");
        Assert.Equal(["Rfc5905", "Marzullo", "Median"], _session.Run("'Rfc5905', 'Marzullo', 'Median' | ForEach-Object { ($t | Measure-ClockOffset -Algorithm $_).Algorithm }").Select(o => $"{o}"));
        Assert.Equal(true, _session.One("$t | Test-ClockOffset -MaximumOffset 100ms -Quiet").BaseObject);
        Assert.Equal("True True", _session.One("$x = 1..20 | ForEach-Object { $t | Select-TimeReference -Random -Seed $_ }; \"$($x.Port -notcontains $liar) $($x.RejectedPick.Port -contains $liar)\"").BaseObject);
    }

    [Fact]
    public void A_test_without_an_answer_is_false_and_says_why()
    {
        PSObject test = _session.One("Start-TimeServer -KissCode DENY | Test-ClockOffset -MaximumOffset 1");
        Assert.Equal((false, false), (test.Properties["IsWithin"].Value, test.Properties["IsCertain"].Value));
        Assert.Contains("NotEnoughSources: 0 of 1 time servers", (string)test.Properties["Problem"].Value, StringComparison.Ordinal);
        Assert.Contains("KissOfDeath", (string)test.Properties["Problem"].Value, StringComparison.Ordinal);
        Assert.Equal(false, _session.One("Start-TimeServer -Offset -2 | Test-ClockOffset -MaximumOffset 1.5s -Quiet").BaseObject);
    }

    [Theory]
    [InlineData("NoMajority", "(Start-TimeServer), (Start-TimeServer -Offset 9) | Measure-ClockOffset")]
    [InlineData("NoMajority", "(Start-TimeServer), (Start-TimeServer -Offset 9) | Select-TimeReference -Random")]
    [InlineData("NotEnoughSources", "Start-TimeServer | Measure-ClockOffset -MinimumSource 2")]
    [InlineData("InvalidArgument", "Start-TimeServer | Test-ClockOffset -MaximumOffset -1")]
    [InlineData("InvalidArgument", "Start-TimeServer | Select-TimeReference -Random -Lowest Stratum")]
    [InlineData("InvalidArgument", "Start-TimeServer | Select-TimeReference -Seed 1")]
    [InlineData("InvalidArgument", "Start-TimeServer -Protocol Time -KissCode RATE")]
    [InlineData("InvalidArgument", "Start-TimeServer -Protocol All -Port 12345")]
    [InlineData("InvalidArgument", "Start-TimeServer -ReferenceId 'too long'")]
    [InlineData("InvalidArgument", "Start-TimeServer -Offset 30000d")]
    [InlineData("ParameterArgumentTransformationError", "Start-TimeServer -Offset soon")]
    [InlineData("PortInUse", "Start-TimeServer -Port (Start-TimeServer).Port")]
    public void Mistakes_are_explained(string errorId, string script) => _session.Fails(errorId, script);

    [Theory]
    [InlineData("250ms", 0.25)]
    [InlineData("100us", 0.0001)]
    [InlineData("2s", 2)]
    [InlineData("3d", 259200)]
    [InlineData("-1.5", -1.5)]
    [InlineData("2min", 120)]
    [InlineData("1h", 3600)]
    [InlineData("00:00:30", 30)]
    [InlineData("3", 3)]
    public void Durations_are_seconds_or_words(string text, double seconds) =>
        Assert.Equal(seconds, ((TimeSpan)_session.One($"(Start-TimeServer -Offset {text}).Offset").BaseObject).TotalSeconds);

    [Fact]
    public void The_hardware_clock_is_told_or_the_reason_why_not()
    {
        if (Directory.Exists("/sys/class/rtc") && Directory.EnumerateDirectories("/sys/class/rtc").Any())
        {
            Assert.NotNull(_session.One("Get-HardwareClock").Properties["Source"].Value);
        }
        else
        {
            _session.Fails("NotSupportedHere", "Get-HardwareClock -Compare");
        }
    }
}
