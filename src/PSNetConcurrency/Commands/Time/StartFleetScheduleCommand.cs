using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Time;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Fleet;

namespace PSNetConcurrency.Commands.Time;

/// <summary>Runs a script on many machines at the same instants, within milliseconds of one another, whatever their own clocks show.</summary>
/// <remarks>
/// <para>The instants are those of a reference clock: that of the time servers given with -Reference, of which those that contradict the majority are left out, or this machine's. Before each firing a process is started on every node, and everything in it compiled; the node itself asks the servers how far its clock is off, waits by its own clock, and begins the script. Only where it can't reach them, or none are given, its clock is measured through its connection, by the shortest of several round trips. The node needs PowerShell 7.4 or later, and nothing else.</para>
/// <para>Each firing on each node is a FleetRun, with when the script began (Fired), how late that was (Skew), how far the node's clock was off (ClockOffset), its output, and its State: a node that is down, late or lost is a result like the others, and nobody waits for it. -Wait writes them as they come; otherwise the schedule runs on in the background, and Receive-FleetRun fetches them. 1,000 wait at most; the oldest make room.</para>
/// <para>A node that is ready only after the instant begins at once, and is Late; beyond -StartingDeadlineSeconds it is Missed, and the script does not run. Nodes are started 15 seconds ahead at first, and then as long before as they were seen to need.</para>
/// <para>The schedule ends with Stop-FleetSchedule, when it has no more occurrences or -Count is reached, with the module, and with this session; what still runs on the nodes is stopped. For what must outlive the session there is Export-FleetSchedule.</para>
/// </remarks>
/// <example>
///   <para>Three nodes whose clocks are wrong fire at one instant, by three time servers of which one lies.</para>
///   <code>$time = 0, 0, 3600 | ForEach-Object { Start-TimeServer -Port 0 -Offset ([timespan]::FromSeconds($_)) }
/// Start-FleetSchedule local:00:10:00, local:-00:00:02, local { [DateTime]::UtcNow.Ticks } -At ([DateTimeOffset]::Now.AddSeconds(8)) -Reference $time -Wait
/// $time | Stop-NetListener</code>
///   <para>Skew is how late each began; what the script wrote is in Output.</para>
/// </example>
/// <example>
///   <para>Every two seconds, in the background.</para>
///   <code>$schedule = Start-FleetSchedule local { 'tick' } -Every 2 -Count 2
/// $schedule | Receive-FleetRun -Wait
/// $schedule.State</code>
/// </example>
/// <example>
///   <para>What a schedule on machines that ssh reaches would do.</para>
///   <code>Start-FleetSchedule web1, web2 { Restart-Service nginx } -Cron '0 3 * * *' -Reference 0.pool.ntp.org, 1.pool.ntp.org, 2.pool.ntp.org, 3.pool.ntp.org -WhatIf</code>
/// </example>
/// <inputs>PSNetConcurrency.FleetNode: nodes; also PSSessions, and names.</inputs>
/// <outputs>PSNetConcurrency.FleetSchedule: the schedule.</outputs>
/// <outputs>PSNetConcurrency.FleetRun: with -Wait the results, one for each firing on each node.</outputs>
/// <seealso cref="ReceiveFleetRunCommand"/>
/// <seealso cref="GetFleetScheduleCommand"/>
/// <seealso cref="StopFleetScheduleCommand"/>
/// <seealso cref="NewFleetNodeCommand"/>
/// <seealso cref="ExportFleetScheduleCommand"/>
[Cmdlet(VerbsLifecycle.Start, "FleetSchedule", DefaultParameterSetName = ByCron, SupportsShouldProcess = true)]
[OutputType(typeof(FleetSchedule), typeof(FleetRun))]
public sealed class StartFleetScheduleCommand : ScheduleCommand
{
    private readonly List<FleetNode> _nodes = [];
    private FleetSchedule? _waitedFor;

    /// <summary>The nodes: of New-FleetNode, PSSessions, or words. <c>local</c> is a process of this machine, <c>local:00:30:00</c> one whose clock is half an hour ahead, any other word a host that ssh reaches without asking for a password.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [FleetNodeTransform]
    [ValidateNotNullOrEmpty]
    public FleetNode[] Node { get; set; } = [];

    /// <summary>What to run on each node. <c>$using:name</c> in it is the value that the variable has here and now.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNull]
    public ScriptBlock ScriptBlock { get; set; } = null!;

    /// <summary>The arguments of the script, by position.</summary>
    [Parameter]
    [AllowNull]
    [AllowEmptyCollection]
    [Alias("Args")]
    public object?[] ArgumentList { get; set; } = [];

    /// <summary>A name for the schedule. The default is <c>FleetSchedule-1</c> and so on.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Time servers (NTP), as name or name:port, or what Start-TimeServer returned. With three or more a liar among them is found out. Nodes must reach them by the same names. Without it this machine's clock is the reference.</summary>
    [Parameter]
    [TimeServerTransform]
    [ValidateNotNullOrEmpty]
    public string[] Reference { get; set; } = [];

    /// <summary>Each firing goes by one of the servers, picked at random as Select-TimeReference does: a pick that contradicts the majority is refused.</summary>
    [Parameter]
    public SwitchParameter Random { get; set; }

    /// <summary>Repeats what -Random and -SplaySeconds draw.</summary>
    [Parameter]
    public long? Seed { get; set; }

    /// <summary>Each node fires later by a random time, up to so many seconds: for what would overload something that all need.</summary>
    [Parameter]
    [ValidateRange(0d, 86_400d)]
    public double SplaySeconds { get; set; }

    /// <summary>Makes up for a firing that was missed, also since the schedule of this -Name last ran in another session: at once, and once for all that were missed (IsCatchUp). When it fired last is kept in a file.</summary>
    [Parameter]
    public SwitchParameter Persistent { get; set; }

    /// <summary>The file in which -Persistent keeps when the schedule fired last.</summary>
    /// <value>The schedule's name in the folder PSNetConcurrency/schedules of the user's local application data.</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StampPath { get; set; }

    /// <summary>What to do on a node where the run before has not ended when the next is due; it is decided a quarter of a second before. A PSSession runs one script at a time: there Parallel does what Queue does. Whatever the policy, at most four firings are under way: the next is Missed.</summary>
    [Parameter]
    public FleetOverlapPolicy OverlapPolicy { get; set; }

    /// <summary>How many times to fire. The default, 0, is as often as there is an occurrence.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Count { get; set; }

    /// <summary>How long the script may run, in seconds; then it is stopped, and the run is TimedOut. The default, 0, is for ever.</summary>
    [Parameter]
    [ValidateRange(0d, 31_536_000d)]
    public double TimeoutSeconds { get; set; }

    /// <summary>How long after the instant a node may still begin, in seconds. A node that is not ready by then is Missed, or Unreachable.</summary>
    [Parameter]
    [ValidateRange(0d, 86_400d)]
    public double StartingDeadlineSeconds { get; set; } = 60;

    /// <summary>How long before the instant nodes are started at least, in seconds: for launchers that take long.</summary>
    /// <value>15 at first, and then as long as the nodes were seen to need.</value>
    [Parameter]
    [ValidateRange(0d, 3600d)]
    public double? LeadSeconds { get; set; }

    /// <summary>A run that begins later than so many milliseconds after its instant is Late.</summary>
    [Parameter]
    [ValidateRange(0d, 86_400_000d)]
    public double ToleranceMilliseconds { get; set; } = 1000;

    /// <summary>Writes the results as they come, until the schedule has ended; Ctrl+C stops it.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    protected override ProgressRecord? Progress() => _waitedFor is { } schedule
        ? ProgressOf(schedule.NextOccurrence is { } next ? string.Create(CultureInfo.InvariantCulture, $"{schedule.Name} fires at {next:yyyy-MM-dd HH:mm:ss zzz}") : $"{schedule.Name}: its last run is under way") : null;

    protected override Task ProcessAsync()
    {
        _nodes.AddRange(Node);
        return Task.CompletedTask;
    }

    protected override async Task EndAsync()
    {
        if (_nodes.Count == 0)
        {
            throw new NetException(NetError.InvalidArgument, "No node came down the pipeline: there is nothing to schedule.", nameof(Node));
        }
        FleetScheduleOptions options = Options();
        FleetJob job = FleetJob.Create(ScriptBlock, ArgumentList, this);
        if (!ShouldProcess($"{options.Schedule.Expression} on {string.Join(", ", _nodes.Select(n => n.Name))}", "Start fleet schedule"))
        {
            return;
        }
        FleetSchedule schedule = await FleetSchedule.StartAsync(options, new FleetLauncher(job, SessionState.Path.CurrentFileSystemLocation.ProviderPath), StopToken);
        HandleRegistry.Add(schedule);
        if (!Wait)
        {
            WriteObject(schedule);
            return;
        }
        _waitedFor = schedule;
        while (await schedule.Log.WaitAsync(StopToken))
        {
            while (schedule.Log.TryTake(out FleetRun? run))
            {
                WriteObject(run);
            }
        }
        _waitedFor = null;
        HandleRegistry.Remove(schedule);
        if (schedule.State == FleetScheduleState.Failed)
        {
            throw schedule.Failure!;
        }
    }

    // Nobody has the schedule whose wait was interrupted.
    protected override void ReleaseResources()
    {
        if (_waitedFor is { } schedule)
        {
            HandleRegistry.Remove(schedule);
            _ = schedule.StopAsync();
        }
    }

    private FleetScheduleOptions Options()
    {
        if (_nodes.GroupBy(n => n.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new NetException(NetError.InvalidArgument, $"There are {twice.Count()} nodes named '{twice.Key}'. Give each a name of its own with New-FleetNode.", twice.Key);
        }
        if (Name is { } name && HandleRegistry.Get<FleetSchedule>().Any(s => s.State == FleetScheduleState.Running && s.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
        {
            throw new NetException(NetError.InvalidArgument, $"A fleet schedule named '{name}' runs already. Stop-FleetSchedule ends it.", name);
        }
        if (Random && Reference.Length == 0)
        {
            throw new NetException(NetError.InvalidArgument, "-Random picks one of the servers of -Reference, and none are given.", nameof(Random));
        }
        TimeSpan? lead = LeadSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        FleetScheduleOptions options = new()
        {
            Name = Name,
            Schedule = Schedule(DateTimeOffset.Now),
            Nodes = _nodes,
            Servers = [.. Reference.Select(FleetServer.Parse)],
            PicksAtRandom = Random,
            Seed = Seed ?? System.Random.Shared.NextInt64(),
            Splay = TimeSpan.FromSeconds(SplaySeconds),
            StampPath = Stamp(),
            Overlap = OverlapPolicy,
            Count = Count,
            Timeout = Deadline.OfSeconds(TimeoutSeconds),
            StartingDeadline = TimeSpan.FromSeconds(StartingDeadlineSeconds),
            Tolerance = TimeSpan.FromMilliseconds(ToleranceMilliseconds),
        };
        return lead is { } given ? options with { Lead = given, LeastLead = given } : options;
    }

    private string? Stamp()
    {
        if (!Persistent)
        {
            return StampPath is null ? null : throw new NetException(NetError.InvalidArgument, "-StampPath is where -Persistent keeps when it fired, and -Persistent is not given.", nameof(StampPath));
        }
        if (StampPath is { } path)
        {
            return FilePaths.Literal(this, path);
        }
        string name = Name ?? throw new NetException(NetError.InvalidArgument, "-Persistent finds what was missed by the schedule's name: give it a -Name, or a file with -StampPath.", nameof(Persistent));
        // Whatever it is named, it is the name of a file.
        string file = string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c.ToString() : $"%{(int)c:X2}"));
        return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "PSNetConcurrency", "schedules", file + ".stamp");
    }
}
