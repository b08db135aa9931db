using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Chat.Screen;

/// <summary>What happens in the chat, as rows of the terminal. Whatever came from the network is cleaned here.</summary>
internal sealed class ChatView(ChatStyle style, ChatPeople people, Func<double, string> formatBytes)
{
    private const int LongestText = 8000, MostNames = 5, MostChanges = 10;

    public IEnumerable<string> Message(ChatMessage message, int number, int columns)
    {
        string name = style.Person(people.NameOf(message.From), message.From);
        string before = $"{style.Dim(ChatStyle.Time(message.Time))} {name}: ";
        if (message.Direction == ChatDirection.Sent)
        {
            before = $"{style.Dim(ChatStyle.Time(message.Time))} {style.Bold($"{style.To} {people.NameOf(message.To)}")}: ";
        }
        if (message.Text is null)
        {
            return ChatStyle.Hang(before, $"(sealed: /open {number} opens it, and tells that you did)", columns, style.Dim);
        }
        string text = Cut(TerminalText.Clean(message.Text)).TrimEnd('\n');
        if (text.Length == 0 && message.File.Length > 0)
        {
            return [];
        }
        return ChatStyle.Hang(before, text, columns, message.IsAutomatic ? style.Dim : null);
    }

    public IEnumerable<string> Offer(ChatMessage message, int number, int columns)
    {
        string files = string.Join(", ", message.File.Take(10).Select(f => $"{TerminalText.CleanLine(f.Name)}{(f.IsFolder ? "/" : "")} ({formatBytes(f.Length)})"));
        string more = message.File.Length > 10 ? $" and {message.File.Length - 10} more" : "";
        return ChatStyle.Hang($"{style.Dim(ChatStyle.Time(message.Time))} {style.Person(people.NameOf(message.From), message.From)} offers ",
            $"{files}{more}: /accept {number} [folder], or /reject {number}", columns);
    }

    public IEnumerable<string> Outgoing(OutgoingLine line, int columns) => ChatStyle.Hang(
        $"{style.Dim(ChatStyle.Time(line.Time))} {style.Bold($"{style.To} {line.To}")}: ", Cut(TerminalText.Clean(line.Text)), columns, line.IsSealed ? style.Dim : null, line.Mark(style, people));

    /// <summary>What became of a line that stands above already.</summary>
    public IEnumerable<string> News(OutgoingLine line, int columns)
    {
        ILookup<ChatMessageState, ChatMessage> news = line.TakeNews();
        string text = TerminalText.CleanLine(line.Text);
        string said = CellWidth.Of(text) > 30 ? $"\"{CellWidth.Fit(text, 29)}…\"" : $"\"{text}\"";
        List<string> rows = [];
        foreach (IGrouping<ChatMessageState, ChatMessage> group in news)
        {
            ChatMessage[] messages = [.. group];
            string names = OutgoingLine.Names(messages, people);
            rows.AddRange(group.Key switch
            {
                ChatMessageState.Delivered => ChatStyle.Hang(style.Good(style.Delivered) + " ", $"{names} {(messages.Length == 1 ? "has" : "have")} {said}", columns, style.Dim),
                ChatMessageState.Read => ChatStyle.Hang(style.Good(style.Read) + " ", $"{names} opened {said}", columns, style.Dim),
                _ => ChatStyle.Hang(style.Bad(style.Failed) + " ", $"{said} did not reach {names}: {TerminalText.CleanLine(messages[0].Error ?? "no receipt came")}", columns, style.Bad),
            });
        }
        return rows;
    }

    /// <summary>Who came, went or changed; many at once in one line.</summary>
    public IEnumerable<string> Presence(IReadOnlyList<(ChatUser? Before, ChatUser Now)> changes, int columns)
    {
        var came = new List<ChatUser>();
        var left = new List<ChatUser>();
        List<string> rows = [];
        foreach ((ChatUser? before, ChatUser now) in changes)
        {
            bool wasHere = before is not null && before.Status != ChatUserStatus.Offline;
            if (!wasHere && now.Status != ChatUserStatus.Offline)
            {
                came.Add(now);
            }
            else if (wasHere && now.Status == ChatUserStatus.Offline)
            {
                left.Add(now);
            }
            else if (wasHere && (before!.Status != now.Status || (now.Status == ChatUserStatus.Absent && before.AbsenceText != now.AbsenceText)))
            {
                rows.AddRange(ChatStyle.Hang($"{style.Dim(style.Note)} ", now.Status == ChatUserStatus.Absent ? $"{people.NameOf(now)} is {Absence(now)}" : $"{people.NameOf(now)} is back", columns, style.Dim));
            }
            else if (wasHere && before!.DisplayName != now.DisplayName)
            {
                rows.AddRange(ChatStyle.Hang($"{style.Dim(style.Note)} ", $"{TerminalText.CleanLine(before.DisplayName)} is now called {people.NameOf(now)}", columns, style.Dim));
            }
        }
        if (rows.Count > MostChanges)
        {
            // Who changes without end shall not have the screen.
            rows = [.. rows.Take(MostChanges), .. Note($"{rows.Count - MostChanges} more changes: /users lists who is here", columns)];
        }
        if (came.Count > 0)
        {
            rows.AddRange(ChatStyle.Hang($"{style.Good(style.Came)} ", $"{Names(came)} came", columns, style.Dim));
        }
        if (left.Count > 0)
        {
            rows.AddRange(ChatStyle.Hang($"{style.Dim(style.Left)} ", $"{Names(left)} left", columns, style.Dim));
        }
        return rows;
    }

    public IEnumerable<string> Users(int columns)
    {
        const int Most = 60;
        ChatUser[] users = [.. people.All.OrderBy(u => u.Status == ChatUserStatus.Offline)];
        if (users.Length == 0)
        {
            return Note("Nobody else is here, and nobody was.", columns);
        }
        ChatUser[] shown = users[..Math.Min(Most, users.Length)];
        int nameWidth = shown.Max(u => CellWidth.Of(people.NameOf(u)));
        int addressWidth = Math.Min(40, shown.Max(u => CellWidth.Of(TerminalText.CleanLine(u.ChatAddress))));
        List<string> rows = [];
        foreach (ChatUser user in shown)
        {
            string name = people.NameOf(user);
            string address = CellWidth.Fit(TerminalText.CleanLine(user.ChatAddress), addressWidth);
            string how = user.Status switch
            {
                ChatUserStatus.Online => "here",
                ChatUserStatus.Absent => Absence(user),
                _ => $"gone, seen at {ChatStyle.Time(user.LastSeen)}",
            };
            string group = user.Group.Length > 0 ? $" [{TerminalText.CleanLine(user.Group)}]" : "";
            string rest = CellWidth.Fit($"  {address}{new string(' ', addressWidth - CellWidth.Of(address))}  {how}{group}", Math.Max(0, columns - nameWidth - 2));
            bool gone = user.Status == ChatUserStatus.Offline;
            rows.Add("  " + (gone ? style.Dim(name) : style.Person(name, user.ChatAddress)) + new string(' ', nameWidth - CellWidth.Of(name)) + (gone ? style.Dim(rest) : rest));
        }
        return users.Length > Most ? [.. rows, .. Note($"{users.Length - Most} more", columns)] : rows;
    }

    /// <summary>What a person who is here is, for the status line.</summary>
    public string Short(ChatUser user) => user.Status == ChatUserStatus.Absent ? $"{people.NameOf(user)} (away)" : people.NameOf(user);

    public IEnumerable<string> Note(string text, int columns) => ChatStyle.Hang($"{style.Dim(style.Note)} ", TerminalText.Clean(text), columns, style.Dim);

    public IEnumerable<string> Problem(string text, int columns) => ChatStyle.Hang($"{style.Bad("!")} ", TerminalText.Clean(text), columns, style.Bad);

    public IEnumerable<string> Help(int columns)
    {
        int width = ScreenCommand.All.Max(c => c.Line.Length);
        return
        [
            .. ScreenCommand.All.SelectMany(c => ChatStyle.Hang($"  {style.Bold(c.Line)}{new string(' ', width - c.Line.Length)}  ", c.Summary, columns)),
            .. Note("Every other line is sent as it is. Tab completes commands, users and paths; Up recalls; Alt+Enter begins a new line. A blank before / or @ sends it as text.", columns),
        ];
    }

    private static string Absence(ChatUser user) => string.IsNullOrWhiteSpace(user.AbsenceText) ? "away" : $"away: {TerminalText.CleanLine(user.AbsenceText)}";

    private static string Cut(string text) => text.Length <= LongestText ? text
        : $"{text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)]}… (cut: it has {text.Length} characters)";

    private string Names(List<ChatUser> users)
    {
        string names = string.Join(", ", users.Take(MostNames).Select(people.NameOf));
        return users.Count > MostNames ? $"{names} and {users.Count - MostNames} more" : names;
    }
}
