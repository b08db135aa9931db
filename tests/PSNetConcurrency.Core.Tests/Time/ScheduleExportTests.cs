using System.Xml.Linq;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Core.Tests.Time;

public sealed class ScheduleExportTests
{
    private static readonly XNamespace Task = "http://schemas.microsoft.com/windows/2004/02/mit/task";

    [Theory]
    [InlineData("30 3 * * MON-FRI", "30 3 * * 1-5")]
    [InlineData("*/15 * * * *", "*/15 * * * *")]
    [InlineData("0 5/10 * * * *", "5-59/10 * * * *")]
    [InlineData("0 22-2 * * *", "0 22-23,0-2 * * *")]
    [InlineData("0 0 ? JAN,JUL *", "0 0 * 1,7 *")]
    [InlineData("0 0 * * FRI-MON", "0 0 * * 5-6,0-1")]
    [InlineData("0 0 * * SAT-7", "0 0 * * 6,0")]
    [InlineData("@daily", "0 0 * * *")]
    [InlineData("@every_minute", "* * * * *")]
    public void A_cron_expression_becomes_one_that_every_daemon_reads(string cron, string expected) =>
        Assert.StartsWith($"# nightly\n{expected} /bin/true\n", Crontab(Cron(cron)), StringComparison.Ordinal);

    [Theory]
    [InlineData(1, "* * * * *")]
    [InlineData(20, "*/20 * * * *")]
    [InlineData(60, "0 * * * *")]
    [InlineData(360, "0 */6 * * *")]
    [InlineData(1440, "0 0 * * *")]
    public void An_interval_that_divides_an_hour_or_a_day_can_be_said_in_a_crontab(int minutes, string expected) =>
        Assert.Contains($"\n{expected} ", Crontab(Every(TimeSpan.FromMinutes(minutes))), StringComparison.Ordinal);

    [Fact]
    public void What_a_crontab_can_not_say_is_an_error()
    {
        Schedule[] unsayable =
        [
            Cron("30 0 3 * * *"), Cron("*/20 * * * * *"), Cron("0 0 L * *"), Cron("0 0 15W * *"), Cron("0 0 * * 5#2"), Cron("0 0 * * 5L"), Cron("0 0 13 * 5"), Cron("@every_second"),
            new CronSchedule("0 3 * * *", TimeZoneInfo.CreateCustomTimeZone("Elsewhere", TimeSpan.FromMinutes(754), null, null)),
            new CalendarSchedule("hourly", TimeZoneInfo.Local), new FixedSchedule([DateTimeOffset.UtcNow], TimeZoneInfo.Local),
            Every(TimeSpan.FromSeconds(90)), Every(TimeSpan.FromMinutes(7)), Every(TimeSpan.FromMinutes(90)), Every(TimeSpan.FromDays(2)),
        ];
        Assert.All(unsayable, s => CannotSay(Job(s), ScheduleFormat.Crontab));
        ScheduleJob[] others = [Job(Cron("0 3 * * *")) with { Splay = TimeSpan.FromSeconds(1) }, Job(Cron("0 3 * * *")) with { IsPersistent = true }, Job(Cron("0 3 * * *")) with { Timeout = TimeSpan.FromSeconds(1) }, Job(Cron("0 3 * * *")) with { Overlap = FleetOverlapPolicy.Skip }];
        Assert.All(others, j => CannotSay(j, ScheduleFormat.Crontab));
    }

    [Fact]
    public void Words_of_a_crontab_are_quoted_for_the_shell_and_for_cron() =>
        Assert.EndsWith("0 3 * * * /bin/echo 'it'\\''s' 90\\% '$HOME' '' 'a b'\n",
            Assert.Single((Job(Cron("0 3 * * *")) with { Command = ["/bin/echo", "it's", "90%", "$HOME", "", "a b"] }).Write(ScheduleFormat.Crontab)).Content.Replace("'90\\%'", "90\\%", StringComparison.Ordinal), StringComparison.Ordinal);

    [Theory]
    [InlineData("30 3 * * MON-FRI", "Mon,Tue,Wed,Thu,Fri *-*-* 03:30:00")]
    [InlineData("*/15 * * * *", "*-*-* *:00..59/15:00")]
    [InlineData("*/20 * * * * *", "*-*-* *:*:00..59/20")]
    [InlineData("0 0 L * *", "*-*~01 00:00:00")]
    [InlineData("0 0 L-2 * *", "*-*~03 00:00:00")]
    [InlineData("0 9 * * 1#1", "Mon *-*-01..07 09:00:00")]
    [InlineData("0 9 * * TUE#5", "Tue *-*-29..31 09:00:00")]
    [InlineData("0 9 * 5 1L", "Mon *-05~07/1 09:00:00")]
    [InlineData("0 0 13 * 5", "Fri *-*-13 00:00:00")]
    public void A_cron_expression_becomes_a_calendar_expression_with_the_same_times(string cron, string expected)
    {
        CronSchedule schedule = new(cron, TimeZoneInfo.Utc);
        string timer = (Job(schedule) with { Overlap = FleetOverlapPolicy.Skip }).Write(ScheduleFormat.SystemdTimer)[0].Content;
        string line = Assert.Single(timer.Split('\n'), l => l.StartsWith("OnCalendar=", StringComparison.Ordinal));
        Assert.Equal($"OnCalendar={expected} UTC", line);
        DateTimeOffset from = new(2026, 1, 10, 12, 20, 30, TimeSpan.Zero);
        Assert.Equal(schedule.After(from).Take(20), new CalendarSchedule(line["OnCalendar=".Length..], TimeZoneInfo.Utc).After(from).Take(20));
    }

    [Fact]
    public void A_timer_and_its_service_say_all_that_was_asked_for()
    {
        IReadOnlyList<ScheduleFile> files = (Job(new CalendarSchedule("Mon *-05~07/1 10:00", TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"))) with
        {
            Name = "my job/50%",
            Description = "100% safe",
            Command = ["/bin/echo", "50%", "$HOME", "a \"b\" \\"],
            Splay = TimeSpan.FromSeconds(2.5),
            IsPersistent = true,
            Timeout = TimeSpan.FromMinutes(1),
            Overlap = FleetOverlapPolicy.Skip,
        }).Write(ScheduleFormat.SystemdTimer);
        Assert.Equal(["my_job_50_.timer", "my_job_50_.service"], files.Select(f => f.FileName));
        Assert.Equal("[Unit]\nDescription=100%% safe\n\n[Timer]\nOnCalendar=Mon *-05~07/1 10:00 Europe/Berlin\nAccuracySec=1us\nRandomizedDelaySec=2500ms\nPersistent=true\n\n[Install]\nWantedBy=timers.target\n", files[0].Content);
        Assert.Equal("[Unit]\nDescription=100%% safe\n\n[Service]\nType=oneshot\nExecStart=/bin/echo 50%% $$HOME \"a \\\"b\\\" \\\\\"\nTimeoutStartSec=60000ms\n", files[1].Content);
    }

    [Theory]
    [InlineData("my backup", "my_backup.timer", "my backup.crontab", "my backup.xml")]
    [InlineData("a/b", "a_b.timer", "a_b.crontab", "a_b.xml")]
    [InlineData("..\\é:x", "_.___x.timer", "_._é_x.crontab", "_._é_x.xml")]
    [InlineData("v1.2-rc_3", "v1.2-rc_3.timer", "v1.2-rc_3.crontab", "v1.2-rc_3.xml")]
    public void A_file_has_a_name_that_leads_to_no_folder(string job, string timer, string crontab, string task)
    {
        ScheduleJob named = Job(Cron("0 3 * * *")) with { Name = job };
        IReadOnlyList<ScheduleFile> units = (named with { Overlap = FleetOverlapPolicy.Skip }).Write(ScheduleFormat.SystemdTimer);
        Assert.Equal([timer, crontab, task], [units[0].FileName, named.Write(ScheduleFormat.Crontab)[0].FileName, (named with { Overlap = FleetOverlapPolicy.Skip }).Write(ScheduleFormat.TaskScheduler)[0].FileName]);
        Assert.Contains($"Description={job}\n", units[0].Content, StringComparison.Ordinal);
    }

    [Fact]
    public void A_timer_says_instants_and_intervals_too()
    {
        DateTimeOffset instant = new(2027, 3, 4, 5, 6, 7, 250, TimeSpan.FromHours(1));
        Assert.Contains("OnCalendar=2027-03-04 04:06:07.25 UTC\n", Timer(new FixedSchedule([instant], TimeZoneInfo.Local)), StringComparison.Ordinal);
        Assert.Contains("OnActiveSec=90000ms\nOnUnitActiveSec=90000ms\n", Timer(Every(TimeSpan.FromSeconds(90))), StringComparison.Ordinal);
        CannotSay(Job(Cron("0 0 15W * *")) with { Overlap = FleetOverlapPolicy.Skip }, ScheduleFormat.SystemdTimer);
        CannotSay(Job(Cron("0 0 * * *")) with { Overlap = FleetOverlapPolicy.Queue }, ScheduleFormat.SystemdTimer);
        CannotSay(Job(Every(TimeSpan.FromSeconds(90))) with { Overlap = FleetOverlapPolicy.Skip, IsPersistent = true }, ScheduleFormat.SystemdTimer);
    }

    [Theory]
    [InlineData("0 3 * * *", "CalendarTrigger(StartBoundary 2000-01-01T03:00:00, ScheduleByDay(DaysInterval 1))")]
    [InlineData("15 30 3 * * *", "CalendarTrigger(StartBoundary 2000-01-01T03:30:15, ScheduleByDay(DaysInterval 1))")]
    [InlineData("*/15 * * * *", "CalendarTrigger(StartBoundary 2000-01-01T00:00:00, Repetition(Interval PT15M, Duration P1D), ScheduleByDay(DaysInterval 1))")]
    [InlineData("0 3 * * MON,FRI", "CalendarTrigger(StartBoundary 2000-01-01T03:00:00, ScheduleByWeek(WeeksInterval 1, DaysOfWeek(Monday , Friday )))")]
    [InlineData("0 3 L 6 *", "CalendarTrigger(StartBoundary 2000-01-01T03:00:00, ScheduleByMonth(DaysOfMonth(Day Last), Months(June )))")]
    [InlineData("0 3 * 6 TUE#2", "CalendarTrigger(StartBoundary 2000-01-01T03:00:00, ScheduleByMonthDayOfWeek(Weeks(Week 2), DaysOfWeek(Tuesday ), Months(June )))")]
    [InlineData("0 3 * 6 5L", "CalendarTrigger(StartBoundary 2000-01-01T03:00:00, ScheduleByMonthDayOfWeek(Weeks(Week Last), DaysOfWeek(Friday ), Months(June )))")]
    public void A_cron_expression_becomes_triggers_in_the_order_of_the_schema(string cron, string expected) =>
        Assert.Equal(expected, Words(Assert.Single(TaskXml(Job(Cron(cron))).Element(Task + "Triggers")!.Elements())));

    [Fact]
    public void A_task_says_all_that_was_asked_for_and_is_well_formed()
    {
        XElement task = TaskXml(Job(Cron("0 3,15 * * *")) with
        {
            Name = "a<b> & c",
            Description = "1 < 2",
            Command = ["C:\\Program Files\\x.exe", "plain", "with space", "a\"b", "end\\", "space end\\"],
            Splay = TimeSpan.FromSeconds(90),
            IsPersistent = true,
            Timeout = TimeSpan.FromMinutes(5),
            Overlap = FleetOverlapPolicy.Queue,
        });
        Assert.Equal("1.2", task.Attribute("version")!.Value);
        Assert.Equal(["RegistrationInfo", "Triggers", "Settings", "Actions"], task.Elements().Select(e => e.Name.LocalName));
        Assert.Equal("RegistrationInfo(Description 1 < 2, URI \\a<b> & c)", Words(task.Element(Task + "RegistrationInfo")!));
        Assert.Equal(2, task.Element(Task + "Triggers")!.Elements().Count());
        Assert.All(task.Descendants(Task + "RandomDelay"), d => Assert.Equal("PT1M30S", d.Value));
        Assert.Equal("Settings(MultipleInstancesPolicy Queue, StartWhenAvailable true, ExecutionTimeLimit PT5M, Enabled true)", Words(task.Element(Task + "Settings")!));
        Assert.Equal("Exec(Command C:\\Program Files\\x.exe, Arguments plain \"with space\" \"a\\\"b\" end\\ \"space end\\\\\")", Words(task.Element(Task + "Actions")!.Elements().Single()));
        Assert.Equal("a_b_ _ c.xml", Assert.Single((Job(Cron("0 3 * * *")) with { Name = "a<b> & c" }).Write(ScheduleFormat.TaskScheduler)).FileName);
    }

    [Fact]
    public void What_a_task_can_not_say_is_an_error()
    {
        Schedule[] unsayable = [new CalendarSchedule("hourly", TimeZoneInfo.Local), Cron("*/20 * * * * *"), Cron("0 0 15W * *"), Cron("0 0 13 * 5"), Cron("0 0 * * 1#5"), Cron("*/7 1-20 * * *"), Every(TimeSpan.FromSeconds(30)), Every(TimeSpan.FromDays(40))];
        Assert.All(unsayable, s => CannotSay(Job(s), ScheduleFormat.TaskScheduler));
        Assert.Equal("TimeTrigger(StartBoundary 2027-03-04T04:06:07Z)", Words(Trigger(new FixedSchedule([new(2027, 3, 4, 5, 6, 7, TimeSpan.FromHours(1))], TimeZoneInfo.Local))));
        Assert.Equal("Repetition(Interval PT1M30S)", Words(Trigger(Every(TimeSpan.FromSeconds(90))).Element(Task + "Repetition")!));
    }

    [Theory]
    [InlineData(ScheduleFormat.Crontab)]
    [InlineData(ScheduleFormat.SystemdTimer)]
    [InlineData(ScheduleFormat.TaskScheduler)]
    public void A_line_break_in_a_word_goes_into_no_format(ScheduleFormat format)
    {
        foreach (ScheduleJob job in new[] { Job(Cron("0 3 * * *")) with { Command = ["/bin/echo", "a\nb"] }, Job(Cron("0 3 * * *")) with { Name = "a\n* * * * * rm" }, Job(Cron("0 3 * * *")) with { Description = "a\r\nb" } })
        {
            Assert.Equal(NetError.InvalidArgument, Assert.Throws<NetException>(() => job.Write(format)).Error);
        }
    }

    private static XElement Trigger(Schedule schedule) => TaskXml(Job(schedule)).Element(Task + "Triggers")!.Elements().Single();

    private static XElement TaskXml(ScheduleJob job) => XDocument.Parse(Assert.Single(job.Write(ScheduleFormat.TaskScheduler)).Content).Root!;

    private static string Words(XElement element) => element.HasElements ? $"{element.Name.LocalName}({string.Join(", ", element.Elements().Select(Words))})" : $"{element.Name.LocalName} {element.Value}";

    private static void CannotSay(ScheduleJob job, ScheduleFormat format)
    {
        NetException e = Assert.Throws<NetException>(() => job.Write(format));
        Assert.Equal((NetError.ScheduleNotExpressible, job.Schedule.Expression), (e.Error, e.Target));
    }

    private static string Crontab(Schedule schedule) => Assert.Single(Job(schedule).Write(ScheduleFormat.Crontab)).Content;

    private static string Timer(Schedule schedule) => (Job(schedule) with { Overlap = FleetOverlapPolicy.Skip }).Write(ScheduleFormat.SystemdTimer)[0].Content;

    private static ScheduleJob Job(Schedule schedule) => new() { Name = "nightly", Schedule = schedule, Command = ["/bin/true"], Overlap = FleetOverlapPolicy.Parallel };

    private static CronSchedule Cron(string expression) => new(expression, TimeZoneInfo.Local);

    private static IntervalSchedule Every(TimeSpan time) => new(time, DateTimeOffset.UtcNow, TimeZoneInfo.Local);
}
