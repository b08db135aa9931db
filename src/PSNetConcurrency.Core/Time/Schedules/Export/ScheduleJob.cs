using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>What another scheduler is to do, and when.</summary>
internal sealed record ScheduleJob
{
    public required string Name { get; init; }

    public required Schedule Schedule { get; init; }

    /// <summary>The program and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    public string? Description { get; init; }

    public TimeSpan Splay { get; init; }

    /// <summary>Whether what was missed is made up for.</summary>
    public bool IsPersistent { get; init; }

    public FleetOverlapPolicy Overlap { get; init; }

    public TimeSpan? Timeout { get; init; }

    /// <exception cref="NetException"><see cref="NetError.ScheduleNotExpressible"/>; <see cref="NetError.InvalidArgument"/>: a word has a line break or a NUL, which no format carries.</exception>
    public IReadOnlyList<ScheduleFile> Write(ScheduleFormat format)
    {
        foreach (string word in Command.Append(Name).Append(Description ?? ""))
        {
            if (word.Any(c => char.IsControl(c) && c != '\t'))
            {
                throw new NetException(NetError.InvalidArgument, $"'{word}' has a line break or another control character, which {format} can't carry. Put the script into a file and run that.", word);
            }
        }
        return format switch
        {
            ScheduleFormat.Crontab => [CrontabWriter.Write(this)],
            ScheduleFormat.SystemdTimer => SystemdTimerWriter.Write(this),
            _ => [TaskSchedulerWriter.Write(this)],
        };
    }

    /// <summary>The error of what a format can't say.</summary>
    public NetException CannotSay(ScheduleFormat format, string why) =>
        new(NetError.ScheduleNotExpressible, $"{format} can't say '{Schedule.Expression}': {why}.", Schedule.Expression);
}
