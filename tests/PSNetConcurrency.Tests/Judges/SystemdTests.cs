using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Tests.Processes;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>systemd-analyze judges calendar expressions and the units that are written.</summary>
public sealed class SystemdTests : IDisposable
{
    private const int Iterations = 5;
    private static readonly string[] Fixed =
    [
        "hourly", "daily", "weekly", "monthly", "quarterly", "semiannually", "yearly", "minutely", "Mon..Fri *-*-* 10:00:00", "Sat,Thu,Mon..Wed,Sat..Sun", "*-*~3", "*-*~1", "*-02~03",
        "Mon *-05~07/1", "*:0/15", "0/2:30", "Mon-Fri 9:00", "Mon,", "Wed *-1", "Wed..Wed,Wed *-1", "Wed, 17:48", "10-15", "monday *-12-* 17:00", "Mon,Fri *-*-3,1,2 *:30:45", "12,14,13,12:20,10,30", "12..14:10,20,30",
        "mon,fri *-1/2-1,3 *:30:45", "03-05 08:05:40", "08:05:40", "05:40", "Sat,Sun 12-05 08:05:40", "Sat,Sun 08:05:40", "2028-03-05 08:05:40", "2028-03-05", "*-*-7 0:0:0", "0..7/3:00",
        "*-02~07/2", "1..3/2:00", "*-4,6,9,11~1", "31-1/4-29", "*-2-29 12:00", "Thu *-11-22..28 12:00", "*:20/15", "*:*:10/20", "*-*~28/9", "*-*-31", "Sun *-*~8..14/2 23:59:59", "daily UTC", "Mon 10:00 America/New_York",
    ];

    private readonly PowerShellSession _session = new();

    public void Dispose()
    {
        _session.Run("Get-FleetSchedule | Stop-FleetSchedule");
        _session.Dispose();
    }

    // Berlin's clocks are set forward within the first, and back within the second.
    [JudgeTheory("systemd-analyze")]
    [InlineData("2026-01-10 12:20:30", "UTC")]
    [InlineData("2026-03-29 00:20:30", "Europe/Berlin")]
    [InlineData("2026-10-24 22:20:30", "Europe/Berlin")]
    [InlineData("2027-12-31 23:59:59", "Australia/Lord_Howe")]
    public void Calendar_expressions_occur_when_systemd_says(string from, string zone)
    {
        string[] expressions = [.. Fixed, .. Random(120, from.Length + from[6])];
        string judged = Analyze(zone, ["calendar", $"--iterations={Iterations}", $"--base-time={from} UTC", .. expressions]);
        string[] blocks = judged.Split("\n\n");
        Assert.Equal(expressions.Length, blocks.Length);
        for (int i = 0; i < expressions.Length; i++)
        {
            string[] expected = Elapses(blocks[i], zone);
            string[] ours = _session.Invoke($"Get-ScheduleOccurrence -OnCalendar $e -From ([DateTimeOffset]::Parse('{from}Z')) -TimeZone {zone} -Count {Iterations} | ForEach-Object {{ $_.UtcDateTime.ToString('yyyy-MM-dd HH:mm:ss') }}", ("e", expressions[i])).Texts();
            Assert.True(expected.SequenceEqual(ours), $"{expressions[i]} in {zone} from {from}: systemd has {string.Join(", ", expected)}; here it is {string.Join(", ", ours)}.");
        }
    }

    [JudgeFact("systemd-analyze")]
    public void What_systemd_refuses_is_refused()
    {
        string[] wrong = ["", "Fri..Mon", ",Mon", "Mon,,Tue", "10..5:00", "*-*-31..1", "Mond 10:00", "*-*-0", "*-0-1", "*-13-1", "1969-1-1", "24:00", "23:60", "*:*:60", "*/5:00", "0/0:00", "5", "5:5:5:5", "*-*-*T10:00", "*-*~0", "Mon..", "Mon..Tue..Wed", "*:0/15 ", "*,1:00", "*..3:00", "1/*:00", "99999999999:00", "daily europe/berlin", "monthly Z", "*-*~3..1x", "2000-*-*-*", "*-*~29", "*-*~28/28", "0/24:0", "20/4:0", "*:*:1/59", "*-*-1/31", "*-8/6-*", "hourly daily", "10:00 Mon", "1:2:3.", ":", "-", "~", "*", "**:00", "1,:00"];
        foreach (string expression in wrong)
        {
            using JudgeProcess judge = JudgeProcess.Start("systemd-analyze", "calendar", expression);
            judge.CloseInput();
            Assert.True(judge.WaitForExit() != 0, $"systemd takes '{expression}'.");
            Assert.True(_session.Invoke("try { Get-ScheduleOccurrence -OnCalendar $e -ErrorAction Stop } catch { }", ("e", expression)).Count == 0, $"'{expression}' is taken.");
            _session.Fails(expression.Length == 0 ? "ParameterArgumentValidationError" : "InvalidSchedule", "Get-ScheduleOccurrence -OnCalendar $e", ("e", expression));
        }
    }

    [JudgeFact("systemd-analyze")]
    public void Units_that_are_written_are_accepted()
    {
        string folder = Directory.CreateTempSubdirectory("psnc-units-").FullName;
        try
        {
            foreach (string schedule in new[] { "-Cron '*/15 9-17 * * MON-FRI'", "-Cron '0 9 L * *' -Persistent", "-OnCalendar 'Mon *-05~07/1 10:00' -TimeZone Europe/Berlin", "-Every 90 -SplaySeconds 2.5", "-At 2099-01-01T00:00:00.25Z -TimeoutSeconds 60" })
            {
                _session.Run($"Export-FleetSchedule {schedule} -Format SystemdTimer -Name 'my job/50%' -Description '100% safe' -Command /bin/echo, '50%', '$HOME', 'a \"b\" \\', '' | ForEach-Object {{ [IO.File]::WriteAllText(\"$folder/$($_.FileName)\", $_.Content) }}", ("folder", folder));
                using JudgeProcess judge = JudgeProcess.StartWith(new Dictionary<string, string> { ["SYSTEMD_LOG_LEVEL"] = "warning" }, "systemd-analyze", "verify", "--man=no", Directory.GetFiles(folder, "*.timer").Single());
                judge.CloseInput();
                judge.WaitForExit();
                // Of the machine's own units it complains where there is no systemd.
                Assert.DoesNotContain("job", judge.Error.Text + judge.Output.Text, StringComparison.Ordinal);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Analyze(string zone, string[] arguments)
    {
        using JudgeProcess judge = JudgeProcess.StartWith(new Dictionary<string, string> { ["TZ"] = zone }, "systemd-analyze", arguments);
        judge.CloseInput();
        return judge.Succeeds().Trim();
    }

    // In a zone other than UTC the UTC time follows on a line of its own.
    private static string[] Elapses(string block, string zone) => [.. block.Split('\n').Select(l => l.Trim())
        .Where(l => zone == "UTC" ? l.StartsWith("Next elapse:", StringComparison.Ordinal) || l.StartsWith("Iter", StringComparison.Ordinal) : l.StartsWith("(in UTC):", StringComparison.Ordinal))
        .Where(l => !l.EndsWith("never", StringComparison.Ordinal)).Select(l => l[(l.IndexOf(": ", StringComparison.Ordinal) + 2)..].Trim()[4..23])];

    private static IEnumerable<string> Random(int count, int seed)
    {
        Random random = new(seed);
        int Between(int least, int largest) => random.Next(least, largest + 1);
        string Term(int least, int largest, bool fromEnd)
        {
            int start = Between(least, largest);
            if (start < largest && random.Next(3) == 0)
            {
                return $"{start}..{Between(start + 1, largest)}{(random.Next(2) == 0 ? $"/{Between(1, 9)}" : "")}";
            }
            int room = fromEnd ? start - least : largest - start;
            return room > 0 && random.Next(3) == 0 ? $"{start}/{Between(1, Math.Min(9, room))}" : $"{start}";
        }
        // Not of days from a month's end: of some lists of these systemd 252 says that they are none, and of others that they are.
        string Field(int least, int largest) => random.Next(3) == 0 ? "*" : string.Join(',', Enumerable.Range(0, Between(1, 3)).Select(_ => Term(least, largest, fromEnd: false)));
        string[] days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        for (int i = 0; i < count; i++)
        {
            int day = Between(0, 6);
            string weekday = random.Next(3) switch { 0 => $"{days[day]}..{days[Between(day, 6)]} ", 1 => $"{days[day]},{days[Between(0, 6)]} ", _ => "" };
            string date = random.Next(4) switch { 0 => "", 1 => $"*-{Field(1, 12)}~{Term(1, 28, fromEnd: true)} ", _ => $"*-{Field(1, 12)}-{Field(1, 31)} " };
            yield return string.Create(CultureInfo.InvariantCulture, $"{weekday}{date}{Field(0, 23)}:{Field(0, 59)}{(random.Next(2) == 0 ? "" : $":{Field(0, 59)}")}");
        }
    }
}
