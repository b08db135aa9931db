namespace PSNetConcurrency;

/// <summary>Formats in which other schedulers take what is to be done, and when.</summary>
public enum ScheduleFormat
{
    /// <summary>A line of a user's crontab.</summary>
    Crontab,

    /// <summary>A timer and a service of systemd.</summary>
    SystemdTimer,

    /// <summary>The XML of Windows' Task Scheduler, version 1.2.</summary>
    TaskScheduler,
}

/// <summary>A file for another scheduler.</summary>
/// <param name="Format">Whose it is.</param>
/// <param name="FileName">What it is named where it is kept.</param>
/// <param name="Content">Its text.</param>
public sealed record ScheduleFile(ScheduleFormat Format, string FileName, string Content)
{
    public override string ToString() => Content;

    /// <summary>A name without what no file's can have, or not everywhere; it is never hidden.</summary>
    internal static string NameOf(string name, Func<char, bool>? allowed = null) =>
        string.Concat(name.Select((c, i) => (allowed ?? IsOfFiles)(c) && (c != '.' || i > 0) ? c : '_'));

    private static bool IsOfFiles(char c) => char.IsLetterOrDigit(c) || c is ' ' or '.' or '_' or '-' or '(' or ')';
}
