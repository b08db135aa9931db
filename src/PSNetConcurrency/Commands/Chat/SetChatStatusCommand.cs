using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Chat;

namespace PSNetConcurrency.Commands.Chat;

/// <summary>Whether a chat peer says to be there.</summary>
public enum ChatPresence
{
    /// <summary>There.</summary>
    Online,

    /// <summary>There, and says to be absent.</summary>
    Absent,
}

/// <summary>Changes what the others see of a chat peer: status, absence text, nickname, group.</summary>
/// <remarks>
/// <para>All users it knows are told, and broadcast addresses. What is left out stays as it is. An absent peer still receives messages; its text is for those who ask for it, as other peers of this module do, and IP Messenger when its user looks.</para>
/// </remarks>
/// <example>
///   <para>Away, with a word about it, and back.</para>
///   <code>$ann = Start-ChatPeer -UserName ann -Port 0
/// $bob = Start-ChatPeer -UserName bob -Port 0 -Peer "127.0.0.1:$($ann.Port)"
/// $null = Get-ChatUser ann -Peer $bob -Wait -TimeoutSeconds 30
/// Set-ChatStatus Absent -AbsenceText 'Back at two.' -Peer $ann
/// Get-ChatUser ann -Status Absent -Peer $bob -Wait -TimeoutSeconds 30
/// Set-ChatStatus Online -Peer $ann
/// $ann, $bob | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Another nickname and group.</para>
///   <code>$ann = Start-ChatPeer -UserName ann -Port 0
/// Set-ChatStatus -NickName 'Ann (build server)' -GroupName Operations -PassThru
/// $ann | Stop-NetListener</code>
/// </example>
/// <outputs>None, or PSNetConcurrency.ChatPeer with -PassThru.</outputs>
/// <seealso cref="GetChatUserCommand"/>
[Cmdlet(VerbsCommon.Set, "ChatStatus", SupportsShouldProcess = true)]
[OutputType(typeof(ChatPeer))]
public sealed class SetChatStatusCommand : ChatCommand
{
    /// <summary>Online or Absent.</summary>
    [Parameter(Position = 0)]
    public ChatPresence? Status { get; set; }

    /// <summary>What is told to those who ask an absent peer: 1000 characters at most.</summary>
    [Parameter(Position = 1)]
    [ValidateLength(0, 1000)]
    public string? AbsenceText { get; set; }

    /// <summary>The name to be called.</summary>
    [Parameter]
    [ValidateLength(1, 128)]
    public string? NickName { get; set; }

    /// <summary>The group to be listed in.</summary>
    [Parameter]
    [ValidateLength(0, 128)]
    public string? GroupName { get; set; }

    /// <summary>Returns the peer.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override bool FailuresTerminate => true;

    protected override async Task EndAsync()
    {
        ChatPeer peer = Chat;
        if (Status is null && AbsenceText is null && NickName is null && GroupName is null)
        {
            throw new NetException(NetError.InvalidArgument, "Say what to change: -Status, -AbsenceText, -NickName or -GroupName.");
        }
        if (ShouldProcess(peer.ToString(), "Change what others see"))
        {
            await peer.SetStatusAsync(Status is { } status ? status == ChatPresence.Absent : null, AbsenceText, NickName, GroupName);
        }
        if (PassThru)
        {
            WriteObject(peer);
        }
    }
}
