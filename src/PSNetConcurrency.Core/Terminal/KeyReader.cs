using System.Text;

namespace PSNetConcurrency.Core.Terminal;

/// <summary>Reads keys, and pasted text as one piece where the terminal marks it (bracketed paste, DEC private mode 2004).</summary>
internal sealed class KeyReader(ITerminal terminal)
{
    public const string EnablePaste = "\x1b[?2004h", DisablePaste = "\x1b[?2004l";

    private const string PasteBegins = "\x1b[200~", PasteEnds = "\x1b[201~";
    private const int LongestPaste = 64 * 1024;

    private readonly Queue<ConsoleKeyInfo> _readAhead = [];
    private StringBuilder? _paste;

    /// <summary>A key, or pasted text; neither when none is there, or not yet the end of the paste.</summary>
    public bool TryRead(out ConsoleKeyInfo key, out string? paste)
    {
        paste = null;
        while (Next(out key))
        {
            if (_paste is null && !BeginsPaste(key))
            {
                return true;
            }
            if (_paste is null)
            {
                _paste = new StringBuilder();
                continue;
            }
            Append(_paste, key);
            if (EndsWith(_paste, PasteEnds))
            {
                int length = Math.Min(_paste.Length - PasteEnds.Length, LongestPaste);
                paste = _paste.ToString(0, length);
                _paste = null;
                return true;
            }
            if (_paste.Length > 2 * LongestPaste)
            {
                // Only the end may still be of interest.
                _paste.Remove(LongestPaste, _paste.Length - LongestPaste - PasteEnds.Length);
            }
        }
        return false;
    }

    private bool Next(out ConsoleKeyInfo key) => _readAhead.TryDequeue(out key) || terminal.TryReadKey(out key);

    /// <summary>Whether the mark of a paste begins with this key; if not, what was read to see that is kept.</summary>
    private bool BeginsPaste(ConsoleKeyInfo key)
    {
        var mark = new StringBuilder();
        Append(mark, key);
        if (mark[0] != '\x1b')
        {
            return false;
        }
        var read = new List<ConsoleKeyInfo>();
        while (mark.Length < PasteBegins.Length && PasteBegins.StartsWith(mark.ToString(), StringComparison.Ordinal) && Next(out ConsoleKeyInfo next))
        {
            read.Add(next);
            Append(mark, next);
        }
        if (mark.Equals(PasteBegins))
        {
            return true;
        }
        ConsoleKeyInfo[] rest = [.. read, .. _readAhead];
        _readAhead.Clear();
        Array.ForEach(rest, _readAhead.Enqueue);
        return false;
    }

    /// <summary>The key as the terminal sent it: Alt is an Escape before the character.</summary>
    private static void Append(StringBuilder text, ConsoleKeyInfo key)
    {
        if (key.Modifiers.HasFlag(ConsoleModifiers.Alt) && key.KeyChar != '\x1b')
        {
            text.Append('\x1b');
        }
        text.Append(key.Key switch
        {
            ConsoleKey.Enter => '\n',
            ConsoleKey.Escape => '\x1b',
            ConsoleKey.Tab => '\t',
            _ => key.KeyChar,
        });
    }

    private static bool EndsWith(StringBuilder text, string end) =>
        text.Length >= end.Length && text.ToString(text.Length - end.Length, end.Length) == end;
}
