using System.Management.Automation;

namespace PSNetConcurrency.Tests.Charts;

/// <summary>What ConvertTo-GanttChart takes, and what it makes of it.</summary>
public class GanttChartTests
{
    private const string Bars = """
        $bars = [pscustomobject]@{ Lane = 'CPU 0'; Label = 'P1'; Start = 0; End = 4 }, [pscustomobject]@{ Lane = 'CPU 0'; Label = 'P2'; Start = '5'; End = '8.0' }

        """;

    private static string[] Drawn(PowerShellSession session, string script) => [.. session.Run(script).Select(o => (string)o.BaseObject)];

    [Fact]
    public void Bars_are_one_chart_and_results_one_each()
    {
        using PowerShellSession session = new();
        string chart = Assert.Single(Drawn(session, Bars + "$bars | ConvertTo-GanttChart -Ascii -Width 40"));
        Assert.StartsWith("CPU 0 ###### P1 #######    ==== P2 ====\n", chart, StringComparison.Ordinal);
        // No terminal: no colours, and no more than 80 columns.
        Assert.DoesNotContain('\x1b', chart);
        Assert.All(Assert.Single(Drawn(session, "$bars | ConvertTo-GanttChart -Ascii")).Split('\n'), line => Assert.InRange(line.Length, 1, 80));
        string[] charts = Drawn(session, "[pscustomobject]@{ Policy = 'FCFS'; Gantt = $bars }, [pscustomobject]@{ Era = 'PunchCard'; Timeline = $bars } | ConvertTo-GanttChart -Ascii -Width 40");
        Assert.Equal(["FCFS\n" + chart, "PunchCard\n" + chart], charts);
        Assert.Equal(charts, Drawn(session, "ConvertTo-GanttChart -Ascii -Width 40 -InputObject @([pscustomobject]@{ Policy = 'FCFS'; Gantt = $bars }; [pscustomobject]@{ Era = 'PunchCard'; Timeline = $bars })"));
        Assert.Equal(chart, Assert.Single(Drawn(session, "@{ Lane = 'CPU 0'; Label = 'P1'; Start = 0; End = 4 }, @{ Lane = 'CPU 0'; Label = 'P2'; Start = 5; End = 8 } | ConvertTo-GanttChart -Ascii -Width 40")));
    }

    [Fact]
    public void A_result_from_a_job_or_a_file_is_drawn_as_the_result()
    {
        using PowerShellSession session = new();
        session.Run("""
            $result = [PSNetConcurrency.JoinResult]::new('Serial', '0:0:3', '0:0:3', '0:0:2', ('a', 'b'), ([PSNetConcurrency.GanttSegment]::new('a', 'a', 0, 1.25), [PSNetConcurrency.GanttSegment]::new('b', 'b', 1.25, 3)))
            """);
        string[] charts = Drawn(session, "$result | ConvertTo-GanttChart; $result.Gantt | ConvertTo-GanttChart");
        Assert.StartsWith("Serial\n", charts[0], StringComparison.Ordinal);
        Assert.EndsWith(" s", charts[0], StringComparison.Ordinal);
        // No unit is shown where none is wanted.
        string bare = Assert.Single(Drawn(session, "$result | ConvertTo-GanttChart -Unit ''"));
        Assert.EndsWith(" 3.0", bare, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\d s\b", bare);
        // As Start-Job and remoting carry objects, and as Export-Clixml does.
        Assert.All([1, 2], depth => Assert.Equal(charts, Drawn(session, $"""
            $copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($result, {depth}))
            $copy | ConvertTo-GanttChart; $copy.Gantt | ConvertTo-GanttChart
            """)));
    }

    [Fact]
    public void Child_processes_are_drawn_by_the_clock()
    {
        using PowerShellSession session = new();
        session.Run("""
            $ended = Start-ChildProcess -Name Twin -FilePath dotnet -ArgumentList no-such-command
            $null = $ended | Wait-ChildProcess
            $running = Start-ChildProcess -Name Twin { [Threading.Thread]::Sleep(-1) }
            """);
        try
        {
            string text = Assert.Single(Drawn(session, "$running, $ended | ConvertTo-GanttChart -Width 100 -Title Both"));
            string[] lines = text.Split('\n');
            Assert.Equal("Both", lines[0]);
            // Two of one name are told apart by their numbers.
            Assert.Equal(2, lines.Count(l => System.Text.RegularExpressions.Regex.IsMatch(l, @"^Twin \([0-9]+\) ")));
            Assert.Matches(" Failed | Failed$", text);
            Assert.Contains("Running", text, StringComparison.Ordinal);
            Assert.Matches(" (s|ms)$", lines[4]);
            Assert.Single(Drawn(session, "$copy = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($ended, 2)); $copy | ConvertTo-GanttChart"));
            Assert.Empty(session.Run("[pscustomobject]@{ Name = 'later'; StartTime = $null; ExitTime = $null } | ConvertTo-GanttChart"));
            Assert.Contains("later", Assert.Single(session.Warnings), StringComparison.Ordinal);
        }
        finally
        {
            session.Run("$running | Stop-ChildProcess -Force");
        }
    }

    [Fact]
    public void Colours_go_with_PSStyle_and_not_to_other_commands()
    {
        using PowerShellSession session = new();
        bool Colored(string script) => Drawn(session, script)[0].Contains('\x1b');
        session.Run(Bars + "$PSStyle.OutputRendering = 'Ansi'");
        Assert.True(Colored("$bars | ConvertTo-GanttChart"));
        Assert.False(Colored("$bars | ConvertTo-GanttChart -NoColor"));
        Assert.False(Colored("$bars | ConvertTo-GanttChart | ForEach-Object { $_ }"));
        Assert.False(Colored("$PSStyle.OutputRendering = 'PlainText'; $bars | ConvertTo-GanttChart"));
        session.Run("$PSStyle.OutputRendering = 'Host'");
    }

    [Fact]
    public void Formats_are_what_they_are_called()
    {
        using PowerShellSession session = new();
        session.Run(Bars);
        Assert.StartsWith("<svg ", Drawn(session, "$bars | ConvertTo-GanttChart -Format Svg")[0], StringComparison.Ordinal);
        string page = Assert.Single(Drawn(session, "$a = [pscustomobject]@{ Policy = 'A'; Gantt = $bars }; $a, $a | ConvertTo-GanttChart -Format Html -Title 'Of both'"));
        Assert.StartsWith("<!DOCTYPE html>", page, StringComparison.Ordinal);
        Assert.Contains("<h1>Of both</h1>", page, StringComparison.Ordinal);
        Assert.Contains("\ngantt\n    title A\n", Drawn(session, "$a | ConvertTo-GanttChart -Format Mermaid")[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1 | ConvertTo-GanttChart", "NotChartable", "System.Int32")]
    [InlineData("Get-CurrentProcess | ConvertTo-GanttChart", "NotChartable", "CurrentProcess")]
    [InlineData("[pscustomobject]@{ Gantt = @('x') } | ConvertTo-GanttChart", "NotChartable", "System.String")]
    [InlineData("[pscustomobject]@{ Lane = 'a'; Start = '0'; End = '5,5' } | ConvertTo-GanttChart", "NotChartable", "The End of a System.Management.Automation.PSCustomObject is '5,5', which is neither a number nor a time. Numbers are read with a point")]
    [InlineData("[pscustomobject]@{ Lane = 'a'; Start = '5,5'; End = '8,5' } | ConvertTo-GanttChart", "NotChartable", "is '5,5'")]
    [InlineData("[pscustomobject]@{ Gantt = @([pscustomobject]@{ Lane = 'a'; Start = 0; End = '2kb' }) } | ConvertTo-GanttChart", "NotChartable", "is '2kb'")]
    [InlineData("[pscustomobject]@{ Lane = 'a'; Start = 2; End = 1 } | ConvertTo-GanttChart", "InvalidArgument", "before it begins")]
    [InlineData("[pscustomobject]@{ Lane = 'a'; Start = 1; End = 2 } | ConvertTo-GanttChart -Format Html -Width 100", "InvalidArgument", "240")]
    public void What_has_no_times_is_an_error(string script, string errorId, string words)
    {
        using PowerShellSession session = new();
        ErrorRecord error = session.Fails(errorId, script);
        Assert.Contains(words, error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_none_costs_the_others_nothing()
    {
        using PowerShellSession session = new();
        Assert.Single(session.Invoke(Bars + "@(1) + $bars | ConvertTo-GanttChart"));
        Assert.Equal(ErrorCategory.InvalidType, Assert.Single(session.Errors).CategoryInfo.Category);
    }
}
