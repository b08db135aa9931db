using System.Collections.ObjectModel;
using System.Management.Automation;
using PSNetConcurrency.Tests.Judges;

namespace PSNetConcurrency.Tests.Examples;

/// <summary>The scripts of examples/, each in the way it can be tried on one machine. Two of them use CSV cmdlets, which this engine lacks and gets.</summary>
public sealed class ExampleScriptTests : ExampleSession
{
    [Fact]
    public void A_folder_is_copied_verified_and_moved()
    {
        string source = Write("photos/a.txt", "one");
        Write("photos/more/b.txt", "two");
        Write("photos/empty.txt", "");

        Collection<PSObject> files = Script("Copy-VerifiedFolder.ps1", $"'{Folder}/photos' -Local -Destination '{Folder}/copy'", exitCode: 0);
        Assert.All(files.Where(f => !((dynamic)f).IsFolder), f => Assert.True((bool)((dynamic)f).Verified));
        Assert.Equal("two", File.ReadAllText(Path.Combine(Folder, "copy", "photos", "more", "b.txt")));
        Assert.True(File.Exists(source));

        Script("Copy-VerifiedFolder.ps1", $"'{Folder}/photos' -Local -Destination '{Folder}/moved' -RemoveSource", exitCode: 0);
        Assert.Equal("one", File.ReadAllText(Path.Combine(Folder, "moved", "photos", "a.txt")));
        Assert.Empty(Directory.GetFiles(Path.Combine(Folder, "photos"), "*", SearchOption.AllDirectories));

        // Of a sampled copy nobody knows that it is whole.
        source = Write("photos/a.txt", "one");
        Assert.Contains("-Verify Full", Assert.Throws<RuntimeException>(() => Script("Copy-VerifiedFolder.ps1", $"'{Folder}/photos' -Local -Destination '{Folder}/sampled' -RemoveSource -Verify Sample")).Message, StringComparison.Ordinal);
        Assert.True(File.Exists(source));
        Assert.False(Directory.Exists(Path.Combine(Folder, "sampled")));
    }

    [Fact]
    public async Task A_folder_goes_from_a_sender_to_a_receiver_that_know_one_secret()
    {
        Write("photos/a.txt", "one");
        int port = (int)Shell.One("Get-AvailablePort").BaseObject;
        using PowerShellSession receiver = new();
        const string secret = "$secret = [securestring]::new(); 'open sesame'.ToCharArray().ForEach{ $secret.AppendChar($_) }; ";
        Task<Collection<PSObject>> received = Task.Run(() => receiver.Run($"{secret} & '{PathOf("Copy-VerifiedFolder.ps1")}' -Receive -Destination '{Folder}/inbox' -Port {port} -IdleSeconds 0.2 -SharedSecret $secret"));
        // The receiver prints its thumbprint for a person; a certificate is shown to whoever connects.
        string thumbprint = (string)Shell.One(
            $"$null = Wait-TcpPort 127.0.0.1 {port} -TimeoutSeconds 30; $s = New-TcpSession 127.0.0.1 {port} -SkipCertificateCheck; $s.CertificateThumbprint; $s | Remove-TcpSession").BaseObject;
        Collection<PSObject> sent = Shell.Run($"{secret} & '{PathOf("Copy-VerifiedFolder.ps1")}' '{Folder}/photos' 127.0.0.1 {port} -SharedSecret $secret -CertificateThumbprint {thumbprint}");
        Assert.Contains(sent, f => ((dynamic)f).Name == "photos/a.txt" && ((dynamic)f).Verified);
        Assert.Contains(await received.WaitAsync(TimeSpan.FromSeconds(30)), m => $"{m}".StartsWith("photos/a.txt, 3 bytes, verified", StringComparison.Ordinal));
        Assert.Equal("one", File.ReadAllText(Path.Combine(Folder, "inbox", "photos", "a.txt")));
    }

    [Fact]
    public void A_link_that_loses_is_watched_drawn_and_judged()
    {
        string chart = Path.Combine(Folder, "loss.svg");
        // All is lost, so that nothing here is by chance.
        Collection<PSObject> rows = Script(
            "Watch-LinkLoss.ps1", $"$link.ComputerName $link.Port -DurationSeconds 0.1 -SampleSeconds 0.1 -IntervalMilliseconds 10 -MaximumLossPercent 50 -SvgPath '{chart}'", exitCode: 1,
            before: "$link = Start-UdpEchoServer | Start-UdpFaultProxy -LossRate 1");
        dynamic row = Assert.Single(rows);
        Assert.Equal((10L, 10L, 100.0), ((long)row.Sent, (long)row.Lost, (double)row.LossPercent));
        Assert.EndsWith("▶", (string)row.Chart, StringComparison.Ordinal);
        Assert.Contains("10 of 10 lost", System.Xml.Linq.XDocument.Load(chart).Root!.Value, StringComparison.Ordinal);

        row = Script("Watch-LinkLoss.ps1", "-Local -DurationSeconds 0.1 -SampleSeconds 0.1", exitCode: 0)[0];
        Assert.Equal(5L, (long)row.Sent);
    }

    [Fact]
    public void A_command_runs_on_many_hosts_and_each_has_its_state()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        Collection<PSObject> rows = Script(
            "Invoke-HostCommand.ps1", "-Local -TimeoutSeconds 2 -Command 'case $HOSTNAME in trial07) echo no such unit >&2; exit 3;; trial13) sleep 60;; *) echo I am $HOSTNAME;; esac'", exitCode: 2);
        Assert.Equal(20, rows.Count);
        Assert.All(rows, row =>
        {
            dynamic host = row;
            (string State, string Output) expected = (string)host.ComputerName switch
            {
                "trial07" => ("Failed", "no such unit"),
                "trial13" => ("TimedOut", ""),
                string name => ("Completed", $"I am {name}"),
            };
            Assert.Equal(expected, ((string)host.State, (string)host.Output));
        });
        Assert.Equal(3, rows.Select(r => (dynamic)r).Single(r => r.ComputerName == "trial07").ExitCode);

        // Another launcher, and a host whose port is closed.
        rows = Script("Invoke-HostCommand.ps1", "127.0.0.1, localhost -Port $port -Via echo -Command 'whoami'", exitCode: 2, before: "$port = Get-AvailablePort");
        Assert.All(rows, row => Assert.Equal("Unreachable", ((dynamic)row).State));
        dynamic echoed = Assert.Single(Script("Invoke-HostCommand.ps1", "127.0.0.1 -Port 0 -Via echo, to -Command 'whoami'", exitCode: 0));
        Assert.Equal("to 127.0.0.1 whoami", (string)echoed.Output);
    }

    [Fact]
    public void A_clock_audit_names_the_liar_and_ends_as_a_monitor_wants()
    {
        Collection<PSObject> rows = Script("Test-Clock.ps1", "-Local -MaximumOffset 10s", exitCode: 1);
        // On a busy machine an answer may scatter so that its server is an outlier.
        string[] verdicts = [.. rows.Select(r => (string)((dynamic)r).Verdict).Select(v => v == "Outlier" ? "Agrees" : v)];
        Assert.Equal(["Agrees", "Agrees", "Falseticker", "Reference", "Unusable"], verdicts.Order(StringComparer.Ordinal));
        Assert.Equal(90.0, rows.Select(r => (dynamic)r).Single(r => r.Verdict == "Falseticker").Offset.TotalSeconds, 1.0);

        dynamic row = Assert.Single(Script("Test-Clock.ps1", "127.0.0.1 -Port $port -MaximumOffset 1s", exitCode: 2, before: "$port = (Start-TimeServer -Offset 90s).Port"));
        Assert.Equal("Reference", (string)row.Verdict);
        row = Assert.Single(Script("Test-Clock.ps1", "127.0.0.1 -Port $port", exitCode: 3, before: "$port = Get-AvailablePort -Protocol Udp"));
        Assert.Equal("Unusable", (string)row.Verdict);
    }

    [Fact]
    public void Policies_are_compared_from_a_csv_file_and_drawn()
    {
        Collection<PSObject> rows = Script("Compare-JobSchedule.ps1", $"-Policy FCFS, SRTF -OutputPath '{Folder}/chart.svg'");
        Assert.Equal(["FCFS", "SRTF"], rows.Select(r => $"{((dynamic)r).Policy}"));
        Assert.True((bool)((dynamic)rows[1]).IsBest);
        Assert.Contains("backup", (string)((dynamic)rows[0]).Note, StringComparison.Ordinal);
        Assert.All(["FCFS", "SRTF"], policy => Assert.Contains(policy, System.Xml.Linq.XDocument.Load(Path.Combine(Folder, $"chart-{policy}.svg")).Root!.Value, StringComparison.Ordinal));

        Script("Compare-JobSchedule.ps1", $"-Policy FCFS, SRTF -OutputPath '{Folder}/chart.html'");
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(Path.Combine(Folder, "chart.html")), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_gate_opens_when_all_ports_are_open()
    {
        const string open = "$up = Start-TcpEchoServer; $down = Get-AvailablePort";
        Assert.All(Script("Wait-ServicePort.ps1", "\"127.0.0.1:$($up.Port)\", \"localhost:$($up.Port)\"", exitCode: 0, before: open), r => Assert.Equal("True", $"{((dynamic)r).Ready}"));
        Collection<PSObject> rows = Script("Wait-ServicePort.ps1", "\"127.0.0.1:$down\", $up.Port -TimeoutSeconds 0.1", exitCode: 1, before: open);
        Assert.Equal(["True", "False"], rows.Select(r => $"{((dynamic)r).Ready}"));

        // Nobody waits for those before: the first opens when the second has been found open.
        rows = Script("Wait-ServicePort.ps1", "\"127.0.0.1:$down\", $up.Port | ForEach-Object { if ($_.EndPoint -eq $up.Port) { $null = Start-TcpEchoServer -Port $down }; $_ }", exitCode: 0, before: open);
        Assert.Equal(["True", "True"], rows.Select(r => $"{((dynamic)r).Ready}"));
        Assert.Single(Script("Wait-ServicePort.ps1", "$down -Closed", exitCode: 0, before: open));
        Assert.Contains("no host:port", Assert.Throws<RuntimeException>(() => Script("Wait-ServicePort.ps1", "web:http")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_is_put_through_faults()
    {
        Collection<PSObject> rows = Script("Test-ClientResilience.ps1", "-Local -Drill Close, Refused -TimeoutSeconds 60", exitCode: 1);
        Assert.Equal(["Close Wrong", "Refused Failed"], rows.Select(r => $"{((dynamic)r).Drill} {((dynamic)r).Outcome}"));
    }

    [Fact]
    public void A_nightly_job_leaves_a_report()
    {
        string report = Path.Combine(Folder, "nightly.csv");
        Collection<PSObject> runs = Script("Start-NightlyJob.ps1", $"-Local {{ 'room enough' }} -StartSeconds 0.5 -ReportPath '{report}'");
        Assert.Equal(2, runs.Count);
        Assert.All(runs, r => Assert.Equal("room enough", $"{((dynamic)r).Output[0]}"));
        string[] lines = File.ReadAllLines(report);
        Assert.Equal(3, lines.Length);
        Assert.All(["local:00:10:00", "local:-00:00:02"], node => Assert.Contains(lines, l => l.StartsWith($"\"{node}\",", StringComparison.Ordinal) && l.EndsWith("\"room enough\"", StringComparison.Ordinal)));
    }

    [JudgeFact("python3")]
    public void The_programs_of_the_course_agree_with_ours()
    {
        Collection<PSObject> rows = Script("Compare-CourseProgram.ps1", "", exitCode: 0);
        Assert.Equal(7, rows.Count);
        Assert.All(rows, r => Assert.True((bool)((dynamic)r).Agrees, $"{((dynamic)r).Topic}"));
    }
}
