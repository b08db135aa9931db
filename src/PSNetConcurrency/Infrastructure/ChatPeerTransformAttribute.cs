using System.Management.Automation;

namespace PSNetConcurrency.Infrastructure;

/// <summary>Takes a chat peer as itself, or by the name or id it has in this session.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ChatPeerTransformAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is not (string or int))
        {
            return value;
        }
        return HandleRegistry.Get<ChatPeer>().FirstOrDefault(p => value is int id ? p.Id == id : p.Name.Equals((string)value, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentTransformationMetadataException($"There is no chat peer '{value}' in this session. Get-NetListener -Kind ChatPeer lists those there are.");
    }
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
