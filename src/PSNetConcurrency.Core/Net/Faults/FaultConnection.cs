using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Faults;

/// <summary>
/// A client of the proxy and its connection to the target, with a pipe each way. The client's channel outlives the target's,
/// so that the listener, which knows its clients, knows all there is to stop.
/// </summary>
internal sealed class FaultConnection : IChannelHandler
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10), ResetLimit = TimeSpan.FromSeconds(10);

    // Where the system does not tell what has arrived: time for it to arrive, on a network that is near.
    private static readonly TimeSpan ResetGrace = TimeSpan.FromMilliseconds(50);

    private readonly FaultProxyProtocol _proxy;
    private readonly NetClient _client;
    private readonly FaultPipe _up;
    private readonly FaultPipe _down;
    private Channel? _target;
    private LoopTimer? _connectTimer;
    private Exception? _targetReset;
    private int _tried;
    private bool _connected;
    private bool _resetting;
    private bool _over;

    public FaultConnection(FaultProxyProtocol proxy, NetClient client, long seed)
    {
        _proxy = proxy;
        _client = client;
        _up = new FaultPipe(this, FaultDirection.ClientToServer, seed, proxy.Statistic);
        _down = new FaultPipe(this, FaultDirection.ServerToClient, seed, proxy.Statistic);
    }

    /// <summary>1 for the proxy's first.</summary>
    public long Number => _client.Id;

    public bool IsBusy => !_over && (!_connected || _resetting || _up.IsBusy || _down.IsBusy);

    /// <summary>Whether the proxy itself keeps the client waiting, and not a peer that does not read.</summary>
    public bool IsDelaying => !_over && (!_connected || _resetting || _up.IsDelaying || _down.IsDelaying);

    /// <summary>When the target last took something of the client's.</summary>
    public long LastTaken => _connected ? _target!.LastTaken : 0;

    public void Start(NetFault fault)
    {
        Apply(fault);
        // What came before a reset goes to the target first, as it would without a proxy.
        _client.Channel.KeepsUnreadOnReset = true;
        _client.Channel.PauseReading();
        ConnectNext(null);
    }

    public void Apply(NetFault fault)
    {
        _up.Apply(fault);
        _down.Apply(fault);
    }

    public void ClientData(ReadOnlySpan<byte> data) => _up.Take(data);

    public void ClientEnded() => _up.End();

    public void ClientDrained() => _down.Drained();

    /// <summary>The client is gone: what was on its way is lost, and the target learns at once.</summary>
    public void ClientClosed(Exception? reason)
    {
        _over = true;
        _connectTimer?.Cancel();
        _up.Release();
        _down.Release();
        if (_target is null)
        {
            return;
        }
        // A close that could not go through at once would outlive the listener.
        if (reason is null && _connected && !_resetting && _target.PendingBytes == 0)
        {
            _target.Close();
        }
        else
        {
            _target.Abort();
        }
    }

    public void Send(FaultDirection direction, ReadOnlySpan<byte> data)
    {
        if (direction == FaultDirection.ServerToClient)
        {
            _client.SendOnLoop(data);
        }
        else
        {
            _target!.Send(data);
        }
    }

    /// <summary>A pipe has moved what it could: a drain may have waited for that.</summary>
    public void Moved()
    {
        if (!_over)
        {
            _client.CloseIfDrained();
        }
    }

    /// <summary>A direction has passed on its end; with both done the connection is, once either peer has had time to take what was last.</summary>
    public void PipeEnded()
    {
        if (!_up.Ended || !_down.Ended || _resetting || _over)
        {
            return;
        }
        if (_target!.IsClosed)
        {
            // It had ended its sending side before it reset, and the client has only been told the first.
            Reset(_client.Channel, _targetReset);
        }
        else
        {
            _target.Close(linger: true);
        }
    }

    /// <summary>Resets both sides as soon as all that was delivered has reached the peer: a reset at once would overtake it.</summary>
    public void Reset(Channel destination, Exception? reason)
    {
        if (_resetting || _over)
        {
            return;
        }
        _resetting = true;
        _up.Release();
        _down.Release();
        long limit = Environment.TickCount64 + (long)ResetLimit.TotalMilliseconds;
        TimeSpan pause = TimeSpan.FromMilliseconds(1);
        TryReset(null);

        void TryReset(object? _)
        {
            if (_over)
            {
                return;
            }
            bool told = destination.UnacknowledgedBytes is not null;
            bool arrived = destination.IsClosed || (destination.PendingBytes == 0 && (destination.UnacknowledgedBytes ?? 0) == 0);
            if (arrived && (told || destination.IsClosed))
            {
                _client.Channel.Abort(reason);
            }
            else if (arrived)
            {
                destination.Loop.Schedule(ResetGrace, _ => _client.Channel.Abort(reason));
            }
            else if (Environment.TickCount64 >= limit)
            {
                _client.Channel.Abort(reason);
            }
            else
            {
                destination.Loop.Schedule(pause, TryReset);
                pause = TimeSpan.FromMilliseconds(Math.Min(pause.TotalMilliseconds * 2, 50));
            }
        }
    }

    void IChannelHandler.OnConnected(Channel channel)
    {
        _connectTimer?.Cancel();
        _connected = true;
        channel.KeepsUnreadOnReset = true;
        _proxy.Connected(((IPEndPoint)channel.RemoteEndPoint!).Address);
        _client.Channel.ResumeReading();
        // Either may end the connection where a cut is at 0; the other then finds it over.
        _up.Open(_client.Channel, channel);
        _down.Open(channel, _client.Channel);
    }

    void IChannelHandler.OnData(Channel channel, ReadOnlySpan<byte> data) => _down.Take(data);

    void IChannelHandler.OnInputEnded(Channel channel) => _down.End();

    void IChannelHandler.OnDrained(Channel channel) => _up.Drained();

    void IChannelHandler.OnClosed(Channel channel, Exception? reason)
    {
        if (_over || channel != _target)
        {
            return;
        }
        _connectTimer?.Cancel();
        if (!_connected)
        {
            ConnectNext(reason);
            return;
        }
        if (_up.Ended && _down.Ended)
        {
            if (!_resetting)
            {
                _client.Channel.Close(linger: true);
            }
            return;
        }
        _targetReset = reason ?? new NetException(NetError.PeerReset, $"{_proxy.TargetText} reset the connection.", _proxy.TargetText);
        _up.Release();
        if (_down.Ended)
        {
            Reset(_client.Channel, _targetReset);
        }
        else
        {
            _down.End(_targetReset);
        }
    }

    private void ConnectNext(Exception? failure)
    {
        while (!_over)
        {
            if (_tried == _proxy.AddressCount)
            {
                _proxy.ConnectFailed(_client, failure!);
                return;
            }
            try
            {
                _target = _client.Channel.Loop.Connect(_proxy.EndPoint(_tried++), this);
                _connectTimer = _target.Loop.Schedule(ConnectLimit, static state => ((FaultConnection)state!).ConnectTimedOut(), this);
                return;
            }
            catch (NetException e)
            {
                failure = e;
            }
            catch (SocketException e)
            {
                failure = NetException.FromSocket(e, _proxy.TargetText);
            }
        }
    }

    private void ConnectTimedOut() => _target?.Abort(new NetException(NetError.TimedOut,
        $"{_proxy.TargetText} did not accept a connection within {ConnectLimit.TotalSeconds:0} s.", _proxy.TargetText));
}
