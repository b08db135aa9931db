namespace PSNetConcurrency.Infrastructure.Chat;

/// <summary>Takes a chat peer as itself, or by the name or id it has in this session.</summary>
public sealed class ChatPeerTransformAttribute : HandleTransformAttribute
{
    private protected override object? Find(int? id, string? name) => Find<ChatPeer>(id, name, p => p.Id, p => p.Name);

    private protected override string NotFound(object value) => $"There is no chat peer '{value}' in this session. Get-NetListener -Kind ChatPeer lists those there are.";
}

public sealed class ChatPeerCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() => ChatCommand.Running.Select(p => (p.Name, p.ToString()));
}

public sealed class ChatUserCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() =>
        ChatCommand.Running.SelectMany(p => p.Users).DistinctBy(u => u.ChatAddress).OrderBy(u => u.Status).ThenBy(u => u.Name, StringComparer.OrdinalIgnoreCase)
            .Select(u => (u.ChatAddress, $"{u.DisplayName}{(u.Group.Length > 0 ? $", {u.Group}" : "")}: {u.Status}"));
}
