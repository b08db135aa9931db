using System.Text;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Chat.Engine;

/// <summary>A message for a handler; what it answers goes to the sender as automatic messages.</summary>
internal sealed class ChatWork(ChatPeer peer, ChatMessage message, Contact sender) : MessageWork(peer, peer, message)
{
    public override bool IsAbandoned => peer.State == ListenerState.Stopped;

    protected override void Reply(IReadOnlyList<FrameContent> replies)
    {
        peer.Handled();
        foreach (FrameContent reply in replies)
        {
            peer.Reply(sender, Encoding.UTF8.GetString(reply.Payload ?? []));
        }
    }

    protected override void Failed(Exception failure)
    {
        peer.Handled();
        peer.Record(ListenerEventType.Error, message.From, message: failure.Message, error: failure);
    }

    protected override void Dropped() => peer.Handled();
}
