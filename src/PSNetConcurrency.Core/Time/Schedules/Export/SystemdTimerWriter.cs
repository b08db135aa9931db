using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Core.Time;

/// <summary>A timer and a service of systemd (systemd.timer(5), systemd.service(5)).</summary>
internal static class SystemdTimerWriter
{
    private const ScheduleFormat Format = ScheduleFormat.SystemdTimer;
    private static readonly string[] Weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

    public static IReadOnlyList<ScheduleFile> Write(ScheduleJob job)
    {
        if (job.Overlap != FleetOverlapPolicy.Skip)
        {
            throw job.CannotSay(Format, $"systemd does not start a service that runs already, which is -OverlapPolicy Skip; it has no {job.Overlap}");
        }
        string unit = ScheduleFile.NameOf(job.Name, IsOfUnits);
        string description = Plain(job.Description ?? job.Name);
        StringBuilder timer = new();
        timer.Append(CultureInfo.InvariantCulture, $"[Unit]\nDescription={description}\n\n[Timer]\n");
        foreach (string line in When(job))
        {
            timer.Append(line).Append('\n');
        }
        // Otherwise it is up to a minute late.
        timer.Append("AccuracySec=1us\n");
        if (job.Splay > TimeSpan.Zero)
        {
            timer.Append(CultureInfo.InvariantCulture, $"RandomizedDelaySec={job.Splay.TotalMilliseconds:0.###}ms\n");
        }
        if (job.IsPersistent)
        {
            timer.Append(job.Schedule is IntervalSchedule
                ? throw job.CannotSay(Format, "systemd makes up for what was missed of calendar times only, and this is an interval")
                : "Persistent=true\n");
        }
        timer.Append("\n[Install]\nWantedBy=timers.target\n");
        StringBuilder service = new($"[Unit]\nDescription={description}\n\n[Service]\nType=oneshot\nExecStart={string.Join(' ', job.Command.Select(Quoted))}\n");
        if (job.Timeout is { } limit)
        {
            service.Append(CultureInfo.InvariantCulture, $"TimeoutStartSec={limit.TotalMilliseconds:0.###}ms\n");
        }
        return [new ScheduleFile(Format, $"{unit}.timer", timer.ToString()), new ScheduleFile(Format, $"{unit}.service", service.ToString())];
    }

    private static IEnumerable<string> When(ScheduleJob job) => job.Schedule switch
    {
        CalendarSchedule { NamesZone: true } calendar => [$"OnCalendar={calendar.Expression}"],
        CalendarSchedule calendar => [$"OnCalendar={calendar.Expression}{Zone(job)}"],
        FixedSchedule some => some.Instants.Select(i => $"OnCalendar={i.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture)} UTC"),
        IntervalSchedule interval => [Interval("OnActiveSec", interval), Interval("OnUnitActiveSec", interval)],
        CronSchedule cron => [$"OnCalendar={Calendar(job, cron)}{Zone(job)}"],
        _ => throw new InvalidOperationException(),
    };

    private static string Interval(string key, IntervalSchedule interval) => string.Create(CultureInfo.InvariantCulture, $"{key}={interval.Every.TotalMilliseconds:0.###}ms");

    private static string Zone(ScheduleJob job)
    {
        TimeZoneInfo zone = job.Schedule.Zone;
        return zone.Equals(TimeZoneInfo.Utc) ? " UTC"
            : zone.Equals(TimeZoneInfo.Local) ? ""
            : zone.HasIanaId ? $" {zone.Id}"
            : TimeZoneInfo.TryConvertWindowsIdToIanaId(zone.Id, out string? name) ? $" {name}"
            : throw job.CannotSay(Format, $"systemd knows no time zone {zone.Id}");
    }

    // Day and weekday must both match, there as here.
    private static string Calendar(ScheduleJob job, CronSchedule cron)
    {
        CronField[] fields = CronField.Read(cron);
        string time = string.Join(':', new[] { fields[2], fields[1], fields[0] }.Select(List)), day = fields[3].Special is { } special ? Day(job, special) : $"-{List(fields[3])}";
        string weekday = fields[5].IsAny ? "" : string.Join(',', fields[5].Values.Select(d => Weekdays[d])) + " ";
        if (fields[5].Special is { } counted)
        {
            (weekday, day) = fields[3].IsAny ? Weekday(job, counted) : throw job.CannotSay(Format, "it counts weekdays and names days at once");
        }
        return $"{weekday}*-{List(fields[4])}{day} {time}";
    }

    // L: the last day; L-3: three before it.
    private static string Day(ScheduleJob job, string special) => special == "L" ? "~01"
        : special.StartsWith("L-", StringComparison.Ordinal) && int.TryParse(special.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int before) ? $"~{Number(before + 1)}"
        : throw job.CannotSay(Format, $"'{special}', the weekday nearest to a day, has no word there");

    // 5L: the last Friday; 5#2: the second.
    private static (string Weekday, string Day) Weekday(ScheduleJob job, string special)
    {
        string name = special.TrimEnd('L').Split('#')[0];
        string weekday = int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int day) ? Weekdays[day % 7]
            : Array.Find(Weekdays, w => w.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw job.CannotSay(Format, $"'{special}' has no word there");
        return special.EndsWith('L') ? ($"{weekday} ", "~07/1")
            : special[^1] is >= '1' and <= '5' and var digit ? ($"{weekday} ", $"-{Number((7 * (digit - '1')) + 1)}..{Number(Math.Min(7 * (digit - '0'), 31))}")
            : throw job.CannotSay(Format, $"'{special}' has no word there");
    }

    private static string List(CronField field) => field.IsAny ? "*" : string.Join(',', field.Terms.Select(t =>
        t.Start == t.Stop ? Number(t.Start) : $"{Number(t.Start)}..{Number(t.Stop)}{(t.Step > 1 ? $"/{t.Step.ToString(CultureInfo.InvariantCulture)}" : "")}"));

    private static string Number(int number) => number.ToString("00", CultureInfo.InvariantCulture);

    // Units can be named with colons and escaped characters too: the one is part of a drive, the other of a folder to PowerShell.
    private static bool IsOfUnits(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.';

    // Specifiers begin with a percent sign.
    private static string Plain(string text) => text.Replace("%", "%%", StringComparison.Ordinal);

    private static string Quoted(string word, int at)
    {
        string text = Plain(word);
        // Of the program's own path variables are no part.
        text = at == 0 ? text : text.Replace("$", "$$", StringComparison.Ordinal);
        return text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || "@_-+=:,./%$".Contains(c, StringComparison.Ordinal)) && !(at == 0 && "@-:+!".Contains(text[0], StringComparison.Ordinal)) ? text
            : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)}\"";
    }
}
