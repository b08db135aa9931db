using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Core.Terminal;

/// <summary>A line under edit: text, cursor, and what keys do to them. What a reader sees as one character moves and goes as one.</summary>
internal sealed class EditBuffer
{
    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    public int Length => _text.Length;

    public int Cursor { get; private set; }

    public void Set(string text, int? cursor = null)
    {
        _text.Clear().Append(text);
        Cursor = Math.Clamp(cursor ?? text.Length, 0, text.Length);
    }

    public void Insert(char c) => _text.Insert(Cursor++, c);

    public void Insert(string text)
    {
        _text.Insert(Cursor, text);
        Cursor += text.Length;
    }

    public void MoveTo(int position) => Cursor = Math.Clamp(position, 0, _text.Length);

    public void Left() => Cursor = Before(Cursor);

    public void Right() => Cursor = After(Cursor);

    public void WordLeft() => Cursor = WordStart();

    public void WordRight()
    {
        int i = Cursor;
        while (i < _text.Length && !IsOfWord(_text[i]))
        {
            i++;
        }
        while (i < _text.Length && IsOfWord(_text[i]))
        {
            i++;
        }
        Cursor = i == 0 ? 0 : After(i - 1);
    }

    public void Backspace() => Remove(Before(Cursor), Cursor);

    public void Delete() => Remove(Cursor, After(Cursor));

    public void DeleteWordBefore() => Remove(WordStart(), Cursor);

    public void DeleteToStart() => Remove(0, Cursor);

    public void DeleteToEnd() => Remove(Cursor, _text.Length);

    private static bool IsOfWord(char c) => char.IsLetterOrDigit(c) || char.IsSurrogate(c)
        || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private int WordStart()
    {
        int i = Cursor;
        while (i > 0 && !IsOfWord(_text[i - 1]))
        {
            i--;
        }
        while (i > 0 && IsOfWord(_text[i - 1]))
        {
            i--;
        }
        return i == 0 ? 0 : Before(i + 1);
    }

    private void Remove(int from, int to)
    {
        _text.Remove(from, to - from);
        Cursor = from;
    }

    /// <summary>Where the last character that begins before <paramref name="i"/> begins.</summary>
    private int Before(int i)
    {
        string text = Text;
        int begin = 0;
        for (int next = 0; next < i; next += StringInfo.GetNextTextElementLength(text, next))
        {
            begin = next;
        }
        return begin;
    }

    /// <summary>Where the first character that ends behind <paramref name="i"/> ends.</summary>
    private int After(int i)
    {
        string text = Text;
        int end = 0;
        while (end <= i && end < text.Length)
        {
            end += StringInfo.GetNextTextElementLength(text, end);
        }
        return end;
    }
}
