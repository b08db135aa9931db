namespace PSNetConcurrency.Core.Chat.Screen;

/// <summary>What the screen can be told to do.</summary>
internal enum ChatVerb
{
    Help, Users, Message, To, File, Accept, Reject, Away, Back, Seal, Open, History, Clear, Quit,
}

/// <summary>A command of the screen.</summary>
/// <param name="Verb">What it is.</param>
/// <param name="Names">What it is called, without the slash; the first is the one that help shows.</param>
/// <param name="Usage">What follows the name.</param>
/// <param name="Summary">What it does.</param>
internal sealed record ScreenCommand(ChatVerb Verb, string[] Names, string Usage, string Summary)
{
    public static readonly ScreenCommand[] All =
    [
        new(ChatVerb.Users, ["users", "who"], "", "who is here, and who was"),
        new(ChatVerb.Message, ["msg", "m"], "<user> <text>", "send to one user only; @user text does the same"),
        new(ChatVerb.To, ["to"], "<user>|all", "whom plain lines go to from now on"),
        new(ChatVerb.File, ["file"], "<user> <path>", "offer a file or folder"),
        new(ChatVerb.Accept, ["accept"], "<number> [folder]", "fetch files that are offered"),
        new(ChatVerb.Reject, ["reject"], "<number>", "turn an offer down"),
        new(ChatVerb.Seal, ["seal"], "<user> <text>", "send sealed: you are told when it is opened"),
        new(ChatVerb.Open, ["open"], "<number>", "open a sealed message; its sender is told"),
        new(ChatVerb.Away, ["away"], "[text]", "tell others that you are away"),
        new(ChatVerb.Back, ["back"], "", "tell others that you are back"),
        new(ChatVerb.History, ["history"], "[count]", "earlier messages, 20 unless told"),
        new(ChatVerb.Clear, ["clear"], "", "clear the screen, as Ctrl+L"),
        new(ChatVerb.Help, ["help", "?"], "", "these commands"),
        new(ChatVerb.Quit, ["quit", "exit", "q"], "", "leave, as Ctrl+D on an empty line"),
    ];

    public string Name => Names[0];

    /// <summary>The command as it is typed.</summary>
    public string Line => Usage.Length > 0 ? $"/{Name} {Usage}" : $"/{Name}";

    /// <summary>The command of that name, or the only one that begins so.</summary>
    public static ScreenCommand? Find(string name)
    {
        if (Array.Find(All, c => c.Names.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } exact)
        {
            return exact;
        }
        ScreenCommand[] begun = name.Length == 0 ? [] : [.. All.Where(c => c.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase))];
        return begun.Length == 1 ? begun[0] : null;
    }

    /// <summary>The commands that a name which is none may have meant.</summary>
    public static IReadOnlyList<ScreenCommand> Suggest(string name)
    {
        ScreenCommand[] begun = [.. All.Where(c => name.Length > 0 && c.Name.StartsWith(name, StringComparison.OrdinalIgnoreCase))];
        return begun.Length > 0 ? begun : [.. All.Where(c => Distance(c.Name, name.ToLowerInvariant()) <= (name.Length > 3 ? 2 : 1)).Take(3)];
    }

    /// <summary>How many letters must be put in, taken out, replaced or swapped with their neighbours.</summary>
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 2)
        {
            return int.MaxValue;
        }
        int[,] steps = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                steps[i, j] = i == 0 || j == 0 ? i + j
                    : Math.Min(Math.Min(steps[i - 1, j], steps[i, j - 1]) + 1, steps[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    steps[i, j] = Math.Min(steps[i, j], steps[i - 2, j - 2] + 1);
                }
            }
        }
        return steps[a.Length, b.Length];
    }
}

/// <summary>A line that was entered: a command with what follows it, or text to send.</summary>
/// <param name="Command">The command; null for text.</param>
/// <param name="Unknown">The name of a command that there is none of.</param>
/// <param name="Rest">The text, or what follows the command.</param>
internal sealed record ChatLine(ScreenCommand? Command, string? Unknown, string Rest)
{
    private static readonly ScreenCommand Message = ScreenCommand.Find("msg")!;

    /// <summary>Reads a line. Text that begins with a slash or @ is sent as it is behind a blank, or with two slashes.</summary>
    public static ChatLine Parse(string line)
    {
        if (line.StartsWith("//", StringComparison.Ordinal))
        {
            return new ChatLine(null, null, line[1..]);
        }
        if (line.StartsWith('@') && line.Length > 1 && line[1] != ' ')
        {
            return new ChatLine(Message, null, line[1..]);
        }
        if (!line.StartsWith('/'))
        {
            return new ChatLine(null, null, line);
        }
        int end = line.AsSpan().IndexOfAny(" \n\t");
        string name = end < 0 ? line[1..] : line[1..end];
        string rest = end < 0 ? "" : line[(end + 1)..].Trim();
        return ScreenCommand.Find(name) is { } command ? new ChatLine(command, null, rest) : new ChatLine(null, name, rest);
    }

    /// <summary>The first word, or what stands in quotes, and what follows it.</summary>
    public static (string Word, string Tail) TakeWord(string text)
    {
        text = text.TrimStart();
        if (text.Length > 0 && text[0] is '"' or '\'')
        {
            int close = text.IndexOf(text[0], 1);
            return close < 0 ? (text[1..], "") : (text[1..close], text[(close + 1)..].TrimStart());
        }
        int end = text.AsSpan().IndexOfAny(" \n\t");
        return end < 0 ? (text, "") : (text[..end], text[(end + 1)..].TrimStart());
    }

    /// <summary>The word as <see cref="TakeWord"/> takes it.</summary>
    public static string Quote(string word) => !word.Any(char.IsWhiteSpace) && !word.StartsWith('"') && !word.StartsWith('\'') ? word : word.Contains('"') ? $"'{word}'" : $"\"{word}\"";
}
