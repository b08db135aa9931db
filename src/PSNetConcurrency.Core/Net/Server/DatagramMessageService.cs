using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>What a <see cref="DatagramMessageService"/> can be told.</summary>
public sealed record DatagramMessageOptions
{
    /// <summary>The longest datagram taken.</summary>
    public int MaximumMessageBytes { get; init; } = 65535;

    /// <summary>Stops the listener when the first datagram has been handled without failing.</summary>
    public bool Once { get; init; }

    /// <summary>How many datagrams may be with the handler, waiting or under way; more are dropped, the newest.</summary>
    public int MaximumPending { get; init; } = 1024;

    /// <summary>How many bytes they may have.</summary>
    public int MaximumPendingBytes { get; init; } = 16 * 1024 * 1024;
}

/// <summary>Has a handler answer datagrams, each a message; each reply is a datagram of its own.</summary>
public sealed class DatagramMessageService(IMessageHandler handler, Func<byte[], object> present, DatagramMessageOptions options) : DatagramService
{
    private int _pending;
    private long _pendingBytes;
    // Also read by the handler's threads.
    private volatile bool _over;

    public override bool IsBusy => _pending > 0;

    public override void OnDatagram(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from)
    {
        if (_over)
        {
            return;
        }
        string? refusal = data.Length > options.MaximumMessageBytes ? $"It has {data.Length} bytes; {options.MaximumMessageBytes} are taken at most."
            : options.Once && _pending > 0 ? "The listener answers one datagram only."
            : _pending >= options.MaximumPending || _pendingBytes + data.Length > options.MaximumPendingBytes ? "Too many wait for the handler."
            : null;
        if (refusal is not null)
        {
            server.Refuse(from, refusal);
            return;
        }
        DatagramClient client = new(server, from.ToEndPoint());
        object message;
        try
        {
            message = present(data.ToArray());
        }
        catch (Exception e)
        {
            server.Record(ListenerEventType.Error, client.ToString(), data.Length, e.Message, e);
            return;
        }
        _pending++;
        _pendingBytes += data.Length;
        server.Record(ListenerEventType.Message, client.ToString(), data.Length, message);
        handler.Handle(new Work(this, server, client, message, data.Length));
    }

    public override void OnStopping(UdpServer server) => _over = true;

    public override void OnStopped() => handler.Stop();

    private void Reply(UdpServer server, DatagramClient client, IReadOnlyList<FrameContent> replies, int length)
    {
        foreach (FrameContent reply in replies)
        {
            byte[] data = reply.Payload ?? [];
            if (client.TooLarge(data.Length) is { } failure)
            {
                server.Record(ListenerEventType.Error, client.ToString(), data.Length, failure.Message, failure);
                continue;
            }
            server.Send(data, client.RemoteEndPoint);
        }
        if (options.Once && !_over)
        {
            _over = true;
            _ = server.StopAsync(TimeSpan.Zero);
        }
        Done(server, length);
    }

    private void Done(UdpServer server, int length)
    {
        _pending--;
        _pendingBytes -= length;
        server.ReleaseWhenIdle();
    }

    private sealed class Work(DatagramMessageService service, UdpServer server, DatagramClient client, object message, int length) : MessageWork(server, client, message)
    {
        public override bool IsAbandoned => service._over;

        protected override void Reply(IReadOnlyList<FrameContent> replies) => server.Loop.Post(() => service.Reply(server, client, replies, length));

        protected override void Failed(Exception failure) => server.Loop.Post(() =>
        {
            server.Record(ListenerEventType.Error, client.ToString(), length, failure.Message, failure);
            service.Done(server, length);
        });

        protected override void Dropped() => server.Loop.Post(() => service.Done(server, length));
    }
}
