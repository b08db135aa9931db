using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace PSNetConcurrency.Core.Time;

/// <summary>The XML of Windows' Task Scheduler, version 1.2 ([MS-TSCH] 2.5), elements in the schema's order.</summary>
internal static class TaskSchedulerWriter
{
    private const ScheduleFormat Format = ScheduleFormat.TaskScheduler;

    // The most that Task Scheduler takes.
    private const int MostTriggers = 48;

    private static readonly XNamespace Space = "http://schemas.microsoft.com/windows/2004/02/mit/task";
    private static readonly string[] Weeks = ["1", "2", "3", "4", "Last"];
    private static readonly string[] Weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
    private static readonly string[] Months = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    public static ScheduleFile Write(ScheduleJob job)
    {
        XElement[] triggers = [.. Triggers(job)];
        if (triggers.Length > MostTriggers)
        {
            throw job.CannotSay(Format, $"it takes {triggers.Length} triggers, and a task has {MostTriggers} at most");
        }
        XElement task = new(Space + "Task", new XAttribute("version", "1.2"),
            Element("RegistrationInfo", Element("Description", job.Description ?? job.Name), Element("URI", $"\\{job.Name}")),
            Element("Triggers", triggers),
            Element("Settings",
                Element("MultipleInstancesPolicy", job.Overlap switch { FleetOverlapPolicy.Skip => "IgnoreNew", FleetOverlapPolicy.Replace => "StopExisting", var other => other.ToString() }),
                Element("StartWhenAvailable", job.IsPersistent ? "true" : "false"),
                Element("ExecutionTimeLimit", job.Timeout is { } limit ? XmlConvert.ToString(limit) : "PT0S"),
                Element("Enabled", "true")),
            Element("Actions", Element("Exec", Element("Command", job.Command[0]), job.Command.Count > 1 ? Element("Arguments", string.Join(' ', job.Command.Skip(1).Select(Quoted))) : null)));
        return new ScheduleFile(Format, $"{ScheduleFile.NameOf(job.Name)}.xml", $"<?xml version=\"1.0\"?>\n{task}\n");
    }

    private static IEnumerable<XElement> Triggers(ScheduleJob job) => job.Schedule switch
    {
        CronSchedule cron => Triggers(job, cron),
        FixedSchedule some => some.Instants.Select(i => Element("TimeTrigger", Start(i.UtcDateTime, "Z"), Delay(job))),
        IntervalSchedule interval => [Element("TimeTrigger", Start((interval.Anchor + interval.Every).UtcDateTime, "Z"), Repetition(job, interval.Every), Delay(job))],
        _ => throw job.CannotSay(Format, "it is a calendar expression of systemd. Give it with -Cron"),
    };

    private static IEnumerable<XElement> Triggers(ScheduleJob job, CronSchedule cron)
    {
        if (!cron.Zone.Equals(TimeZoneInfo.Local))
        {
            throw job.CannotSay(Format, $"it goes by the local time of its machine, or by a fixed offset, and this by {cron.Zone.Id}");
        }
        CronField[] fields = CronField.Read(cron);
        if (fields[0].Values is not [var second])
        {
            throw job.CannotSay(Format, "it repeats within a minute, and a minute is the least there");
        }
        XElement Days() => ByDays(job, fields);
        // All of a day, evenly: one trigger that repeats.
        IReadOnlyList<int> minutes = fields[1].Values, hours = fields[2].Values;
        int[] times = [.. hours.SelectMany(h => minutes.Select(m => (60 * h) + m))];
        int step = times.Length > 1 ? times[1] - times[0] : 0;
        if (times.Length > 2 && 1440 % step == 0 && times.Length == 1440 / step && times.Zip(times.Skip(1)).All(p => p.Second - p.First == step))
        {
            return [Calendar(times[0], Element("Repetition", Element("Interval", XmlConvert.ToString(TimeSpan.FromMinutes(step))), Element("Duration", "P1D")))];
        }
        return times.Select(t => Calendar(t, null));

        XElement Calendar(int minute, XElement? repetition) =>
            Element("CalendarTrigger", Start(new DateTime(2000, 1, 1).AddMinutes(minute).AddSeconds(second), ""), repetition, Delay(job), Days());
    }

    private static XElement ByDays(ScheduleJob job, CronField[] fields)
    {
        (CronField day, CronField month, CronField weekday) = (fields[3], fields[4], fields[5]);
        if (!day.IsAny && !weekday.IsAny)
        {
            throw job.CannotSay(Format, "it names days and weekdays at once");
        }
        XElement months = Element("Months", month.Values.Select(m => Element(Months[m - 1])));
        if (weekday.Special is { } counted)
        {
            return ByWeekdayOfMonth(job, counted, months);
        }
        XElement weekdays = Element("DaysOfWeek", weekday.Values.Select(d => Element(Weekdays[d])));
        if (!day.IsAny)
        {
            object[] days = day.Special switch
            {
                null => [.. day.Values.Select(d => Element("Day", d.ToString(CultureInfo.InvariantCulture)))],
                "L" => [Element("Day", "Last")],
                var special => throw job.CannotSay(Format, $"'{special}' has no word there"),
            };
            return Element("ScheduleByMonth", Element("DaysOfMonth", days), months);
        }
        return month.IsAny
            ? weekday.IsAny ? Element("ScheduleByDay", Element("DaysInterval", "1")) : Element("ScheduleByWeek", Element("WeeksInterval", "1"), weekdays)
            : Element("ScheduleByMonthDayOfWeek", Element("Weeks", Weeks.Select(w => Element("Week", w))), weekdays, months);
    }

    // 5#2 and 5L: the second and the last Friday.
    private static XElement ByWeekdayOfMonth(ScheduleJob job, string only, XElement months)
    {
        string name = only.TrimEnd('L').Split('#')[0];
        int day = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number % 7 : Array.FindIndex(Weekdays, w => w.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        string week = only.EndsWith('L') ? "Last" : only[^1] is >= '1' and <= '4' and var digit ? digit.ToString() : throw job.CannotSay(Format, $"'{only}' has no word there");
        return Element("ScheduleByMonthDayOfWeek", Element("Weeks", Element("Week", week)), Element("DaysOfWeek", Element(Weekdays[day])), months);
    }

    private static XElement Repetition(ScheduleJob job, TimeSpan every) => every >= TimeSpan.FromMinutes(1) && every <= TimeSpan.FromDays(31) && every.Ticks % TimeSpan.TicksPerSecond == 0
        ? Element("Repetition", Element("Interval", XmlConvert.ToString(every)))
        : throw job.CannotSay(Format, "an interval there has a minute at least, 31 days at most, and whole seconds");

    private static XElement Start(DateTime time, string zone) => Element("StartBoundary", time.ToString("yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture) + zone);

    private static XElement? Delay(ScheduleJob job) => job.Splay > TimeSpan.Zero ? Element("RandomDelay", XmlConvert.ToString(TimeSpan.FromSeconds(Math.Ceiling(job.Splay.TotalSeconds)))) : null;

    private static XElement Element(string name, params object?[] content) => new(Space + name, content);

    // As CommandLineToArgvW takes it apart: backslashes count twice before a quotation mark, and there only.
    private static string Quoted(string word)
    {
        if (word.Length > 0 && !word.Any(c => char.IsWhiteSpace(c) || c == '"'))
        {
            return word;
        }
        StringBuilder quoted = new("\"");
        int slashes = 0;
        foreach (char c in word)
        {
            if (c == '"')
            {
                quoted.Append('\\', slashes + 1);
            }
            slashes = c == '\\' ? slashes + 1 : 0;
            quoted.Append(c);
        }
        return quoted.Append('\\', slashes).Append('"').ToString();
    }
}
