using System.Globalization;
using System.Management.Automation;
using System.Text.RegularExpressions;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>chronyd as our server and as our client, rdate as another, and tshark between.</summary>
public sealed partial class TimeJudgeTests : JudgeSession
{
    [JudgeFact("chronyd")]
    public void Chronyd_tells_the_time_and_is_understood()
    {
        int port = (int)Shell.One("Get-AvailablePort -Protocol Udp").BaseObject;
        string config = Path.Combine(Folder, "chrony.conf");
        File.WriteAllText(config, $"port {port}\nbindaddress 127.0.0.1\nallow 127.0.0.1\nlocal stratum 1\ncmdport 0\nbindcmdaddress /\npidfile {Folder}/pid\n");
        using JudgeProcess chronyd = Chronyd("-d", "-f", config);
        // It does not say when it listens; until then its port refuses.
        PSObject time = Shell.One("do { $t = Get-NetworkTime 127.0.0.1 $port -Count 4 } until ($t.IsUsable); $t", ("port", port));
        Assert.Equal((1, 4, "NoWarning"), (time.Properties["Stratum"].Value, time.Properties["Received"].Value, time.Properties["LeapIndicator"].Value.ToString()));
        // Both clocks are this machine's.
        Assert.InRange((TimeSpan)time.Properties["Offset"].Value, -(TimeSpan)time.Properties["RootDistance"].Value, (TimeSpan)time.Properties["RootDistance"].Value);
        Assert.Equal(true, Shell.One("$t | Test-ClockOffset -MaximumOffset 1 -Quiet").BaseObject);
    }

    [JudgeFact("chronyd")]
    public void Chronyd_takes_our_time_and_finds_our_liar()
    {
        // It knows a server by its address.
        string[] servers = [.. Shell.Run("""
            $s = 1..4 | ForEach-Object { Start-TimeServer -LocalAddress "127.0.0.$_" -Offset $(if ($_ -eq 4) { '90s' } else { '2s' }) }
            $s | ForEach-Object { "server $($_.ComputerName) port $($_.Port) iburst maxsamples 1" }
            """).Select(o => (string)o.BaseObject)];
        Assert.InRange(Wrong("minsources 1", servers[0]), 1.9, 2.1);
        Assert.InRange(Wrong("minsources 1", servers[3]), 89.9, 90.1);

        // A run that measures once can be over before the fourth has answered; one that stays compares all four.
        string socket = Path.Combine(Folder, "command");
        using JudgeProcess chronyd = Chronyd(["-d", "-f", "/dev/null", .. servers, "minsources 3", "cmdport 0", $"bindcmdaddress {socket}", $"pidfile {Folder}/daemon.pid"]);
        string states = "";
        Assert.True(SpinWait.SpinUntil(() => chronyd.HasExited || OneAgainstThree().IsMatch(states = States(socket)), JudgeProcess.Limit), $"The sources are '{states}'.");
        Assert.False(chronyd.HasExited, $"{chronyd.Output}{chronyd.Error}");
    }

    [JudgeFact("rdate")]
    public void Rdate_takes_our_time_over_udp_and_tcp()
    {
        int port = (int)Shell.One("$s = Start-TimeServer -Protocol Time -Offset 1h; $s[0].Port").BaseObject;
        // It tells the time to the second, and an hour ahead.
        Assert.InRange(AgeByRdate("-p", "-o", $"{port}", "127.0.0.1").TotalSeconds, -3601, -3500);
        Assert.InRange(AgeByRdate("-u", "-p", "-o", $"{port}", "127.0.0.1").TotalSeconds, -3601, -3500);
    }

    [JudgeFact("tshark")]
    public void Tshark_finds_nothing_malformed_in_a_request_and_its_answer()
    {
        int port = StartServer("Start-TimeServer -Stratum 1 -ReferenceId GPS");
        using JudgeProcess tshark = JudgeProcess.StartIn(Folder, "tshark", "-i", "lo", "-l", "-n", "-c", "2", "-f", $"udp port {port}", "-d", $"udp.port=={port},ntp", "-T", "fields", "-E", "separator=|",
            "-e", "ntp.flags", "-e", "ntp.stratum", "-e", "ntp.refid", "-e", "ntp.precision", "-e", "_ws.malformed", "-e", "_ws.expert.message");
        tshark.Error.WaitFor("Capture started");
        Shell.Run("$null = $s | Get-NetworkTime");
        string[] lines = [.. tshark.Succeeds().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        Assert.Equal(2, lines.Length);
        string[] request = lines[0].Split('|'), answer = lines[1].Split('|');
        Assert.Equal(("0x23", "", ""), (request[0], request[4], request[5]));
        Assert.Equal(("0x24", "1", "", ""), (answer[0], answer[1], answer[4], answer[5]));
        Assert.Contains("47505300", answer[2].Replace(":", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    // By how much chronyd, asking these servers, finds this machine's clock behind.
    private double Wrong(string rule, params string[] servers)
    {
        using JudgeProcess chronyd = Chronyd(["-Q", "-t", "30", "-f", "/dev/null", .. servers, rule, "cmdport 0", "bindcmdaddress /", $"pidfile {Folder}/client.pid"]);
        chronyd.CloseInput();
        Assert.Equal(0, chronyd.WaitForExit());
        return double.Parse(WrongBy().Match(chronyd.Output.Text + chronyd.Error.Text).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    // Without -x it would set the clock.
    private static JudgeProcess Chronyd(params string[] arguments) => JudgeProcess.Start("chronyd", ["-x", "-U", "-u", Environment.UserName, .. arguments]);

    // What a running chronyd holds of its sources, a letter each; nothing before it listens.
    private static string States(string socket)
    {
        using JudgeProcess chronyc = JudgeProcess.Start("chronyc", "-c", "-h", socket, "sources");
        chronyc.CloseInput();
        return chronyc.WaitForExit() == 0 ? string.Concat(chronyc.Output.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(',')[1])) : "";
    }

    // The one selected, others that agree or are good but not needed, and the falseticker.
    [GeneratedRegex("^(?=.*[*])[-+*]{3}x$")]
    private static partial Regex OneAgainstThree();

    [GeneratedRegex(@"wrong by (-?[\d.]+) seconds")]
    private static partial Regex WrongBy();
}
