using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Tls;

namespace PSNetConcurrency.Core.Net.Measure;

/// <summary>One connection of an echo measurement: keeps its messages under way and compares every byte that returns.</summary>
internal sealed class EchoConnection(EchoRun run, int index) : IChannelHandler
{
    private readonly int _size = run.Options.Size;
    private readonly int _depth = run.Options.Depth;
    private Channel? _channel;
    private LoopTimer? _timer;
    private NetException? _distrust;
    private int _sendPosition = EchoPattern.Start(index);
    private int _receivePosition = EchoPattern.Start(index);
    private int _untilWhole = run.Options.Size;
    private int _oldest;
    private int _outstanding;
    private long _unsent;
    private long _unreturned;
    private bool _connected;

    public int Index => index;

    public bool IsOpen => _connected && !_channel!.IsClosed;

    /// <summary>The messages that have not come back.</summary>
    public int Outstanding => _outstanding;

    public void Connect(IPEndPoint remote, TimeSpan limit)
    {
        IChannelHandler handler = run.Options.Tls is { } pin ? TlsChannel.Client(this, pin.ClientOptions(e => _distrust = e)) : this;
        _channel = run.Loop.Connect(remote, handler);
        _timer = run.Loop.Schedule(limit, static s => ((EchoConnection)s!).ConnectTimedOut(), this);
    }

    /// <summary>Sends the first messages.</summary>
    public void Begin(long now)
    {
        while (_outstanding < _depth && run.MayIssue(now))
        {
            Issue(now);
        }
        Pump();
    }

    public void Close()
    {
        if (_outstanding > 0)
        {
            _channel?.Abort();
        }
        else
        {
            _channel?.Close();
        }
    }

    public void Abort(Exception? reason = null) => _channel?.Abort(reason);

    void IChannelHandler.OnConnected(Channel channel)
    {
        _channel = channel;
        _connected = true;
        _timer?.Cancel();
        run.Connected();
    }

    [MethodImpl(HotPath.Options)]
    void IChannelHandler.OnData(Channel channel, ReadOnlySpan<byte> data)
    {
        if (data.Length > _unreturned || !data.SequenceEqual(EchoPattern.Slice(_receivePosition, data.Length)))
        {
            run.Mismatched(this);
            return;
        }
        long now = Stopwatch.GetTimestamp();
        run.LastActivity = now;
        _unreturned -= data.Length;
        _receivePosition = EchoPattern.Advance(_receivePosition, data.Length);
        int left = data.Length;
        while (left >= _untilWhole)
        {
            left -= _untilWhole;
            _untilWhole = _size;
            Returned(now);
        }
        _untilWhole -= left;
        if (_unsent > 0)
        {
            Pump();
        }
        else if (run.Outstanding == 0)
        {
            run.Finish();
        }
    }

    void IChannelHandler.OnInputEnded(Channel channel) => run.Failed(this, new NetException(NetError.PeerClosed,
        $"{run.Target} closed the connection{(_outstanding > 0 ? " before it had returned what was sent" : "")}.", run.Target));

    void IChannelHandler.OnDrained(Channel channel) => Pump();

    void IChannelHandler.OnClosed(Channel channel, Exception? reason)
    {
        _timer?.Cancel();
        for (; _outstanding > 0; _outstanding--)
        {
            run.Lost(TakeOldest());
        }
        if (_connected)
        {
            run.Closed(_distrust ?? reason);
        }
        else
        {
            run.ConnectFailed(this, _distrust ?? reason);
        }
    }

    private void ConnectTimedOut() => Abort(new NetException(NetError.TimedOut,
        $"{run.Target} did not accept a connection within {run.Options.Timeout.TotalSeconds:0.###} s. A firewall may drop the packets.", run.Target));

    [MethodImpl(HotPath.Options)]
    private void Returned(long now)
    {
        long sentAt = TakeOldest();
        _outstanding--;
        run.Returned(sentAt, now);
        if (run.MayIssue(now))
        {
            Issue(now);
        }
    }

    private long TakeOldest()
    {
        long sentAt = run.SentAt[(index * _depth) + _oldest];
        _oldest = _oldest + 1 == _depth ? 0 : _oldest + 1;
        return sentAt;
    }

    [MethodImpl(HotPath.Options)]
    private void Issue(long now)
    {
        int slot = _oldest + _outstanding;
        run.SentAt[(index * _depth) + (slot >= _depth ? slot - _depth : slot)] = now;
        _outstanding++;
        run.Issued(now);
        _unsent += _size;
    }

    // No more than the system takes, so that a message of any size costs no memory beyond one slice.
    [MethodImpl(HotPath.Options)]
    private void Pump()
    {
        Channel channel = _channel!;
        while (_unsent > 0 && channel.PendingBytes == 0 && !channel.IsClosed)
        {
            int n = (int)Math.Min(_unsent, EchoPattern.MaximumSlice);
            int position = _sendPosition;
            _sendPosition = EchoPattern.Advance(position, n);
            _unsent -= n;
            _unreturned += n;
            channel.Send(EchoPattern.Slice(position, n));
        }
    }
}
