using System.Buffers;
using System.Collections;
using PSNetConcurrency.Core.Framing;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>Makes of a message's bytes what a handler gets.</summary>
/// <param name="header">The content of the frame's header; null in a format that has none.</param>
/// <param name="payload">The payload.</param>
public delegate object MessagePresenter(byte[]? header, byte[] payload);

/// <summary>A message to send: header and payload, either of which may be absent.</summary>
public sealed record FrameContent(IDictionary? Header, byte[]? Payload);

/// <summary>
/// Cuts what clients send into messages and has a handler answer them. While one message of a client is with the handler,
/// that client is not read from: a fast sender is held back by TCP's window, never by memory.
/// </summary>
public sealed class MessageProtocol(FrameFormat format, IMessageHandler handler, MessagePresenter present) : ServerProtocol
{
    public override void OnConnected(NetClient client) => client.ProtocolState = new Conversation(new FrameDecoder(format));

    public override void OnData(NetClient client, ReadOnlySpan<byte> data)
    {
        Conversation conversation = StateOf(client);
        if (conversation.Busy)
        {
            // What the socket had already given when reading was paused: one buffer at most.
            conversation.Decoder.Keep(data);
            return;
        }
        Advance(client, conversation, data);
    }

    public override void OnInputEnded(NetClient client)
    {
        Conversation conversation = StateOf(client);
        conversation.InputEnded = true;
        if (!conversation.Busy)
        {
            Advance(client, conversation, default);
        }
    }

    public override void OnDrained(NetClient client)
    {
        Conversation conversation = StateOf(client);
        if (!conversation.Busy)
        {
            Advance(client, conversation, default);
        }
    }

    public override bool IsBusy(NetClient client) => client.ProtocolState is Conversation { Busy: true };

    public override void OnStopped() => handler.Stop();

    private void Reply(NetClient client, IReadOnlyList<FrameContent> replies)
    {
        if (client.Channel.IsClosed)
        {
            return;
        }
        Conversation conversation = StateOf(client);
        try
        {
            ArrayBufferWriter<byte> output = new();
            foreach (FrameContent reply in replies)
            {
                format.Encode(reply.Header, reply.Payload, output);
            }
            client.SendOnLoop(output.WrittenSpan);
        }
        catch (NetException e)
        {
            Failed(client, e);
            return;
        }
        conversation.Busy = false;
        client.CloseIfDrained();
        Advance(client, conversation, default);
    }

    private static void Failed(NetClient client, Exception failure)
    {
        StateOf(client).Busy = false;
        if (!client.Channel.IsClosed)
        {
            client.Reject(failure);
        }
    }

    private static Conversation StateOf(NetClient client) => (Conversation)client.ProtocolState!;

    // Hands on the next message if there is one, and reads on only when there is none and the client takes its replies.
    private void Advance(NetClient client, Conversation conversation, ReadOnlySpan<byte> data)
    {
        if (client.Channel.IsClosed || client.CloseWhenIdle)
        {
            return;
        }
        if (client.Channel.PendingBytes > 0)
        {
            conversation.Decoder.Keep(data);
            client.Channel.PauseReading();
            return;
        }
        try
        {
            if (conversation.Decoder.TryReadFrame(ref data, out FrameView frame))
            {
                int length = frame.Payload.Length + (format.HasHeader ? frame.Header.Length : 0);
                object message = present(format.HasHeader ? frame.Header.ToArray() : null, frame.Payload.ToArray());
                conversation.Decoder.Keep(data);
                Dispatch(client, conversation, message, length);
                return;
            }
        }
        catch (Exception e)
        {
            // No frame of the format, or no text of the encoding: nothing that follows can be trusted.
            client.Reject(e);
            return;
        }
        if (!conversation.InputEnded)
        {
            client.Channel.ResumeReading();
            return;
        }
        if (conversation.Decoder.Unfinished is { IsEmpty: false } rest)
        {
            client.Reject(new NetException(NetError.PeerClosed,
                $"{client} closed the connection in the middle of a message.{NetException.Kept(rest)}", client.ToString(), received: rest.ToArray()));
            return;
        }
        client.Channel.Close();
    }

    private void Dispatch(NetClient client, Conversation conversation, object message, int length)
    {
        conversation.Busy = true;
        client.Channel.PauseReading();
        client.CountMessage();
        client.Server.Record(ListenerEventType.Message, client.ToString(), length, message);
        handler.Handle(new ClientMessage(this, client, message));
    }

    /// <summary>A client's message. One a client at a time, so that replies come in the order of the messages.</summary>
    private sealed class ClientMessage(MessageProtocol protocol, NetClient client, object message) : MessageWork(client.Listener, client, message)
    {
        public override bool IsAbandoned => client.Channel.IsClosed;

        protected override void Reply(IReadOnlyList<FrameContent> replies) => client.Server.Loop.Post(() => protocol.Reply(client, replies));

        protected override void Failed(Exception failure) => client.Server.Loop.Post(() => MessageProtocol.Failed(client, failure));
    }

    private sealed class Conversation(FrameDecoder decoder)
    {
        public FrameDecoder Decoder { get; } = decoder;

        public bool Busy { get; set; }

        public bool InputEnded { get; set; }
    }
}
