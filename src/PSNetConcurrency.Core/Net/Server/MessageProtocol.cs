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
/// that client is not read from: a fast sender is held back by TCP's window, never by memory. What all clients together have
/// sent and is not answered yet is bounded: beyond that whoever holds most is disconnected.
/// </summary>
public sealed class MessageProtocol(FrameFormat format, IMessageHandler handler, MessagePresenter present) : ServerProtocol
{
    // Of what the process may have, which a container's limit makes less than the machine's.
    private const int ShareOfMemory = 4;

    private readonly HashSet<NetClient> _holders = [];
    private long _held;

    /// <summary>How many bytes unanswered and unfinished messages may have, of all clients together; a quarter of the memory there is.</summary>
    public long MaximumHeldBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / ShareOfMemory;

    public override void OnConnected(NetClient client) => client.ProtocolState = new Conversation(new FrameDecoder(format));

    public override void OnData(NetClient client, ReadOnlySpan<byte> data)
    {
        Conversation conversation = StateOf(client);
        if (conversation.Busy)
        {
            // What the socket had already given when reading was paused: one buffer at most.
            conversation.Decoder.Keep(data);
        }
        else
        {
            Advance(client, conversation, data);
        }
        Weigh(client, conversation);
    }

    public override void OnInputEnded(NetClient client)
    {
        Conversation conversation = StateOf(client);
        conversation.InputEnded = true;
        if (!conversation.Busy)
        {
            Advance(client, conversation, default);
            Weigh(client, conversation);
        }
    }

    public override void OnDrained(NetClient client)
    {
        Conversation conversation = StateOf(client);
        if (!conversation.Busy)
        {
            Advance(client, conversation, default);
            Weigh(client, conversation);
        }
    }

    public override void OnClosed(NetClient client)
    {
        if (client.ProtocolState is Conversation conversation)
        {
            // It may wait long for a handler that is slow, and nobody for its answer.
            conversation.Work?.Forget();
            Hold(client, conversation, 0);
        }
    }

    public override bool IsBusy(NetClient client) => client.ProtocolState is Conversation { Busy: true };

    public override void OnStopped() => handler.Stop();

    private void Reply(NetClient client, IReadOnlyList<FrameContent> replies)
    {
        Conversation conversation = StateOf(client);
        if (client.Channel.IsClosed)
        {
            Answered(client, conversation);
            return;
        }
        try
        {
            ArrayBufferWriter<byte> output = new();
            foreach (FrameContent reply in replies)
            {
                format.Encode(reply.Header, reply.Payload, output);
            }
            client.SendOnLoop(output.WrittenSpan);
        }
        catch (Exception e)
        {
            // A reply that can't be framed, or whose header holds something of the script's own that fails as it is written.
            Failed(client, e);
            return;
        }
        Answered(client, conversation);
        client.CloseIfDrained();
        Advance(client, conversation, default);
        Weigh(client, conversation);
    }

    private static void Failed(NetClient client, Exception failure)
    {
        Answered(client, StateOf(client));
        if (!client.Channel.IsClosed)
        {
            client.Reject(failure);
        }
    }

    private static void Answered(NetClient client, Conversation conversation)
    {
        conversation.Work = null;
        client.EndWork();
    }

    // Notes what the client makes the server keep.
    private void Weigh(NetClient client, Conversation conversation)
    {
        if (!client.Channel.IsClosed)
        {
            Hold(client, conversation, conversation.Decoder.Unfinished.Length + (conversation.Work?.Length ?? 0));
        }
        if (_held > MaximumHeldBytes)
        {
            Disconnect(_holders.MaxBy(c => StateOf(c).Held)!);
        }
    }

    private void Hold(NetClient client, Conversation conversation, int bytes)
    {
        if (bytes == conversation.Held)
        {
            return;
        }
        _held += bytes - conversation.Held;
        conversation.Held = bytes;
        if (bytes == 0)
        {
            _holders.Remove(client);
        }
        else
        {
            _holders.Add(client);
        }
    }

    private void Disconnect(NetClient client) => client.Channel.Abort(new NetException(NetError.MessageTooLarge,
        $"All clients together sent more than {MaximumHeldBytes} bytes that are not answered yet, and {client} most of them, {StateOf(client).Held}. It was disconnected.", client.ToString()));

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
        conversation.Work = new ClientMessage(this, client, message, length);
        client.BeginWork();
        client.Channel.PauseReading();
        client.CountMessage();
        client.Server.Record(ListenerEventType.Message, client.ToString(), length, message);
        handler.Handle(conversation.Work);
    }

    /// <summary>A client's message. One a client at a time, so that replies come in the order of the messages.</summary>
    private sealed class ClientMessage(MessageProtocol protocol, NetClient client, object message, int length) : MessageWork(client.Listener, client, message)
    {
        public int Length => length;

        public override bool IsAbandoned => client.Channel.IsClosed;

        protected override void Reply(IReadOnlyList<FrameContent> replies) => client.Server.Loop.Post(() => protocol.Reply(client, replies));

        protected override void Failed(Exception failure) => client.Server.Loop.Post(() => MessageProtocol.Failed(client, failure));

        protected override void Dropped() => client.Server.Loop.Post(() => Answered(client, StateOf(client)));
    }

    private sealed class Conversation(FrameDecoder decoder)
    {
        public FrameDecoder Decoder { get; } = decoder;

        /// <summary>The message that is with the handler.</summary>
        public ClientMessage? Work { get; set; }

        public bool Busy => Work is not null;

        /// <summary>How many bytes the server keeps of it.</summary>
        public int Held { get; set; }

        public bool InputEnded { get; set; }
    }
}
