using System.Diagnostics;
using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <content>What is said between this and the node.</content>
internal sealed partial class FleetNodeRun
{
    private const int Pings = 8;

    // Cristian's algorithm: of several round trips the shortest tells best, as its two ways differ least.
    private async Task<long> MeasureThroughChannelAsync(Task reading, CancellationToken stop)
    {
        long ahead = 0, shortest = long.MaxValue;
        for (int i = 0; i < Pings; i++)
        {
            string id = i.ToString(CultureInfo.InvariantCulture);
            TaskCompletionSource<long> got = new(TaskCreationOptions.RunContinuationsAsynchronously);
            long wall = DateTime.UtcNow.Ticks, began = Stopwatch.GetTimestamp();
            lock (_pings)
            {
                _pings[id] = (began, got);
            }
            await _link!.SendAsync($"{FleetAgent.Ping} {id}", stop).ConfigureAwait(false);
            if (!await WithinAsync(got.Task, reading, Positive(UntilDeadline()), stop).ConfigureAwait(false))
            {
                break;
            }
            // The reader noted when the answer came, before this went on.
            long trip = _answeredAt - began;
            if (trip < shortest)
            {
                (shortest, ahead) = (trip, await got.Task.ConfigureAwait(false) - (wall + (trip / 2)));
            }
        }
        if (shortest == long.MaxValue)
        {
            throw new NetException(NetError.TimedOut, $"{node.Name} was started, and does not answer.", node.Name);
        }
        long offset = reference.Offset.Ticks - ahead;
        string? problem = _asked.Count > 0 ? $"{node.Name} could not ask the time servers itself ({_unmeasured}), so its clock was measured through its connection." : null;
        Change(r => r with { ClockOffset = TimeSpan.FromTicks(offset), ClockError = TimeSpan.FromTicks(shortest / 2), Reference = "channel", Problem = problem });
        return offset;
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        await foreach (FleetRecord record in _link!.ReadAsync(stop).ConfigureAwait(false))
        {
            if (record.Kind != FleetRecordKind.Error && record.Value is string line && line.StartsWith(_key, StringComparison.Ordinal))
            {
                Take(line);
                continue;
            }
            // What comes before the node has measured is written to have writing compiled.
            if (record.Kind == FleetRecordKind.Aside || !_measured.Task.IsCompleted)
            {
                continue;
            }
            lock (_output)
            {
                _records++;
                List<object?> list = record.Kind == FleetRecordKind.Output ? _output : _errors;
                if (list.Count < MostRecords)
                {
                    list.Add(record.Value);
                }
            }
        }
        // A node may end without a word. Where a stop or a failure ended the reading, that is no end of the script.
        _done.TrySetResult();
    }

    private void Take(string line)
    {
        long now = Stopwatch.GetTimestamp();
        string[] words = line.Split(' ');
        switch (words[1])
        {
            case FleetAgent.Measured:
                Change(r => r with
                {
                    ClockOffset = TimeSpan.FromTicks(Number(words[2])),
                    ClockError = TimeSpan.FromTicks(Number(words[3])),
                    Reference = string.Join(", ", _asked.Select(s => $"{s.Host}:{s.Port}")),
                });
                _measured.TrySetResult();
                break;
            case FleetAgent.Unmeasured:
                _unmeasured = string.Join(' ', words.Skip(2));
                _measured.TrySetResult();
                break;
            case FleetAgent.Pong:
                lock (_pings)
                {
                    if (_pings.Remove(words[2], out (long Sent, TaskCompletionSource<long> Got) ping))
                    {
                        _answeredAt = ping.Sent + Stopwatch.GetElapsedTime(ping.Sent, now).Ticks;
                        ping.Got.TrySetResult(Number(words[3]));
                    }
                }
                break;
            case FleetAgent.Armed:
                _armed.TrySetResult();
                break;
            case FleetAgent.Fired:
                Change(r => r with { Fired = At(words[2]) });
                break;
            case FleetAgent.Done when _measured.Task.IsCompleted:
                // Where it failed before it began, its parameters did.
                if (words[2] != "0")
                {
                    Change(r => r with { Fired = At(words[2]), Duration = TimeSpan.FromTicks(Number(words[3]) - Number(words[2])) });
                }
                _done.TrySetResult();
                break;
        }
    }

    private DateTimeOffset At(string ticks) => TimeZoneInfo.ConvertTime(new DateTimeOffset(Number(ticks), TimeSpan.Zero), options.Schedule.Zone);

    private static long Number(string word) => long.Parse(word, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
}
