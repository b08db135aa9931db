using System.Text;

namespace PSNetConcurrency.Shell;

/// <summary>A line under edit: text, cursor, and what keys do to them. Surrogate pairs stay whole.</summary>
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

    public void MoveTo(int position) => Cursor = Math.Clamp(position, 0, _text.Length);

    public void Left() => Cursor = Before(Cursor);

    public void Right() => Cursor = After(Cursor);

    public void WordLeft() => Cursor = WordStart();

    public void WordRight()
    {
        while (Cursor < _text.Length && !char.IsLetterOrDigit(_text[Cursor]))
        {
            Cursor++;
        }
        while (Cursor < _text.Length && char.IsLetterOrDigit(_text[Cursor]))
        {
            Cursor++;
        }
    }

    public void Backspace() => Remove(Before(Cursor), Cursor);

    public void Delete() => Remove(Cursor, After(Cursor));

    public void DeleteWordBefore() => Remove(WordStart(), Cursor);

    public void DeleteToStart() => Remove(0, Cursor);

    public void DeleteToEnd() => Remove(Cursor, _text.Length);

    private int WordStart()
    {
        int i = Cursor;
        while (i > 0 && !char.IsLetterOrDigit(_text[i - 1]))
        {
            i--;
        }
        while (i > 0 && char.IsLetterOrDigit(_text[i - 1]))
        {
            i--;
        }
        return i;
    }

    private void Remove(int from, int to)
    {
        _text.Remove(from, to - from);
        Cursor = from;
    }

    private int Before(int i) => i switch
    {
        0 => 0,
        > 1 when char.IsLowSurrogate(_text[i - 1]) => i - 2,
        _ => i - 1,
    };

    private int After(int i)
    {
        if (i == _text.Length)
        {
            return i;
        }
        return char.IsHighSurrogate(_text[i]) && i + 1 < _text.Length ? i + 2 : i + 1;
    }
}
