using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Tests.Net;
using PSNetConcurrency.Core.Time;
using static PSNetConcurrency.Core.Tests.Time.FleetRig;

namespace PSNetConcurrency.Core.Tests.Time;

public sealed class FleetScheduleTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Nodes_with_wrong_clocks_fire_by_the_servers_that_agree()
    {
        using UdpServer first = TimeServer(20), second = TimeServer(20), third = TimeServer(20), liar = TimeServer(3600);
        FleetRig rig = new() { Script = (_, write, _) => write(DateTimeOffset.UtcNow) };
        DateTimeOffset instant = DateTimeOffset.UtcNow.AddSeconds(22.5);
        FleetRun[] runs = await rig.RunAsync(Options(At(instant), Node("right"), Node("ahead", 3599), Node("behind", -2.5)) with
        {
            Servers = [.. new[] { first, liar, second, third }.Select(s => ("127.0.0.1", s.Port))],
        });
        Assert.Equal(["ahead", "behind", "right"], runs.Select(r => r.Node).Order());
        Assert.All(runs, r => Assert.Equal((FleetRunState.Completed, instant, 1), (r.State, r.Scheduled, r.Number)));
        foreach (FleetRun run in runs)
        {
            double wrong = run.Node switch { "ahead" => 3599, "behind" => -2.5, _ => 0 };
            TimeSpan error = run.ClockError!.Value + TimeSpan.FromMilliseconds(1);
            Assert.InRange(run.ClockOffset!.Value - TimeSpan.FromSeconds(20 - wrong), -error, error);
            Assert.True(run.Skew >= TimeSpan.Zero, $"{run.Skew}");
            // What the node takes for the moment in which the script began is it.
            DateTimeOffset began = (DateTimeOffset)Assert.Single(run.Output)! + TimeSpan.FromSeconds(20);
            Assert.True(began >= run.Fired - error, $"{began:O} {run.Fired:O} {error}");
            Assert.DoesNotContain($":{liar.Port}", run.Reference, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_servers_a_nodes_clock_is_measured_through_its_connection()
    {
        FleetRig rig = new() { Script = (_, write, _) => write(DateTimeOffset.UtcNow) };
        FleetRun run = Assert.Single(await rig.RunAsync(Options(In(0.5), Node("ahead", 1800))));
        TimeSpan error = run.ClockError!.Value + TimeSpan.FromMilliseconds(1);
        Assert.InRange(run.ClockOffset!.Value + TimeSpan.FromSeconds(1800), -error, error);
        Assert.Equal((FleetRunState.Completed, "channel", null), (run.State, run.Reference, run.Problem));
        Assert.True((DateTimeOffset)run.Output[0]! >= run.Fired - error);
    }

    [Fact]
    public async Task A_loopback_server_is_not_looked_for_on_another_machine()
    {
        using UdpServer server = TimeServer(20);
        FleetRun run = Assert.Single(await new FleetRig().RunAsync(Options(At(DateTimeOffset.UtcNow.AddSeconds(20.5)), Node("far") with { Via = ["ssh", "far"] }) with { Servers = [("127.0.0.1", server.Port)] }));
        TimeSpan error = run.ClockError!.Value + TimeSpan.FromMilliseconds(5);
        Assert.InRange(run.ClockOffset!.Value - TimeSpan.FromSeconds(20), -error, error);
        Assert.Equal((FleetRunState.Completed, "channel", null), (run.State, run.Reference, run.Problem));
    }

    [Fact]
    public async Task A_reference_picked_at_random_is_never_the_liar()
    {
        using UdpServer first = TimeServer(0), second = TimeServer(0), third = TimeServer(0), liar = TimeServer(3600);
        FleetReference reference = new([.. new[] { liar, first, second, third }.Select(s => ("127.0.0.1", s.Port))], random: true, seed: 1);
        HashSet<int> picked = [];
        for (int i = 0; i < 20; i++)
        {
            await reference.MeasureAsync(CancellationToken.None);
            picked.Add(Assert.Single(reference.Trusted).Port);
        }
        Assert.DoesNotContain(liar.Port, picked);
        Assert.True(picked.Count > 1);
    }

    [Fact]
    public async Task A_reference_without_a_majority_is_an_error_at_the_start()
    {
        using UdpServer first = TimeServer(0), second = TimeServer(3600);
        NetException e = await Assert.ThrowsAsync<NetException>(() => new FleetRig().StartAsync(Options(In(1), Node("a")) with { Servers = [("127.0.0.1", first.Port), ("127.0.0.1", second.Port)] }));
        Assert.Equal(NetError.NoMajority, e.Error);
    }

    [Fact]
    public async Task A_node_that_is_down_or_lost_or_silent_is_a_result_and_holds_nobody_up()
    {
        FleetRig rig = new()
        {
            Starting = (name, stop) =>
            {
                if (name == "lost")
                {
                    throw new InvalidOperationException("The line was cut.");
                }
                if (name == "silent")
                {
                    stop.WaitHandle.WaitOne();
                }
            },
        };
        FleetRun[] runs = await rig.RunAsync(Options(In(0.5), Node("down"), Node("silent"), Node("well"), Node("lost")) with { StartingDeadline = TimeSpan.FromSeconds(2) });
        FleetRun Of(string name) => runs.Single(r => r.Node == name);
        Assert.Equal(FleetRunState.Completed, Of("well").State);
        Assert.Equal((FleetRunState.Unreachable, "down is down."), (Of("down").State, Of("down").Problem));
        Assert.Equal((FleetRunState.Unreachable, "The line was cut."), (Of("lost").State, Of("lost").Problem));
        Assert.Equal(FleetRunState.Unreachable, Of("silent").State);
        Assert.Contains("not ready", Of("silent").Problem, StringComparison.Ordinal);
        Assert.Null(Of("silent").Fired);
    }

    [Fact]
    public async Task A_node_that_is_ready_late_begins_at_once_and_says_so()
    {
        using ManualResetEventSlim ready = new();
        DateTimeOffset instant = DateTimeOffset.UtcNow.AddSeconds(0.3);
        FleetRig rig = new() { Starting = (_, stop) => ready.Wait(stop) };
        Task<FleetRun[]> running = rig.RunAsync(Options(At(instant), Node("a")) with { Tolerance = TimeSpan.FromMilliseconds(50) });
        await Task.Delay(instant.AddSeconds(0.2) - DateTimeOffset.UtcNow);
        ready.Set();
        FleetRun run = Assert.Single(await running);
        Assert.Equal(FleetRunState.Late, run.State);
        // A delay may end a little early by the clock that is set.
        Assert.True(run.Skew >= TimeSpan.FromSeconds(0.19), $"{run.Skew}");
    }

    [Fact]
    public async Task A_script_that_fails_or_runs_too_long_is_a_result()
    {
        FleetRig rig = new()
        {
            Script = (name, write, stop) =>
            {
                write("begun");
                if (name == "fails")
                {
                    throw new InvalidOperationException("No disk.");
                }
                if (name == "hangs")
                {
                    stop.WaitHandle.WaitOne();
                }
            },
        };
        FleetRun[] runs = await rig.RunAsync(Options(In(0.4), Node("fails"), Node("hangs"), Node("well")) with { Timeout = TimeSpan.FromSeconds(1) });
        Assert.Equal(["fails Failed", "hangs TimedOut", "well Completed"], runs.Select(r => $"{r.Node} {r.State}").Order());
        Assert.All(runs, r => Assert.Equal("begun", Assert.Single(r.Output)));
        Assert.All(runs, r => Assert.NotNull(r.Fired));
        Assert.Contains(runs, r => r.Problem == "No disk.");
    }

    [Theory]
    [InlineData(FleetOverlapPolicy.Skip, false, "1 Completed", "2 Skipped")]
    [InlineData(FleetOverlapPolicy.Queue, false, "1 Completed", "2 Completed")]
    [InlineData(FleetOverlapPolicy.Replace, false, "1 Stopped", "2 Completed")]
    [InlineData(FleetOverlapPolicy.Parallel, false, "1 Completed", "2 Completed")]
    [InlineData(FleetOverlapPolicy.Skip, true, "1 Completed", "2 Skipped")]
    [InlineData(FleetOverlapPolicy.Replace, true, "1 Stopped", "2 Completed")]
    [InlineData(FleetOverlapPolicy.Parallel, true, "1 Completed", "2 Completed")]
    public async Task A_run_that_has_not_ended_is_overlapped_as_the_policy_says(FleetOverlapPolicy policy, bool oneAtATime, params string[] expected)
    {
        int runs = 0, agents = 0;
        using ManualResetEventSlim secondIsDue = new();
        // Far enough apart for the first to have begun when the second comes, also where the machine is busy.
        DateTimeOffset instant = DateTimeOffset.UtcNow.AddSeconds(0.5), next = instant.AddSeconds(2);
        FleetRig rig = new()
        {
            Script = (_, _, stop) =>
            {
                // The first goes on until the second was due, or ran.
                if (Interlocked.Increment(ref runs) == 1)
                {
                    secondIsDue.Wait(stop);
                }
                secondIsDue.Set();
            },
        };
        rig.Starting = (_, _) =>
        {
            if (Interlocked.Increment(ref agents) == 2 && oneAtATime)
            {
                Assert.Equal((1, 0), (runs, rig.Together));
            }
        };
        FleetSchedule schedule = await rig.StartAsync(Options(At(instant, next), Node("a") with { Session = oneAtATime ? new object() : null }) with { Overlap = policy });
        if (policy == FleetOverlapPolicy.Skip)
        {
            // Nothing else ends before the first.
            await Eventually.TrueAsync(() => schedule.Run.Length > 0, "a run is skipped");
            secondIsDue.Set();
        }
        else if (policy == FleetOverlapPolicy.Queue || (policy == FleetOverlapPolicy.Parallel && oneAtATime))
        {
            await Task.Delay(next.AddSeconds(0.5) - DateTimeOffset.UtcNow);
            secondIsDue.Set();
        }
        await schedule.Completion.WaitAsync(Limit);
        Assert.Equal(expected, schedule.Run.OrderBy(r => r.Number).Select(r => $"{r.Number} {r.State}"));
        Assert.Equal(policy == FleetOverlapPolicy.Parallel && !oneAtATime ? 2 : 1, rig.MostTogether);
    }

    [Theory]
    [InlineData(FleetOverlapPolicy.Skip, "1 Completed", "2 Skipped")]
    [InlineData(FleetOverlapPolicy.Queue, "1 Completed", "2 Completed")]
    [InlineData(FleetOverlapPolicy.Replace, "1 Stopped", "2 Completed")]
    public async Task A_run_whose_node_was_not_ready_does_not_begin_beside_the_next(FleetOverlapPolicy policy, params string[] expected)
    {
        int agents = 0;
        using ManualResetEventSlim ready = new();
        DateTimeOffset instant = DateTimeOffset.UtcNow.AddSeconds(0.5), next = instant.AddSeconds(1);
        FleetRig rig = new()
        {
            Starting = (_, stop) =>
            {
                if (Interlocked.Increment(ref agents) == 1)
                {
                    ready.Wait(stop);
                }
            },
            // Whoever may run beside it would do so by then.
            Script = (_, _, _) => Thread.Sleep(200),
        };
        FleetSchedule schedule = await rig.StartAsync(Options(At(instant, next), Node("a")) with { Overlap = policy });
        await Task.Delay(next.AddSeconds(0.1) - DateTimeOffset.UtcNow);
        ready.Set();
        await schedule.Completion.WaitAsync(Limit);
        Assert.Equal(expected, schedule.Run.OrderBy(r => r.Number).Select(r => $"{r.Number} {r.State}"));
        Assert.Equal(1, rig.MostTogether);
    }

    [Theory]
    [InlineData(FleetOverlapPolicy.Skip, false, "1 Completed", "2 Skipped", "3 Skipped")]
    [InlineData(FleetOverlapPolicy.Skip, true, "1 Completed", "2 Skipped", "3 Skipped")]
    [InlineData(FleetOverlapPolicy.Replace, false, "1 Stopped", "2 Completed", "3 Completed")]
    [InlineData(FleetOverlapPolicy.Queue, false, "1 Completed", "2 Completed", "3 Completed")]
    public async Task A_run_is_seen_by_all_that_come_while_it_runs(FleetOverlapPolicy policy, bool oneAtATime, params string[] expected)
    {
        int runs = 0;
        using ManualResetEventSlim end = new();
        DateTimeOffset instant = DateTimeOffset.UtcNow.AddSeconds(0.5);
        FleetRig rig = new()
        {
            Script = (_, _, stop) =>
            {
                if (Interlocked.Increment(ref runs) == 1)
                {
                    end.Wait(stop);
                }
            },
        };
        FleetSchedule schedule = await rig.StartAsync(Options(At(instant, instant.AddSeconds(1), instant.AddSeconds(2)), Node("a") with { Session = oneAtATime ? new object() : null }) with { Overlap = policy });
        await Task.Delay(instant.AddSeconds(2.5) - DateTimeOffset.UtcNow);
        end.Set();
        await schedule.Completion.WaitAsync(Limit);
        Assert.Equal(expected, schedule.Run.OrderBy(r => r.Number).Select(r => $"{r.Number} {r.State}"));
        Assert.Equal(1, rig.MostTogether);
    }

    [Fact]
    public async Task A_schedule_fires_as_often_as_it_should_and_then_ends()
    {
        FleetRig rig = new() { Script = (_, write, _) => write("tick") };
        FleetSchedule schedule = await rig.StartAsync(Options(new IntervalSchedule(TimeSpan.FromMilliseconds(300), DateTimeOffset.UtcNow, TimeZoneInfo.Utc), Node("a")) with { Count = 3, Overlap = FleetOverlapPolicy.Queue });
        await schedule.Completion.WaitAsync(Limit);
        Assert.Equal((FleetScheduleState.Completed, 3, null), (schedule.State, schedule.RunCount, schedule.NextOccurrence));
        FleetRun[] runs = schedule.Run;
        Assert.Equal([1, 2, 3], runs.Select(r => r.Number).Order());
        Assert.Equal(2, runs.OrderBy(r => r.Number).Select(r => r.Scheduled).Pairwise().Count(p => p.Second - p.First == TimeSpan.FromMilliseconds(300)));
    }

    [Fact]
    public async Task Stopping_stops_what_runs()
    {
        using ManualResetEventSlim begun = new();
        FleetRig rig = new()
        {
            Script = (_, _, stop) =>
            {
                begun.Set();
                stop.WaitHandle.WaitOne();
            },
        };
        FleetSchedule schedule = await rig.StartAsync(Options(new IntervalSchedule(TimeSpan.FromMilliseconds(500), DateTimeOffset.UtcNow, TimeZoneInfo.Utc), Node("a")));
        Assert.True(await Task.Run(() => begun.Wait(Limit)));
        await schedule.StopAsync().WaitAsync(Limit);
        Assert.Equal(FleetScheduleState.Stopped, schedule.State);
        Assert.Contains(schedule.Run, r => r is { Number: 1, State: FleetRunState.Stopped });
        await schedule.StopAsync();
    }

    [Fact]
    public async Task What_was_missed_since_the_last_session_is_made_up_for_once()
    {
        string stamp = Path.Combine(Directory.CreateTempSubdirectory("psnc-fleet-").FullName, "deep", "nightly.stamp");
        try
        {
            FleetRig rig = new();
            CronSchedule nightly = new("0 3 * * *", TimeZoneInfo.Utc);
            DateTimeOffset now = DateTimeOffset.UtcNow;
            new FleetStamp(stamp).Write(now.AddDays(-3));
            FleetRun run = Assert.Single(await rig.RunAsync(Options(nightly, Node("a")) with { StampPath = stamp, Count = 1 }));
            Assert.Equal((FleetRunState.Completed, true), (run.State, run.IsCatchUp));
            Assert.InRange(run.Scheduled, now.AddDays(-1), now);
            Assert.Equal(3, run.Scheduled.Hour);
            Assert.Equal(run.Scheduled, new FleetStamp(stamp).Read());

            // The second time nothing is missed.
            FleetSchedule again = await rig.StartAsync(Options(nightly, Node("a")) with { StampPath = stamp });
            Assert.True(again.NextOccurrence > now);
            await again.StopAsync();
            Assert.Equal(0, again.RunCount);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(Path.GetDirectoryName(stamp))!, recursive: true);
        }
    }

    [Fact]
    public async Task An_interval_runs_by_the_reference_and_not_by_this_machine()
    {
        using UdpServer server = TimeServer(-3600);
        FleetSchedule schedule = await new FleetRig().StartAsync(Options(new IntervalSchedule(TimeSpan.FromSeconds(60), DateTimeOffset.UtcNow, TimeZoneInfo.Utc), Node("a")) with { Servers = [("127.0.0.1", server.Port)] });
        DateTimeOffset now = DateTimeOffset.UtcNow + schedule.ClockOffset;
        Assert.InRange(schedule.NextOccurrence!.Value, now, now.AddSeconds(61));
        await schedule.StopAsync();
    }

    [Fact]
    public async Task An_interval_goes_on_from_where_it_was_in_the_last_session()
    {
        string stamp = Path.GetTempFileName();
        DateTimeOffset last = DateTimeOffset.UtcNow.AddHours(-2.5);
        new FleetStamp(stamp).Write(last);
        FleetRun run = Assert.Single(await new FleetRig().RunAsync(Options(new IntervalSchedule(TimeSpan.FromHours(1), DateTimeOffset.UtcNow, TimeZoneInfo.Utc), Node("a")) with { StampPath = stamp, Count = 1 }));
        Assert.Equal((FleetRunState.Completed, true, last.AddHours(2)), (run.State, run.IsCatchUp, run.Scheduled));
        File.Delete(stamp);
    }

    [Fact]
    public async Task An_instant_that_is_over_is_refused_at_the_start()
    {
        NetException e = await Assert.ThrowsAsync<NetException>(() => new FleetRig().StartAsync(Options(In(-3600), Node("a"))));
        Assert.Equal(NetError.ScheduleNeverElapses, e.Error);
    }

    [Fact]
    public async Task Much_output_is_cut_and_counted()
    {
        FleetRig rig = new()
        {
            Script = (_, write, _) =>
            {
                for (int i = 0; i < 10_050; i++)
                {
                    write(i);
                }
            },
        };
        FleetRun run = Assert.Single(await rig.RunAsync(Options(In(0.3), Node("a"))));
        Assert.Equal(10_000, run.Output.Length);
        Assert.Contains("10050", run.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("time.example", "time.example", 123)]
    [InlineData("time.example:1123", "time.example", 1123)]
    [InlineData("[::1]:1123", "::1", 1123)]
    [InlineData("::1", "::1", 123)]
    public void A_time_server_is_a_name_and_perhaps_a_port(string text, string host, int port) => Assert.Equal((host, port), FleetServer.Parse(text));

    [Theory]
    [InlineData("time.example:0")]
    [InlineData("time.example:x")]
    [InlineData("two words")]
    [InlineData(":123")]
    public void What_is_no_time_server_is_refused(string text) => Assert.Equal(NetError.InvalidArgument, Assert.Throws<NetException>(() => FleetServer.Parse(text)).Error);
}

internal static class Pairs
{
    public static IEnumerable<(T First, T Second)> Pairwise<T>(this IEnumerable<T> items) => items.Zip(items.Skip(1));
}
