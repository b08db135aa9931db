using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Time;
using PSNetConcurrency.Infrastructure.Fleet;

namespace PSNetConcurrency.Commands.Time;

/// <summary>Writes a schedule for the scheduler of a system: a line of a crontab, a timer of systemd, or a task of Windows.</summary>
/// <remarks>
/// <para>For what must outlive the session, on nodes whose clocks are kept right by NTP. The text is only returned: Set-Content puts it into a file, and crontab, systemctl enable --now or Register-ScheduledTask -Xml take it.</para>
/// <para>What a format can't say is the error ScheduleNotExpressible, never left out: seconds, L, W, # and other time zones in a crontab, for one, or days that must match in both day and weekday, as cron means either. Names and words are quoted as each format wants it, percent signs too; in the name of a file _ stands for what it can't have.</para>
/// <para>Cron expressions that begin with a day's or month's counting (L, #) become calendar expressions for systemd. Where clocks are changed, each scheduler goes on in its own way.</para>
/// </remarks>
/// <example>
///   <para>A line for crontab -e.</para>
///   <code>(Export-FleetSchedule -Cron '30 3 * * MON-FRI' -Format Crontab -Name backup -Command /usr/local/bin/backup, '--keep=90%').Content</code>
/// </example>
/// <example>
///   <para>A timer and its service, each in its file.</para>
///   <code>Export-FleetSchedule -OnCalendar 'Mon *-05~07/1 10:00' -Format SystemdTimer -Name memorial -Command /usr/bin/flag, half -Persistent |
///   ForEach-Object { [IO.File]::WriteAllText("$PWD/$($_.FileName)", $_.Content) }</code>
/// </example>
/// <example>
///   <para>A script as a task of Windows, on each month's second Tuesday.</para>
///   <code>Export-FleetSchedule -Cron '0 22 * * TUE#2' -Format TaskScheduler -Name Patch -ScriptBlock { Install-WindowsUpdate }</code>
/// </example>
/// <inputs>PSNetConcurrency.FleetSchedule: a schedule of Start-FleetSchedule, whose name, times, splay, limit and policy are written.</inputs>
/// <outputs>PSNetConcurrency.ScheduleFile: the text and the name of each file.</outputs>
/// <seealso cref="StartFleetScheduleCommand"/>
/// <seealso cref="GetScheduleOccurrenceCommand"/>
[Cmdlet(VerbsData.Export, "FleetSchedule", DefaultParameterSetName = ByCron)]
[OutputType(typeof(ScheduleFile))]
public sealed class ExportFleetScheduleCommand : ScheduleCommand
{
    private const string BySchedule = "Schedule";
    private readonly Dictionary<string, string> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A schedule of Start-FleetSchedule.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = BySchedule)]
    [ValidateNotNull]
    public FleetSchedule? InputObject { get; set; }

    /// <summary>Crontab, SystemdTimer or TaskScheduler.</summary>
    [Parameter(Mandatory = true)]
    public ScheduleFormat Format { get; set; }

    /// <summary>The program to run and its arguments, word by word.</summary>
    [Parameter]
    [ValidateNotNull]
    public string[] Command { get; set; } = [];

    /// <summary>In place of -Command, a script for pwsh, which goes into the command line in an encoded form.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? ScriptBlock { get; set; }

    /// <summary>The name of the task, timer or comment.</summary>
    /// <value>That of the schedule, or FleetSchedule.</value>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>A comment for people.</summary>
    [Parameter]
    public string? Description { get; set; }

    /// <summary>Starts later by a random time, up to so many seconds.</summary>
    [Parameter]
    [ValidateRange(0d, 86_400d)]
    public double SplaySeconds { get; set; }

    /// <summary>Makes up for what was missed while the machine was off.</summary>
    [Parameter]
    public SwitchParameter Persistent { get; set; }

    /// <summary>What to do where the run before has not ended.</summary>
    /// <value>What the format does by itself: Parallel for Crontab, Skip for the others.</value>
    [Parameter]
    public FleetOverlapPolicy? OverlapPolicy { get; set; }

    /// <summary>How long it may run, in seconds. The default, 0, is for ever.</summary>
    [Parameter]
    [ValidateRange(0d, 31_536_000d)]
    public double TimeoutSeconds { get; set; }

    protected override Task ProcessAsync()
    {
        FleetScheduleOptions? given = InputObject?.Options;
        ScheduleJob job = new()
        {
            Name = Name ?? InputObject?.Name ?? "FleetSchedule",
            Schedule = given?.Schedule ?? Schedule(DateTimeOffset.Now),
            Command = Words(),
            Description = Description,
            Splay = SplaySeconds > 0 ? TimeSpan.FromSeconds(SplaySeconds) : given?.Splay ?? TimeSpan.Zero,
            IsPersistent = Persistent || given?.StampPath is not null,
            Overlap = OverlapPolicy ?? given?.Overlap ?? (Format == ScheduleFormat.Crontab ? FleetOverlapPolicy.Parallel : FleetOverlapPolicy.Skip),
            Timeout = TimeoutSeconds > 0 ? TimeSpan.FromSeconds(TimeoutSeconds) : given?.Timeout,
        };
        WriteObject(Distinct(job.Name, job.Write(Format)), enumerateCollection: true);
        return Task.CompletedTask;
    }

    // Names may differ only in what no file's has.
    private IEnumerable<ScheduleFile> Distinct(string name, IReadOnlyList<ScheduleFile> files)
    {
        string stem = Path.GetFileNameWithoutExtension(files[0].FileName), own = stem;
        for (int i = 2; _names.TryGetValue(own, out string? other) && other != name; i++)
        {
            own = string.Create(CultureInfo.InvariantCulture, $"{stem}-{i}");
        }
        _names[own] = name;
        return files.Select(f => f with { FileName = own + Path.GetExtension(f.FileName) });
    }

    private string[] Words()
    {
        if ((ScriptBlock is null) == (Command.Length == 0))
        {
            throw new NetException(NetError.InvalidArgument, "Give what is to run: either -Command, word by word, or -ScriptBlock.", nameof(Command));
        }
        if (ScriptBlock is null)
        {
            return Command;
        }
        if (ScriptBlock.Ast.Find(a => a is UsingExpressionAst, searchNestedScriptBlocks: true) is { } use)
        {
            throw new NetException(NetError.InvalidArgument, $"{use.Extent.Text} has a value in this session only. Write the value itself into the script.", use.Extent.Text);
        }
        return ["pwsh", "-NoProfile", "-NonInteractive", "-EncodedCommand", Convert.ToBase64String(Encoding.Unicode.GetBytes(ScriptBlock.ToString()))];
    }
}
