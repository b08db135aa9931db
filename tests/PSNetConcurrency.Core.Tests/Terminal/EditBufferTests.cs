using System.Globalization;
using CsCheck;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Tests.Terminal;

public class EditBufferTests
{
    // Wide, combining, surrogates, joined emoji, a flag, words and what divides them.
    private static readonly string[] Pieces = ["a", "Z", "9", " ", "-", "é", "e\u0301", "\u0308", "漢", "字", "😀", "👩\u200d🚀", "🇩🇪", "\n", "\u0e01\u0e33", "@", "/"];

    private static readonly ConsoleKeyInfo[] Editing =
    [
        Key(ConsoleKey.LeftArrow), Key(ConsoleKey.RightArrow), Key(ConsoleKey.LeftArrow, ConsoleModifiers.Control), Key(ConsoleKey.RightArrow, ConsoleModifiers.Control),
        Key(ConsoleKey.Home), Key(ConsoleKey.End), Key(ConsoleKey.A, ConsoleModifiers.Control), Key(ConsoleKey.E, ConsoleModifiers.Control),
        Key(ConsoleKey.Backspace), Key(ConsoleKey.Delete), Key(ConsoleKey.W, ConsoleModifiers.Control), Key(ConsoleKey.U, ConsoleModifiers.Control), Key(ConsoleKey.K, ConsoleModifiers.Control),
    ];

    private static readonly Gen<object> Step = Any.Of<object>([.. Pieces, .. Editing.Cast<object>()]);

    [Fact]
    public void Any_keys_do_what_a_naive_line_does() => Step.List[0, 60].Sample(steps =>
    {
        var buffer = new EditBuffer();
        (string Text, int Cursor) model = ("", 0);
        foreach (object step in steps)
        {
            if (step is string text)
            {
                buffer.Insert(text);
                model = (model.Text.Insert(model.Cursor, text), model.Cursor + text.Length);
            }
            else
            {
                EditKeys.Apply(buffer, (ConsoleKeyInfo)step);
                model = Naive(model.Text, model.Cursor, (ConsoleKeyInfo)step);
            }
            Assert.Equal(model, (buffer.Text, buffer.Cursor));
        }
    });

    [Theory]
    [InlineData("e\u0301", 0)]
    [InlineData("👩\u200d🚀", 0)]
    [InlineData("a🇩🇪", 1)]
    public void A_character_goes_as_one(string text, int left)
    {
        var buffer = new EditBuffer();
        buffer.Set(text);
        buffer.Backspace();
        Assert.Equal(left, buffer.Length);
    }

    // The rules, said with the boundaries of all characters at hand.
    private static (string, int) Naive(string text, int cursor, ConsoleKeyInfo key)
    {
        int[] bounds = [.. StringInfo.ParseCombiningCharacters(text), text.Length];
        int before = bounds.LastOrDefault(b => b < cursor);
        int after = bounds.FirstOrDefault(b => b > cursor, text.Length);
        int wordStart = cursor;
        while (wordStart > 0 && !Enumerable.Range(0, text.Length).Any(i => i < wordStart && i >= wordStart - 1 && IsWord(text, i)))
        {
            wordStart--;
        }
        while (wordStart > 0 && IsWord(text, wordStart - 1))
        {
            wordStart--;
        }
        wordStart = bounds.LastOrDefault(b => b <= wordStart);
        int wordEnd = Enumerable.Range(cursor, text.Length - cursor).FirstOrDefault(i => IsWord(text, i), text.Length);
        wordEnd = Enumerable.Range(wordEnd, text.Length - wordEnd).FirstOrDefault(i => !IsWord(text, i), text.Length);
        wordEnd = bounds.First(b => b >= wordEnd);
        bool control = key.Modifiers == ConsoleModifiers.Control;
        return (key.Key, control) switch
        {
            (ConsoleKey.LeftArrow, false) => (text, before),
            (ConsoleKey.RightArrow, false) => (text, after),
            (ConsoleKey.LeftArrow, true) => (text, wordStart),
            (ConsoleKey.RightArrow, true) => (text, wordEnd),
            (ConsoleKey.Home, _) or (ConsoleKey.A, true) => (text, 0),
            (ConsoleKey.End, _) or (ConsoleKey.E, true) => (text, text.Length),
            (ConsoleKey.Backspace, _) => (text[..before] + text[cursor..], before),
            (ConsoleKey.Delete, _) => (text[..cursor] + text[after..], cursor),
            (ConsoleKey.W, _) => (text[..wordStart] + text[cursor..], wordStart),
            (ConsoleKey.U, _) => (text[cursor..], 0),
            _ => (text[..cursor], cursor),
        };
    }

    private static bool IsWord(string text, int i) => char.IsLetterOrDigit(text[i]) || char.IsSurrogate(text[i])
        || CharUnicodeInfo.GetUnicodeCategory(text[i]) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static ConsoleKeyInfo Key(ConsoleKey key, ConsoleModifiers modifiers = 0) => FakeTerminal.Key(key, modifiers);
}
