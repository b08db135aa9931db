using System.Globalization;
using System.Text;
using CsCheck;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Tests.Terminal;

public class TerminalTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\x1b[2J\x1b]0;title\a", "\ufffd[2J\ufffd]0;title\ufffd")]
    [InlineData("\u009b31mred\u0090q", "\ufffd31mred\ufffdq")]
    [InlineData("a\rb\r\nc\nd\u2028e", "a\nb\nc\nd\ne")]
    [InlineData("\b\b\u007f", "\ufffd\ufffd\ufffd")]
    [InlineData("cod\u202eexe.\u202cgpj\u2066x\u2069\u200e\u200f\u061c", "codexe.gpjx")]
    [InlineData("in\u200bvis\u2060ible\ufeff\u00ad", "invisible")]
    [InlineData("a\tb", "a    b")]
    [InlineData("👩\u200d🚀 ❤\ufe0f e\u0301", "👩\u200d🚀 ❤\ufe0f e\u0301")]
    public void Nothing_drives_the_terminal_and_nothing_else_is_lost(string text, string shown) => Assert.Equal(shown, TerminalText.Clean(text));

    [Fact]
    public void Half_a_character_is_none() => Assert.Equal("\ufffdx", TerminalText.Clean("\ud800x"));

    [Fact]
    public void Towers_of_accents_are_cut() => Assert.Equal("a" + new string('\u0301', 8) + "b", TerminalText.Clean("a" + new string('\u0301', 500) + "b"));

    [Fact]
    public void No_text_leaves_a_control_in() => Gen.Int[0, 0xffff].Array[0, 40].Sample(characters =>
    {
        string text = string.Concat(characters.Select(c => (char)(c % 3 == 0 ? c % 0xa0 : c % 3 == 1 ? 0x2000 + (c % 0x70) : c)));
        string clean = TerminalText.Clean(text);
        foreach (Rune rune in clean.EnumerateRunes())
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            Assert.True(rune.Value == '\n' || category is not (UnicodeCategory.Control or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));
            Assert.True(category != UnicodeCategory.Format || rune.Value is 0x200c or 0x200d);
        }
        Assert.Equal(clean, TerminalText.Clean(clean));
        Assert.DoesNotContain('\n', TerminalText.CleanLine(text));
    });

    [Fact]
    public void Rows_fit_and_lose_nothing() =>
        Gen.Select(Any.Of("a", "word ", " ", "漢字", "e\u0301", "😀", "👩\u200d🚀", "\n", "a-much-longer-word").Array[0, 30].Select(string.Concat), Gen.Int[4, 20]).Sample((text, columns) =>
        {
            IReadOnlyList<string> rows = TerminalText.Wrap(text, columns);
            Assert.All(rows, row => Assert.True(CellWidth.Of(row) <= Math.Max(columns, 4)));
            Assert.Equal(text.Replace(" ", "").Replace("\n", ""), string.Concat(rows).Replace(" ", ""));
        });

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("漢字", 4)]
    [InlineData("e\u0301", 1)]
    [InlineData("😀", 2)]
    [InlineData("❤\ufe0f", 2)]
    [InlineData("❤", 1)]
    [InlineData("✅⌚", 4)]
    [InlineData("🇩🇪", 2)]
    [InlineData("한글", 4)]
    [InlineData("ﾊﾝｶｸ", 4)]
    [InlineData("ＡＢ", 4)]
    [InlineData("→…✓", 3)]
    [InlineData("\x1b[31mred\x1b[0m", 3)]
    public void Widths_are_those_of_terminals(string text, int width) => Assert.Equal(width, CellWidth.Of(text));

    [Fact]
    public void A_message_breaks_between_words() =>
        Assert.Equal(["the quick", "brown fox", "", "jumps"], TerminalText.Wrap("the quick brown fox\n\njumps", 10));
}
