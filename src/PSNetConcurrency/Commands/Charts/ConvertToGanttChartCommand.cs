using System.Management.Automation;
using PSNetConcurrency.Core.Charts;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Terminal;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Charts;
using PSNetConcurrency.Infrastructure.Chat;

namespace PSNetConcurrency.Commands.Charts;

/// <summary>Draws what ran when as a Gantt chart: text for the terminal, SVG, an HTML page, or Mermaid for Markdown.</summary>
/// <remarks>
/// <para>It takes, also from Import-Clixml and other sessions:</para>
/// <list type="bullet">
///   <item>Results with a property Gantt or Timeline, such as those of Measure-JoinStrategy and Measure-Parallelism: each is a chart of its own.</item>
///   <item>Bars themselves, the elements of such a property, or any objects with Start and End, and Lane and Label, where Queue and IsOverhead are optional: all together are one chart. Rows of Import-Csv are such objects.</item>
///   <item>Child processes, their results, jobs, and whatever else has a StartTime and an ExitTime or EndTime: all together are one chart, by the clock, from the first start. What still runs is drawn up to now; what was not started is left out with a warning.</item>
/// </list>
/// <para>Each row is a lane, a label or a queue (-By); colours are labels, or in rows of labels the lanes, where there are several. Bars that overlap in one row are drawn below each other. Overhead, such as context switches, is hatched. What took no time is a diamond, or as thin as can be where other bars of its label have a length. A bar that is called as its row is tells how long it is instead.</para>
/// <para>Text is one string per chart, and no line of it is wider than -Width; bars begin and end at an eighth of a character. It has colours where the terminal shows them: not with NO_COLOR, $PSStyle.OutputRendering PlainText, redirected output, or when it is piped to another command. Without colours, each label has a pattern of its own. A legend follows where a label found no room in its bar.</para>
/// <para>Svg and Html need no other file and no script, follow the light or dark setting of who looks at them, and have words for screen readers. The colours are told apart with any kind of colour vision; after 21 they repeat. Html is one page for all charts, with a table of up to 2000 bars under each.</para>
/// <para>Any number of bars can be given. Those that share a character, or half a pixel in Svg and Html, are merged: the longest in sum is seen. A chart has 1000 rows at most, and tells what it left out. Mermaid refuses more than 50000 characters, so of more than 400 bars the short ones are merged there.</para>
/// <para>What was measured is in seconds, and shown in a unit that suits. Simulated times, and bars that come without their result, are in a unit that is not known, so the axis has none unless -Unit names it.</para>
/// </remarks>
/// <example>
///   <para>Three processes, one after the other and all at once, on one scale.</para>
///   <code>Measure-JoinStrategy -DurationSeconds 0.3, 0.3, 0.3 -Strategy Serial, Parallel | ConvertTo-GanttChart -SameScale</code>
/// </example>
/// <example>
///   <para>The child processes of this session, as a page.</para>
///   <code>$child = 1..3 | ForEach-Object { Start-ChildProcess -FilePath dotnet -ArgumentList '--version' }
/// $page = $child | Wait-ChildProcess | ConvertTo-GanttChart -Format Html -Title 'Three children'
/// [IO.File]::WriteAllText("$PWD/children.html", $page)</code>
/// </example>
/// <example>
///   <para>Bars of your own: round robin with a context switch, once in rows of processors and once in rows of jobs.</para>
///   <code>$bars = [pscustomobject]@{ Lane = 'CPU 0'; Label = 'P1'; Start = 0; End = 4 },
///     [pscustomobject]@{ Lane = 'CPU 0'; Label = 'switch'; Start = 4; End = 5; IsOverhead = $true },
///     [pscustomobject]@{ Lane = 'CPU 0'; Label = 'P2'; Start = 5; End = 8 }
/// $bars | ConvertTo-GanttChart -Width 60
/// $bars | ConvertTo-GanttChart -Width 60 -By Label -Ascii</code>
/// </example>
/// <inputs>System.Object: results with bars, bars, or child processes.</inputs>
/// <outputs>System.String: one per chart, of several lines; with -Format Html one for all.</outputs>
/// <seealso cref="Processes.MeasureJoinStrategyCommand"/>
/// <seealso cref="Processes.MeasureParallelismCommand"/>
/// <seealso href="https://mermaid.js.org/syntax/gantt.html">Mermaid's gantt diagrams</seealso>
[Cmdlet(VerbsData.ConvertTo, "GanttChart")]
[OutputType(typeof(string))]
public sealed class ConvertToGanttChartCommand : NetCmdlet
{
    private readonly GanttReader _reader = new();

    /// <summary>What to draw.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject InputObject { get; set; } = null!;

    /// <summary>What to draw it as.</summary>
    [Parameter]
    public GanttFormat Format { get; set; } = GanttFormat.Text;

    /// <summary>How wide: in columns for Text, from 20, and in pixels for Svg and Html, from 240. Mermaid fills the page it is on.</summary>
    /// <value>the width of the terminal, or 80 where there is none; 960 pixels</value>
    [Parameter]
    [ValidateRange(TextGanttOptions.LeastWidth, 20000)]
    public int Width { get; set; }

    /// <summary>What a row stands for.</summary>
    [Parameter]
    public GanttGrouping By { get; set; } = GanttGrouping.Lane;

    /// <summary>The title, of the page for Html and of each chart otherwise.</summary>
    /// <value>the policy, strategy, era or mode of the result</value>
    [Parameter]
    public string? Title { get; set; }

    /// <summary>The unit on the axis. What was measured is converted to us, ms, s, min or h; any other word, and any unit of other times, is only written there.</summary>
    /// <remarks>Auto chooses one of these for what was measured, and none for other times. '' writes none, and converts nothing.</remarks>
    [Parameter]
    [ValidateNotNull]
    [AllowEmptyString]
    public string Unit { get; set; } = TimeUnit.Auto;

    /// <summary>Draws all charts on the same axis, so that equal lengths are equal times.</summary>
    [Parameter]
    public SwitchParameter SameScale { get; set; }

    /// <summary>Draws text without colours, also where the terminal shows them.</summary>
    [Parameter]
    public SwitchParameter NoColor { get; set; }

    /// <summary>Draws text with nothing but ASCII. This is the default where the output encoding is no Unicode; -Ascii:$false draws blocks there, too.</summary>
    [Parameter]
    public SwitchParameter Ascii { get; set; }

    protected override Task BeginAsync()
    {
        if (Format is GanttFormat.Svg or GanttFormat.Html && Width is > 0 and < SvgGantt.LeastWidth)
        {
            ThrowTerminatingError(ErrorFactory.Create(new NetException(NetError.InvalidArgument, $"-Width {Width} is too narrow for {Format}: it counts pixels there, from {SvgGantt.LeastWidth}.", Width)));
        }
        return Task.CompletedTask;
    }

    protected override Task ProcessAsync()
    {
        _reader.Add(InputObject);
        return Task.CompletedTask;
    }

    protected override Task EndAsync()
    {
        if (_reader.NotStarted.Count > 0)
        {
            WriteWarning($"Not started, and so not drawn: {string.Join(", ", _reader.NotStarted)}.");
        }
        IReadOnlyList<GanttSource> sources = _reader.Sources(DateTimeOffset.Now);
        if (sources.Count == 0)
        {
            return Task.CompletedTask;
        }
        if (Title is not null && Format != GanttFormat.Html)
        {
            sources = [.. sources.Select(s => s with { Title = Title })];
        }
        IReadOnlyList<GanttChart> charts = GanttChart.Create(sources, new GanttOptions { By = By, Unit = Unit, SameScale = SameScale });
        int pixels = Width > 0 ? Width : SvgGantt.DefaultWidth;
        if (Format == GanttFormat.Html)
        {
            WriteObject(HtmlGantt.Draw(charts, Title ?? "", pixels));
            return Task.CompletedTask;
        }
        TextGanttOptions options = new()
        {
            Width = Width > 0 ? Width : Math.Max(TextGanttOptions.LeastWidth, HostScreen.Columns(Host) ?? 80),
            // A command after this one would get the escape sequences, and most do not know them.
            Color = !NoColor && MyInvocation.PipelinePosition == MyInvocation.PipelineLength && HostScreen.ShowsColor(Host, SessionState),
            Ascii = MyInvocation.BoundParameters.ContainsKey(nameof(Ascii)) ? Ascii : !ConsoleTerminal.WritesUnicode,
        };
        foreach (GanttChart chart in charts)
        {
            StopToken.ThrowIfCancellationRequested();
            WriteObject(Format switch
            {
                GanttFormat.Svg => SvgGantt.Draw(chart, pixels),
                GanttFormat.Mermaid => MermaidGantt.Draw(chart),
                _ => TextGantt.Draw(chart, options),
            });
        }
        return Task.CompletedTask;
    }
}
