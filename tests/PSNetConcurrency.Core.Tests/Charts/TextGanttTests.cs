using System.Text.RegularExpressions;
using CsCheck;
using PSNetConcurrency.Core.Charts;
using PSNetConcurrency.Core.Terminal;
using PSNetConcurrency.Core.Tests.Terminal;

namespace PSNetConcurrency.Core.Tests.Charts;

public partial class TextGanttTests
{
    [GeneratedRegex(@"\x1b\[[\d;]*m")]
    private static partial Regex Escapes();

    [Fact]
    public void Round_robin_reads_as_in_a_textbook() => Assert.Equal(
        [
            "RoundRobin",
            "CPU 0 ███ P1 ████╱╱╱▓▓ P2 ▓▓╱╱╱▒▒▒ P3 ▒▒▒▒███████ P1 ████████",
            "      ┬────┬─────┬────┬─────┬────┬─────┬────┬─────┬────┬─────┬",
            "      0    2     4    6     8   10    12   14    16   18    20",
            "█ P1  ▓ P2  ▒ P3  ╱ overhead",
        ],
        Gantt.Of(Gantt.RoundRobin, title: "RoundRobin").Lines(62));

    [Fact]
    public void Ascii_is_nothing_else() => Assert.Equal(
        [
            "CPU 0 ### P1 ####///== P2 ==///*** P3 ****####### P1 ########",
            "      +----+-----+----+-----+----+-----+----+-----+----+-----+",
            "      0    2     4    6     8   10    12   14    16   18    20",
            "# P1  = P2  * P3  / overhead",
        ],
        Gantt.Of(Gantt.RoundRobin).Lines(62, ascii: true));

    [Fact]
    public void Rows_that_name_their_bars_are_drawn_in_eighths_and_say_how_long() => Assert.Equal(
        [
            "P1 ██ 0.5 s ██▌",
            "P2             ███ 0.61 s ███",
        ],
        Gantt.Of([Gantt.Bar("P1", "P1", 0, 0.5), Gantt.Bar("P2", "P2", 0.52, 1.13)], isSeconds: true).Lines(30)[..2]);

    [Fact]
    public void Moments_are_marked_and_never_over_a_label()
    {
        string[] lines = Gantt.Of([Gantt.Bar("A", "begin", 0, 0), Gantt.Bar("A", "work", 0, 10), Gantt.Bar("A", "end", 10, 10)]).Lines(40);
        Assert.Matches("^A ◆▓+ work ▓+◆$", lines[0]);
        Assert.Contains('|', Gantt.Of([Gantt.Bar("A", "begin", 0, 0)]).Lines(40, ascii: true)[0]);
    }

    [Fact]
    public void No_line_is_wider_than_asked_for()
    {
        Gen<string> names = Gen.OneOf(Gen.String[0, 30], Any.Of("日本語の名前", "👩\u200d🚀 rocket", "e\u0301a\u0301", "P1", "", "\x1b[31mred", "a\nb\tc", "cod\u202eexe"));
        Gen<GanttSegment> segment = Gen.Select(names, names, Gen.Double[0, 100], Any.Of(0, 0.001, 1, 30), Gen.Int[0, 4]).Select((lane, label, start, length, kind) => Gantt.Bar(lane, label, start, start + length) with { IsOverhead = kind == 0, Queue = kind });
        Gen.Select(segment.Array[0, 25], Gen.Int[TextGanttOptions.LeastWidth, 130], Gen.Int[0, 11], names).Sample((segments, width, choice, unit) =>
        {
            (bool color, bool ascii) = ((choice & 1) == 1, (choice & 2) == 2);
            GanttChart chart = Gantt.Of(segments, (GanttGrouping)(choice / 4), title: segments.Length > 0 ? segments[0].Label : unit, unit: unit);
            string text = TextGantt.Draw(chart, new TextGanttOptions { Width = width, Color = color, Ascii = ascii });
            string plain = Escapes().Replace(text, "");
            Assert.DoesNotContain('\x1b', plain);
            Assert.All(plain.Split('\n'), line => Assert.True(CellWidth.Of(line) <= width, $"{CellWidth.Of(line)} > {width}: {line}"));
            Assert.True(!ascii || System.Text.Ascii.IsValid(text));
            Assert.True(color || plain == text);
        });
    }

    [Fact]
    public void Wide_names_leave_the_bars_in_line()
    {
        string[] lines = Gantt.Of([Gantt.Bar("日本", "a", 0, 5), Gantt.Bar("🚀x", "b", 5, 10), Gantt.Bar("plain", "日本語の名前", 0, 10)]).Lines(40);
        Assert.StartsWith("日本  █", lines[0], StringComparison.Ordinal);
        Assert.Equal(6 + 17, CellWidth.Of(lines[1].AsSpan(0, lines[1].IndexOf('▓'))));
        Assert.Equal(39, CellWidth.Of(lines[2]));
        Assert.Contains(" 日本語の名前 ", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void Colours_begin_and_end_within_eighths_of_a_cell()
    {
        string line = Gantt.Of([Gantt.Bar("A", "a", 0, 3.5), Gantt.Bar("A", "b", 3.5, 8), Gantt.Bar("A", "", 9.25, 16)]).Lines(19, color: true)[0];
        Assert.Equal("A ^[48;5;74m ^[38;5;16ma ^[38;5;74m^[48;5;172m▌ ^[38;5;16mb  ^[0m ^[7m^[38;5;35m▎^[0m^[48;5;35m      ^[0m", line.Replace('\x1b', '^'));
    }

    [Fact]
    public void The_legend_is_there_only_for_labels_that_found_no_room()
    {
        GanttSegment[] segments = [Gantt.Bar("A", "one", 0, 10), Gantt.Bar("A", "two", 10, 20)];
        Assert.Equal(3, Gantt.Of(segments).Lines().Length);
        Assert.Contains("▒ short", Gantt.Of([.. segments, Gantt.Bar("A", "short", 20, 20.1)]).Lines()[^1], StringComparison.Ordinal);
        string[] lines = Gantt.Of([.. Enumerable.Range(0, 500).Select(i => Gantt.Bar("A", $"job {i}", i, i + 1))]).Lines();
        Assert.Matches("^… and [0-9]+ more$", lines[^1]);
        Assert.True(lines.Length < 15);
    }

    [Fact]
    public void Nothing_to_draw_is_said() => Assert.Equal(["Empty", "(nothing to draw)"], Gantt.Of([], title: "Empty").Lines());
}
