using System.Globalization;
using System.Net.Sockets;

namespace PSNetConcurrency.Core.Time;

/// <summary>
/// What runs on a node: measures how far its clock is off, waits by it for the instant, and tells when the script began and
/// ended. It speaks lines of words, of which the first is a number that no script knows.
/// </summary>
internal sealed class FleetAgent
{
    public const string Measured = "measured", Unmeasured = "unmeasured", Pong = "pong", Armed = "armed", Fired = "fired", Done = "done";
    public const string Ping = "ping", Arm = "arm";

    private static readonly TimeSpan Refresh = TimeSpan.FromSeconds(1.2), RefreshSpread = TimeSpan.FromSeconds(0.5), Nap = TimeSpan.FromSeconds(1), LongRun = TimeSpan.FromMilliseconds(100), Quiet = TimeSpan.FromMilliseconds(20);

    // What is left between a measurement and the instant at least, for all that comes before the script.
    private static readonly TimeSpan Spare = TimeSpan.FromMilliseconds(300);

    private readonly string _key;
    private readonly NodeClock _clock;
    private readonly bool _asksServers;
    private SteadyClock _reference;
    private long _target;
    private long _started;
    private volatile bool _ended;

    /// <param name="plan">As <see cref="Plan"/> writes it.</param>
    public FleetAgent(string plan)
    {
        string[] words = plan.Split(' ');
        _key = words[0];
        List<(string, int)> servers = [];
        for (int i = 2; i + 1 < words.Length; i += 2)
        {
            servers.Add((words[i], Number(words[i + 1]) is var port ? (int)port : 0));
        }
        _clock = new NodeClock(servers, TimeSpan.FromTicks(Number(words[1])));
        _asksServers = servers.Count > 0;
    }

    /// <summary>Whether it has been told when to fire.</summary>
    public bool IsArmed { get; private set; }

    /// <summary>What a node is told at its start: the key, how wrong its clock is to be, and the servers to ask.</summary>
    public static string Plan(string key, TimeSpan shift, IEnumerable<(string Host, int Port)> servers) =>
        string.Join(' ', servers.SelectMany(s => new[] { s.Host, Text(s.Port) }).Prepend(Text(shift.Ticks)).Prepend(key));

    public static string ArmLine(long target, long? offset) => offset is { } given ? $"{Arm} {Text(target)} {Text(given)}" : $"{Arm} {Text(target)}";

    /// <summary>Has all compiled that counts, and measures.</summary>
    public string Begin()
    {
        PreciseWait.WarmUp();
        try
        {
            _clock.Measure();
        }
        catch (SocketException)
        {
            // Told with what it leads to.
        }
        return Report();
    }

    /// <summary>Takes a line; returns what to answer, or null.</summary>
    public string? Take(string line)
    {
        string[] words = line.Split(' ');
        switch (words[0])
        {
            case Ping:
                return Line(Pong, words[1], Text(_clock.Now));
            case Arm:
                _target = Number(words[1]);
                IsArmed = true;
                _reference = SteadyClock.Local(_clock.Now - DateTime.UtcNow.Ticks + (words.Length > 2 ? Number(words[2]) : _clock.Offset?.Offset ?? 0));
                return null;
            default:
                return null;
        }
    }

    /// <summary>Waits until shortly before the instant, which may be over; returns what was measured last, where the node measures itself, and that it is armed.</summary>
    public IReadOnlyList<string> WaitNear()
    {
        List<string> lines = [];
        // The first measurement was taken while everything started; nodes that share a machine take the second in turn.
        TimeSpan before = Refresh + (RefreshSpread * Random.Shared.NextDouble());
        if (_asksServers && _clock.Offset is not null && Left > before.Ticks)
        {
            SleepUntil(before);
            _clock.MeasureAgain(TimeSpan.FromTicks(Left) - Spare);
            _reference = SteadyClock.Local(_clock.Now - DateTime.UtcNow.Ticks + _clock.Offset!.Value.Offset);
            lines.Add(Report());
        }
        lines.Add(Line(Armed));
        return lines;
    }

    /// <summary>Waits out the rest, as the first thing that the script does: all that comes before a script begins is done by then. Where it is not armed, or has waited, it does nothing.</summary>
    public void WaitLast()
    {
        if (!IsArmed || _started != 0)
        {
            return;
        }
        SleepUntil(PreciseWait.Handover);
        PreciseWait.Until(() => Left);
        _started = _reference.Now;
    }

    /// <summary>A while after the instant, the line that tells when the script began; null where it has ended by then, which tells the same.</summary>
    public string? TellLongRun()
    {
        SleepUntil(-LongRun);
        return _started != 0 && !_ended ? Line(Fired, Text(_started)) : null;
    }

    /// <summary>The line that tells when the script began, or 0, and that it ended now.</summary>
    public string End()
    {
        _ended = true;
        string line = Line(Done, Text(_started), Text(_reference.Now));
        // What comes behind a script takes more than most scripts do: nodes that share a machine begin theirs first.
        TimeSpan left = TimeSpan.FromTicks(Left) + Quiet;
        if (_started != 0 && left > TimeSpan.Zero)
        {
            Thread.Sleep(left);
        }
        return line;
    }

    private long Left => _target - _reference.Now;

    private string Report() => _clock.Offset is { } offset ? Line(Measured, Text(offset.Offset), Text(offset.Error)) : Line(Unmeasured, _clock.Problem);

    private void SleepUntil(TimeSpan before)
    {
        for (TimeSpan left = TimeSpan.FromTicks(Left) - before; left > TimeSpan.FromMilliseconds(1); left = TimeSpan.FromTicks(Left) - before)
        {
            Thread.Sleep(left < Nap ? left : Nap);
        }
    }

    private string Line(params string[] words) => $"{_key} {string.Join(' ', words)}";

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static long Number(string word) => long.Parse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
