using System.Management.Automation;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Chat;

/// <summary>The base of the cmdlets that work on a chat peer of this session.</summary>
public abstract class ChatCommand : NetCmdlet
{
    /// <summary>The chat peer: what Start-ChatPeer returned, or its name or id. The default is the only one that runs in this session.</summary>
    [Parameter]
    [ChatPeerTransform]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(ChatPeerCompleter))]
    public virtual ChatPeer? Peer { get; set; }

    /// <summary>The chat peers that run in this session.</summary>
    internal static IReadOnlyList<ChatPeer> Running => [.. HandleRegistry.Get<ChatPeer>().Where(p => p.State != ListenerState.Stopped)];

    /// <summary>The peer to work on.</summary>
    /// <exception cref="NetException">None was given, and none or several run.</exception>
    protected ChatPeer Chat => Peer ?? Running switch
    {
        [] => throw new NetException(NetError.HandleNotFound, "No chat peer runs in this session. Start-ChatPeer starts one."),
        [{ } only] => only,
        { } several => throw new NetException(NetError.InvalidArgument, $"{several.Count} chat peers run in this session: {string.Join(", ", several.Select(p => p.Name))}. Say which with -Peer."),
    };

    /// <summary>The users and addresses that -To names: users, messages (their senders), names with wildcards, addresses.</summary>
    internal List<object> Receivers(object[] to)
    {
        List<object> receivers = [];
        foreach (object value in to.Select(v => v is PSObject wrapped ? wrapped.BaseObject : v))
        {
            switch (value)
            {
                case ChatUser user:
                    receivers.Add(user);
                    break;
                case ChatMessage message:
                    receivers.Add(message.Direction == ChatDirection.Received ? message.From : message.To);
                    break;
                case string name when WildcardPattern.ContainsWildcardCharacters(name):
                    ChatUser[] found = [.. Matching(Chat.Users, [name]).Where(u => u.Status != ChatUserStatus.Offline)];
                    if (found.Length == 0)
                    {
                        ReportFailure(new NetException(NetError.UserNotFound, $"Nobody who is there is called like '{name}'. Get-ChatUser lists the users.", name));
                    }
                    receivers.AddRange(found);
                    break;
                default:
                    receivers.Add(value.ToString()!);
                    break;
            }
        }
        return receivers;
    }

    /// <summary>Sends to one of <see cref="Receivers"/>.</summary>
    internal Task<ChatMessage> SendAsync(object receiver, string text, Core.Chat.ChatSendOptions options) =>
        receiver is ChatUser user ? Chat.SendAsync(user, text, options, StopToken) : Chat.SendAsync((string)receiver, text, options, StopToken);

    /// <summary>The users whose name, nickname or name@host matches one of the patterns.</summary>
    internal static IEnumerable<ChatUser> Matching(IEnumerable<ChatUser> users, string[] names)
    {
        WildcardPattern[] patterns = [.. names.Select(n => WildcardPattern.Get(n, WildcardOptions.IgnoreCase))];
        return users.Where(u => patterns.Any(p => p.IsMatch(u.Name) || p.IsMatch(u.NickName) || p.IsMatch(u.ChatAddress)));
    }
}
