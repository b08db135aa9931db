namespace PSNetConcurrency.Core.Chat.Screen;

/// <summary>
/// A line that the person sent, to one user or to several, and how far it has come. It is held back at the bottom for a moment,
/// so that it can be written with its mark; what comes later is told in a line of its own.
/// </summary>
internal sealed class OutgoingLine(string to, string text, bool isSealed)
{
    private readonly Dictionary<ChatMessage, ChatMessageState> _told = [];

    public DateTimeOffset Time { get; } = DateTimeOffset.Now;

    /// <summary>Whom it went to, as it is shown.</summary>
    public string To => to;

    public string Text => text;

    public bool IsSealed => isSealed;

    public IReadOnlyCollection<ChatMessage> Messages => _told.Keys;

    /// <summary>Whether it stands above, for good.</summary>
    public bool IsWritten { get; private set; }

    /// <summary>Whether nothing more is to come of it, as far as its mark goes.</summary>
    public bool HasArrived => _told.Count > 0 && _told.Keys.All(m => m.State is ChatMessageState.Delivered or ChatMessageState.Read or ChatMessageState.Failed);

    /// <summary>Whether nothing more is to come of it at all.</summary>
    public bool IsOver => IsWritten && _told.All(m => m.Value is ChatMessageState.Read or ChatMessageState.Failed || (m.Value == ChatMessageState.Delivered && !isSealed));

    public void Add(ChatMessage message) => _told[message] = ChatMessageState.Queued;

    /// <summary>It is being written as it is now.</summary>
    public void Written()
    {
        IsWritten = true;
        foreach (ChatMessage message in _told.Keys.ToArray())
        {
            _told[message] = message.State;
        }
    }

    /// <summary>The messages that have come further since that was told.</summary>
    public ILookup<ChatMessageState, ChatMessage> TakeNews()
    {
        var news = new List<(ChatMessageState State, ChatMessage Message)>();
        foreach ((ChatMessage message, ChatMessageState told) in _told.ToArray())
        {
            ChatMessageState now = message.State;
            if (now != told)
            {
                _told[message] = now;
                if (now is ChatMessageState.Delivered or ChatMessageState.Read or ChatMessageState.Failed)
                {
                    news.Add((now, message));
                }
            }
        }
        return news.ToLookup(n => n.State, n => n.Message);
    }

    /// <summary>How far it has come: a sign, and words where they are needed.</summary>
    public string Mark(ChatStyle style, ChatPeople people)
    {
        int count = _told.Count;
        int read = _told.Keys.Count(m => m.State == ChatMessageState.Read);
        int arrived = read + _told.Keys.Count(m => m.State == ChatMessageState.Delivered);
        ChatMessage[] failed = [.. _told.Keys.Where(m => m.State == ChatMessageState.Failed)];
        if (failed.Length > 0)
        {
            string who = count == 1 ? "" : $" {Names(failed, people)}:";
            string some = arrived > 0 ? style.Good($"{style.Delivered} {arrived}/{count} ") : "";
            return some + style.Bad($"{style.Failed}{who} {Terminal.TerminalText.CleanLine(failed[0].Error ?? "not delivered")}");
        }
        if (count > 0 && read == count)
        {
            return style.Good(style.Read);
        }
        if (count > 0 && arrived == count)
        {
            return style.Good(style.Delivered);
        }
        if (count == 1 && _told.Keys.First() is { State: ChatMessageState.Queued })
        {
            return style.Dim($"{style.Sent} waits for {people.NameOf(_told.Keys.First().To)}");
        }
        return style.Dim(count > 1 ? $"{style.Sent} {arrived}/{count}" : style.Sent);
    }

    /// <summary>The names of some receivers, and how many more there are.</summary>
    public static string Names(IReadOnlyCollection<ChatMessage> messages, ChatPeople people)
    {
        const int Most = 5;
        string names = string.Join(", ", messages.Take(Most).Select(m => people.NameOf(m.To)));
        return messages.Count > Most ? $"{names} and {messages.Count - Most} more" : names;
    }
}
