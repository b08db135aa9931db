using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Core.Tests.Time;

/// <summary>Nodes within this process: the real agent on a thread of its own, and a script that is a delegate.</summary>
internal sealed class FleetRig : IFleetLauncher
{
    private readonly object _gate = new();

    /// <summary>What nodes run. It gets the node's name, a way to write, and what stops it.</summary>
    public Action<string, Action<object?>, CancellationToken> Script { get; set; } = (_, _, _) => { };

    /// <summary>Called before a node is ready.</summary>
    public Action<string, CancellationToken> Starting { get; set; } = (_, _) => { };

    public static FleetScheduleOptions Options(Schedule schedule, params FleetNode[] nodes) => new()
    {
        Schedule = schedule,
        Nodes = nodes,
        Lead = TimeSpan.FromMilliseconds(300),
        Tolerance = TimeSpan.FromDays(1),
    };

    public static FixedSchedule At(params DateTimeOffset[] instants) => new(instants, TimeZoneInfo.Utc);

    public static FixedSchedule In(double seconds) => At(DateTimeOffset.UtcNow.AddSeconds(seconds));

    public static FleetNode Node(string name, double clockSeconds = 0) => new() { Name = name, ClockOffset = TimeSpan.FromSeconds(clockSeconds) };

    public static UdpServer TimeServer(double offsetSeconds) => UdpServer.Start("Ntp", new UdpServerOptions(), TimeServers.Service(TimeServiceKind.Ntp, new TimeServerOptions { Offset = TimeSpan.FromSeconds(offsetSeconds) }));

    public Task<FleetSchedule> StartAsync(FleetScheduleOptions options) => FleetSchedule.StartAsync(options, this, CancellationToken.None);

    /// <summary>All results of a schedule that ends by itself.</summary>
    public async Task<FleetRun[]> RunAsync(FleetScheduleOptions options)
    {
        FleetSchedule schedule = await StartAsync(options);
        await schedule.Completion.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((FleetScheduleState.Completed, null), (schedule.State, schedule.Problem));
        return schedule.Run;
    }

    /// <summary>How many scripts run.</summary>
    public int Together { get; private set; }

    /// <summary>How many ran at once at most.</summary>
    public int MostTogether { get; private set; }

    private void RunScript(string node, Action<object?> write, CancellationToken stop)
    {
        lock (_gate)
        {
            MostTogether = Math.Max(MostTogether, ++Together);
        }
        try
        {
            Script(node, write, stop);
        }
        finally
        {
            lock (_gate)
            {
                Together--;
            }
        }
    }

    public IFleetLink Start(FleetNode node, string plan) => new Link(this, node, plan);

    [SuppressMessage("Design", "CA1001", Justification = "Stopping it ends the token's use.")]
    private sealed class Link : IFleetLink
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
        private readonly Channel<FleetRecord> _records = Channel.CreateUnbounded<FleetRecord>();
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Link(FleetRig rig, FleetNode node, string plan)
        {
            if (node.Name == "down")
            {
                throw new NetException(NetError.LauncherFailed, "down is down.", node.Name);
            }
            _running = Task.Factory.StartNew(() => Work(rig, node, plan), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        public NetException? Failure { get; private set; }

        public Task SendAsync(string line, CancellationToken stop)
        {
            _lines.Writer.TryWrite(line);
            return Task.CompletedTask;
        }

        public void EndInput() => _lines.Writer.TryComplete();

        public async IAsyncEnumerable<FleetRecord> ReadAsync([EnumeratorCancellation] CancellationToken stop)
        {
            await foreach (FleetRecord record in _records.Reader.ReadAllAsync(stop))
            {
                yield return record;
            }
        }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            _lines.Writer.TryComplete();
            await _running;
        }

        private void Work(FleetRig rig, FleetNode node, string plan)
        {
            try
            {
                rig.Starting(node.Name, _stop.Token);
                FleetAgent agent = new(plan);
                Write(agent.Begin());
                while (_lines.Reader.WaitToReadAsync(_stop.Token).AsTask().GetAwaiter().GetResult())
                {
                    while (_lines.Reader.TryRead(out string? line))
                    {
                        Write(agent.Take(line));
                    }
                }
                if (agent.IsArmed)
                {
                    foreach (string line in agent.WaitNear())
                    {
                        Write(line);
                    }
                    _ = Task.Run(() => agent.TellLongRun() is { } line && _records.Writer.TryWrite(new FleetRecord(FleetRecordKind.Aside, line)));
                    try
                    {
                        agent.WaitLast();
                        rig.RunScript(node.Name, Write, _stop.Token);
                    }
                    finally
                    {
                        Write(agent.End());
                    }
                }
            }
            catch (Exception e)
            {
                Failure = new NetException(NetError.ScriptFailed, e.Message, node.Name, e);
            }
            _records.Writer.TryComplete();
        }

        private void Write(object? value)
        {
            if (value is not null)
            {
                _records.Writer.TryWrite(new FleetRecord(FleetRecordKind.Output, value));
            }
        }
    }
}
