using System.Management.Automation;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Chat;

namespace PSNetConcurrency.Commands.Chat;

/// <summary>Lists the users of the chat.</summary>
/// <remarks>
/// <para>A peer learns of users by the entries that they broadcast, by the answers to its own, and by what they send. Who went, or did not confirm a message, is Offline and stays in the list. The same user seen at several addresses is one user with several.</para>
/// <para>-Refresh calls everybody anew and takes three times the peer's -RetryIntervalSeconds, three seconds unless it was told otherwise: who was there and does not answer is Offline then. -Wait waits until somebody of that name is there.</para>
/// </remarks>
/// <example>
///   <para>Who is there.</para>
///   <code>$ann = Start-ChatPeer -UserName ann -NickName 'Ann from sales' -GroupName Sales -Port 0
/// $bob = Start-ChatPeer -UserName bob -Port 0 -Peer "127.0.0.1:$($ann.Port)"
/// Get-ChatUser -Peer $bob -Name ann -Wait -TimeoutSeconds 30
/// $ann, $bob | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Users of one name who are there, called anew.</para>
///   <code>$peer = Start-ChatPeer -UserName ann -Port 0
/// Get-ChatUser -Name 'b*' -Status Online -Refresh
/// $peer | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.ChatUser: each user, as last heard of.</outputs>
/// <seealso cref="StartChatPeerCommand"/>
[Cmdlet(VerbsCommon.Get, "ChatUser")]
[OutputType(typeof(ChatUser))]
public sealed class GetChatUserCommand : ChatCommand
{
    /// <summary>Names, nicknames or name@host. Wildcards are allowed. The default is all.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ChatUserCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <summary>Only users with one of these: Online, Absent, Offline.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public ChatUserStatus[] Status { get; set; } = [];

    /// <summary>Calls everybody first, and waits for the answers, three seconds usually.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    /// <summary>Waits until there is somebody to list; without -Status, somebody who is not Offline.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How long -Wait waits, in seconds; 0 for ever. The default is 30.</summary>
    [Parameter]
    [ValidateRange(0d, 31_536_000d)]
    public double TimeoutSeconds { get; set; } = 30;

    protected override ProgressRecord? Progress() => Wait ? ProgressOfWait($"Waiting for {string.Join(", ", Name)}", TimeoutSeconds) : Refresh ? ProgressOfWait("Calling everybody", 3) : null;

    protected override async Task EndAsync()
    {
        ChatPeer peer = Chat;
        if (Refresh)
        {
            await peer.RefreshAsync(StopToken);
        }
        ChatUser[] users = Select(peer);
        if (users.Length == 0 && Wait)
        {
            users = await WaitAsync(peer);
        }
        WriteObject(users.OrderBy(u => u.Status).ThenBy(u => u.Name, StringComparer.OrdinalIgnoreCase).ThenBy(u => u.Host, StringComparer.OrdinalIgnoreCase), enumerateCollection: true);
        foreach (string name in Name.Where(n => !Wait && !WildcardPattern.ContainsWildcardCharacters(n) && !Matching(peer.Users, [n]).Any()))
        {
            ReportFailure(new NetException(NetError.UserNotFound, $"{peer.Name} knows nobody called '{name}'. With -Wait it waits for them, with -Refresh it calls everybody.", name));
        }
    }

    private ChatUser[] Select(ChatPeer peer) =>
        [.. Matching(peer.Users, Name).Where(u => Status.Length > 0 ? Status.Contains(u.Status) : !Wait || u.Status != ChatUserStatus.Offline)];

    private async Task<ChatUser[]> WaitAsync(ChatPeer peer)
    {
        using ChatSubscription events = peer.Subscribe();
        using CancellationTokenSource limit = Deadline.Start(TimeoutSeconds, StopToken);
        try
        {
            // Looked at once more after subscribing: what came between is not missed.
            for (ChatUser[] users = Select(peer); ; users = Select(peer))
            {
                if (users.Length > 0)
                {
                    return users;
                }
                if (!await events.Reader.WaitToReadAsync(limit.Token))
                {
                    throw new NetException(NetError.HandleClosed, $"{peer.Name} has stopped.", peer.Name);
                }
                while (events.Reader.TryRead(out _))
                {
                    // All of them are in what is looked at next.
                }
            }
        }
        catch (OperationCanceledException) when (!StopToken.IsCancellationRequested)
        {
            throw new NetException(NetError.TimedOut, $"Nobody called {string.Join(", ", Name)} was there within {TimeoutSeconds} s.", Name);
        }
    }
}
