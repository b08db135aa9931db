using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Tests.Net.Loop;

/// <summary>A handler that does what a test says, and remembers what happened.</summary>
internal sealed class ScriptedHandler : IChannelHandler
{
    private readonly TaskCompletionSource<Channel> _connected = New<Channel>();
    private readonly TaskCompletionSource _inputEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Exception?> _closed = New<Exception?>();
    private readonly List<byte> _received = [];
    private long _receivedCount;

    public delegate void DataAction(Channel channel, ReadOnlySpan<byte> data);

    public Action<Channel>? OnConnected { get; init; }

    public DataAction? OnData { get; init; }

    public Action<Channel>? OnInputEnded { get; init; }

    public Action<Channel>? OnDrained { get; init; }

    public Task<Channel> Connected => _connected.Task.WaitAsync(Eventually.Limit);

    public Task InputEnded => _inputEnded.Task.WaitAsync(Eventually.Limit);

    public Task<Exception?> Closed => _closed.Task.WaitAsync(Eventually.Limit);

    public long ReceivedCount => Interlocked.Read(ref _receivedCount);

    /// <summary>What OnData did not take itself.</summary>
    public byte[] Received
    {
        get
        {
            lock (_received)
            {
                return _received.ToArray();
            }
        }
    }

    /// <summary>Sends back what comes, and reads no more than the peer takes.</summary>
    public static ScriptedHandler Echo(Action<Channel>? afterSend = null) => new()
    {
        OnData = (channel, data) =>
        {
            channel.Send(data);
            afterSend?.Invoke(channel);
            if (channel.PendingBytes > 0)
            {
                channel.PauseReading();
            }
        },
        OnDrained = channel => channel.ResumeReading(),
        OnInputEnded = channel => channel.Close(),
    };

    void IChannelHandler.OnConnected(Channel channel)
    {
        OnConnected?.Invoke(channel);
        _connected.TrySetResult(channel);
    }

    void IChannelHandler.OnData(Channel channel, ReadOnlySpan<byte> data)
    {
        if (OnData is not null)
        {
            OnData(channel, data);
        }
        else
        {
            lock (_received)
            {
                _received.AddRange(data);
            }
        }
        Interlocked.Add(ref _receivedCount, data.Length);
    }

    void IChannelHandler.OnInputEnded(Channel channel)
    {
        OnInputEnded?.Invoke(channel);
        _inputEnded.TrySetResult();
    }

    void IChannelHandler.OnDrained(Channel channel) => OnDrained?.Invoke(channel);

    void IChannelHandler.OnClosed(Channel channel, Exception? reason) =>
        Assert.True(_closed.TrySetResult(reason), "OnClosed came twice.");

    private static TaskCompletionSource<T> New<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
