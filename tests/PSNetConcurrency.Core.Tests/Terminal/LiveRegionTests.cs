using CsCheck;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Tests.Terminal;

public class LiveRegionTests
{
    private const int Columns = 24, Rows = 8;

    private static readonly Gen<string> Text = Any.Of("a", "word ", "漢字", "e\u0301", "😀", "👩\u200d🚀", "❤\ufe0f", "\n", "\t", "longer than that").Array[0, 12].Select(string.Concat);

    [Fact]
    public void What_is_written_stays_above_and_the_line_typed_stays_below() =>
        Gen.Select(Gen.Int[0, 3], Text, Gen.Double[0, 1]).Array[1, 15].Sample(frames =>
        {
            using var terminal = new FakeTerminal(Columns, Rows);
            var region = new LiveRegion(terminal, color: false);
            var written = new List<string>();
            int number = 0;
            foreach ((int count, string text, double at) in frames)
            {
                string[] lines = [.. Enumerable.Range(0, count).Select(_ => $"line {number++}")];
                written.AddRange(lines);
                int cursor = (int)(at * text.Length);
                region.Draw(new RegionContent([], "status", "to all> ", text, cursor), lines);

                string[] seen = terminal.Lines();
                Assert.Equal(written, seen[..written.Count]);
                Assert.Equal("status", seen[written.Count]);
                InputLayout all = InputLayout.Of(text, cursor, 8, Columns - 1);
                InputLayout shown = all.Around(Rows - 2);
                bool first = shown.CursorRow == all.CursorRow;
                string[] expected = [.. shown.Rows.Select((r, i) => ((i == 0 && first ? "to all> " : "") + r).TrimEnd())];
                Assert.Equal(expected.Reverse().SkipWhile(r => r.Length == 0).Reverse(), seen[(written.Count + 1)..]);
                string row = shown.Rows[shown.CursorRow];
                Assert.Equal((shown.CursorRow == 0 && first ? "to all> " : "") + row[..shown.CursorOffset], terminal.Screen.BeforeCursor);
                Assert.True(terminal.Screen.CursorIsShown);
            }
            region.Close(["bye"]);
            Assert.Equal([.. written, "bye"], terminal.Lines());
        }, iter: 300);

    [Fact]
    public void A_layout_loses_no_character_and_has_the_cursor_where_it_is() => Gen.Select(Text, Gen.Double[0, 1]).Sample((text, at) =>
    {
        int cursor = (int)(at * text.Length);
        InputLayout layout = InputLayout.Of(text, cursor, 5, 20);
        string shown = text.Replace("\n", "\u23ce").Replace("\t", " ");
        Assert.Equal(shown, string.Concat(layout.Rows));
        int before = layout.Rows.Take(layout.CursorRow).Sum(r => r.Length) + layout.CursorOffset;
        // Within a character the cursor stands before it.
        Assert.True(before <= cursor);
        Assert.True(cursor - before < "👩\u200d🚀".Length);
        Assert.All(layout.Rows.Select((r, i) => CellWidth.Of(r) + (i == 0 ? 5 : 0)), w => Assert.True(w <= 20));
    });
}
