using System.Globalization;

namespace PSNetConcurrency.Core.Time;

/// <summary>A line of a user's crontab (crontab(5)), in what all cron daemons understand.</summary>
internal static class CrontabWriter
{
    private const ScheduleFormat Format = ScheduleFormat.Crontab;

    public static ScheduleFile Write(ScheduleJob job)
    {
        if (job.Splay > TimeSpan.Zero)
        {
            throw job.CannotSay(Format, "crontab has no random delay. Use SystemdTimer");
        }
        if (job.IsPersistent)
        {
            throw job.CannotSay(Format, "cron makes up for nothing that was missed. Use SystemdTimer, or anacron");
        }
        if (job.Timeout is not null)
        {
            throw job.CannotSay(Format, "cron ends nothing that runs too long. Put timeout(1) before the command");
        }
        if (job.Overlap != FleetOverlapPolicy.Parallel)
        {
            throw job.CannotSay(Format, $"cron starts a run while the one before still runs, which is -OverlapPolicy Parallel. Put flock(1) before the command for {job.Overlap}");
        }
        string line = $"{Fields(job)} {string.Join(' ', job.Command.Select(Quoted)).Replace("%", "\\%", StringComparison.Ordinal)}";
        string comment = job.Description is { Length: > 0 } words ? $"# {job.Name}: {words}" : $"# {job.Name}";
        return new ScheduleFile(Format, $"{ScheduleFile.NameOf(job.Name)}.crontab", $"{comment}\n{line}\n");
    }

    private static string Fields(ScheduleJob job)
    {
        switch (job.Schedule)
        {
            case CronSchedule cron:
                if (!cron.Zone.Equals(TimeZoneInfo.Local))
                {
                    throw job.CannotSay(Format, $"cron goes by the local time of its machine, and this by {cron.Zone.Id}; not all daemons know CRON_TZ. Use SystemdTimer");
                }
                return Fields(job, cron);
            case IntervalSchedule interval:
                return Fields(interval.Every)
                    ?? throw job.CannotSay(Format, $"{interval.Every:c} does not divide an hour or a day into whole minutes or hours. Use SystemdTimer");
            case FixedSchedule:
                throw job.CannotSay(Format, "a crontab has no years, so that it would happen each year. Use at(1), or SystemdTimer");
            default:
                throw job.CannotSay(Format, "it is a calendar expression of systemd. Give it with -Cron, or use SystemdTimer");
        }
    }

    private static string Fields(ScheduleJob job, CronSchedule cron)
    {
        CronField[] fields = CronField.Read(cron);
        if (fields[0].Values is not [0])
        {
            throw job.CannotSay(Format, "a crontab has no seconds, and these begin with them. Use SystemdTimer");
        }
        if (fields.Select(f => f.Special).FirstOrDefault(s => s is not null) is { } special)
        {
            throw job.CannotSay(Format, $"'{special}' is unknown to cron, which has no L, W and #. Use SystemdTimer");
        }
        if (!fields[3].IsAny && !fields[5].IsAny)
        {
            throw job.CannotSay(Format, "it means days on which day and weekday both match, and cron takes those on which either does. Use SystemdTimer");
        }
        return string.Join(' ', fields.Skip(1).Select(Field));
    }

    private static string Field(CronField field) => field.IsAny ? "*" : string.Join(',', field.Terms.Select(t =>
        t.Start == t.Stop ? Number(t.Start)
        : t.Start == field.Least && t.Stop == field.Largest ? $"*/{Number(t.Step)}"
        : $"{Number(t.Start)}-{Number(t.Stop)}{(t.Step > 1 ? $"/{Number(t.Step)}" : "")}"));

    private static string? Fields(TimeSpan every)
    {
        if (every.Ticks % TimeSpan.TicksPerMinute != 0 || every > TimeSpan.FromDays(1))
        {
            return null;
        }
        int minutes = (int)every.TotalMinutes;
        return minutes == 1 ? "* * * * *"
            : minutes < 60 ? 60 % minutes == 0 ? $"*/{Number(minutes)} * * * *" : null
            : minutes == 60 ? "0 * * * *"
            : minutes == 1440 ? "0 0 * * *"
            : minutes % 60 == 0 && 1440 % minutes == 0 ? $"0 */{Number(minutes / 60)} * * *" : null;
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    // For sh, by which cron runs it.
    private static string Quoted(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "@_-+=:,./".Contains(c, StringComparison.Ordinal)) ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
