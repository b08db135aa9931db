using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Core.Chat.Screen;

/// <summary>The users as the screen shows them: their names, who is here, and whom a person means.</summary>
internal sealed class ChatPeople
{
    private const int LongestName = 24;

    private readonly ChatPeer _peer;
    private Dictionary<string, ChatUser> _users = new(StringComparer.OrdinalIgnoreCase);
    private IReadOnlyList<ChatUser>? _here;

    public ChatPeople(ChatPeer peer)
    {
        _peer = peer;
        Refresh();
    }

    /// <summary>Everybody known, by name.</summary>
    public IEnumerable<ChatUser> All => _users.Values.OrderBy(u => u.DisplayName, StringComparer.CurrentCultureIgnoreCase);

    /// <summary>Those who are here, away or not.</summary>
    public IReadOnlyList<ChatUser> Here => _here ??= [.. All.Where(u => u.Status != ChatUserStatus.Offline)];

    /// <summary>Learns anew who is known.</summary>
    public void Refresh()
    {
        _here = null;
        _users = new Dictionary<string, ChatUser>(StringComparer.OrdinalIgnoreCase);
        foreach (ChatUser user in _peer.Users)
        {
            _users[user.ChatAddress] = user;
        }
    }

    /// <summary>Takes what is new of a user, and returns what was known.</summary>
    public ChatUser? Update(ChatUser user)
    {
        ChatUser? before = _users.GetValueOrDefault(user.ChatAddress);
        _users[user.ChatAddress] = user;
        _here = null;
        if (_users.Count > 20_000)
        {
            // The peer forgets some of those that are gone, to keep within its bounds.
            Refresh();
        }
        return before;
    }

    /// <summary>A user's name as it is shown: the one the user wants, or name@host where others are called the same.</summary>
    public string NameOf(ChatUser user)
    {
        bool alone = _users.Values.Count(u => u.DisplayName.Equals(user.DisplayName, StringComparison.OrdinalIgnoreCase)) <= 1;
        return Shorten(TerminalText.CleanLine(alone ? user.DisplayName : user.ChatAddress));
    }

    /// <summary>The same by name@host.</summary>
    public string NameOf(string address) => _users.TryGetValue(address, out ChatUser? user) ? NameOf(user) : Shorten(TerminalText.CleanLine(address));

    /// <summary>What to type for a user.</summary>
    public string Typed(ChatUser user)
    {
        bool alone = _users.Values.Count(u => u.DisplayName.Equals(user.DisplayName, StringComparison.OrdinalIgnoreCase)) <= 1;
        return ChatLine.Quote(alone ? user.DisplayName : user.ChatAddress);
    }

    /// <summary>Whom a person means: by name@host, by a name, or by how the name of one who is here begins.</summary>
    /// <returns>The user; null where it may be the address of one who is not known.</returns>
    /// <exception cref="NetException">Nobody is called so, or several are.</exception>
    public ChatUser? Find(string text)
    {
        if (_users.TryGetValue(text, out ChatUser? exact))
        {
            return exact;
        }
        ChatUser[] found = [.. All.Where(u => Is(u.DisplayName) || Is(u.Name))];
        if (found.Length == 0)
        {
            found = [.. Here.Where(u => Begins(u.DisplayName) || Begins(u.Name))];
        }
        if (found.Length > 1)
        {
            throw new NetException(NetError.InvalidArgument, $"'{text}' may be {string.Join(" or ", found.Take(5).Select(u => u.ChatAddress))}.", text);
        }
        if (found.Length == 0 && text.AsSpan().IndexOfAny("@.:") < 0)
        {
            throw new NetException(NetError.UserNotFound, $"Nobody is called '{text}'. /users lists who is here.", text);
        }
        return found.FirstOrDefault();

        bool Is(string name) => name.Equals(text, StringComparison.OrdinalIgnoreCase);
        bool Begins(string name) => text.Length > 0 && name.StartsWith(text, StringComparison.OrdinalIgnoreCase);
    }

    private static string Shorten(string name) => CellWidth.Of(name) <= LongestName ? name : CellWidth.Fit(name, LongestName - 1) + "…";
}
