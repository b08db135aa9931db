using System.Globalization;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Chat.Screen;

/// <summary>How things look: colours and marks, as far as the terminal has them.</summary>
internal sealed class ChatStyle(bool color, bool unicode)
{
    // Readable on black and on white; red is for what failed.
    private static readonly int[] PersonColors = [36, 32, 35, 34, 33, 96, 92, 95, 94];

    public string Sent => unicode ? "…" : "...";

    public string Delivered => unicode ? "✓" : "ok";

    public string Read => unicode ? "✓✓" : "read";

    public string Failed => unicode ? "✗" : "failed:";

    public string To => unicode ? "→" : "->";

    public string Came => unicode ? "→" : "+";

    public string Left => unicode ? "←" : "-";

    public string Note => unicode ? "·" : "*";

    public string Separator => unicode ? " │ " : " | ";

    public string Dim(string text) => Paint(text, 2);

    public string Bold(string text) => Paint(text, 1);

    public string Bad(string text) => Paint(text, 31);

    public string Good(string text) => Paint(text, 32);

    /// <summary>A name in its person's colour, the same wherever it is seen.</summary>
    public string Person(string name, string address)
    {
        uint hash = 2166136261;
        foreach (char c in address)
        {
            hash = (hash ^ c) * 16777619;
        }
        return Paint(name, PersonColors[(hash >> 8) % PersonColors.Length]);
    }

    public static string Time(DateTimeOffset time) => time.ToLocalTime().ToString("HH:mm", CultureInfo.InvariantCulture);

    /// <summary>Rows of a text with something before its first, below which the others begin; what stands before is styled already and is so wide.</summary>
    public static IEnumerable<string> Hang(string before, string text, int columns, Func<string, string>? style = null, string behind = "")
    {
        int indent = CellWidth.Of(before);
        // Where the terminal is narrow or the name long the text would be a column of crumbs.
        int hang = indent > columns / 3 ? Math.Min(4, columns / 4) : indent;
        IReadOnlyList<string> rows = indent == hang
            ? TerminalText.Wrap(text, columns - indent)
            : ["", .. TerminalText.Wrap(text, columns - hang)];
        if (indent != hang && indent + 1 + CellWidth.Of(text) <= columns && !text.Contains('\n'))
        {
            rows = [text];
        }
        int tail = CellWidth.Of(behind);
        for (int i = 0; i < rows.Count; i++)
        {
            string row = style is null || rows[i].Length == 0 ? rows[i] : style(rows[i]);
            row = i == 0 ? before + row : new string(' ', hang) + row;
            if (i == rows.Count - 1 && tail > 0)
            {
                if (CellWidth.Of(row) + 1 + tail <= columns)
                {
                    row = $"{row} {behind}";
                }
                else
                {
                    yield return row;
                    row = new string(' ', hang) + behind;
                }
            }
            yield return row;
        }
    }

    private string Paint(string text, int code) => color ? $"\x1b[{code}m{text}\x1b[0m" : text;
}
