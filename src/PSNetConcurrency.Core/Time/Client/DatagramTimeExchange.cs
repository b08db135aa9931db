using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Time;

/// <summary>
/// Asks one address over UDP, on a loop: no thread waits, and many are asked at once without one's answer waiting for another's.
/// The socket is connected, so that what others send never arrives, and has a port of its own.
/// </summary>
internal sealed class DatagramTimeExchange : IDatagramHandler
{
    // Who has not answered so many requests, and none before, is not asked for further samples.
    private const int SilentRequests = 2;

    private readonly EventLoop _loop;
    private readonly TimeDialogue _dialogue;
    private readonly IPEndPoint _remote;
    private readonly int _count;
    private readonly TimeSpan _interval;
    private readonly TimeSpan _timeout;
    private readonly TaskCompletionSource<SocketError> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _request = new byte[TimeDialogue.BufferLength];
    private DatagramChannel? _channel;
    private LoopTimer? _timer;
    private bool _answered;
    private bool _awaits;
    private bool _over;
    private long _t1;
    private long _sentAt;

    public DatagramTimeExchange(EventLoop loop, TimeDialogue dialogue, IPEndPoint remote, int count, TimeSpan interval, TimeSpan timeout)
    {
        _loop = loop;
        _dialogue = dialogue;
        _remote = remote;
        _count = count;
        _interval = interval;
        _timeout = Deadline.Bounded(timeout);
    }

    /// <summary>How many requests have been sent.</summary>
    public int Sent { get; private set; }

    /// <summary>Asks as often as it should; tells <see cref="SocketError.TimedOut"/> where no answer came at all, or why the address is of no use.</summary>
    public async Task<SocketError> RunAsync(CancellationToken stop)
    {
        _loop.Post(Begin);
        using CancellationTokenRegistration registration = stop.UnsafeRegister(static s => ((DatagramTimeExchange)s!).Stop(), this);
        SocketError error = await _done.Task.ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        return error;
    }

    [MethodImpl(HotPath.Options)]
    void IDatagramHandler.OnDatagram(DatagramChannel channel, ReadOnlySpan<byte> data, DatagramAddress from)
    {
        long t4 = channel.ReceivedAt != 0 ? channel.ReceivedAt : DateTime.UtcNow.Ticks;
        if (_over || !_awaits)
        {
            return;
        }
        ReplyVerdict verdict = _dialogue.Judge(data, new ReplyTimes(_t1, t4, Stopwatch.GetElapsedTime(_sentAt)));
        if (verdict == ReplyVerdict.Discarded)
        {
            return;
        }
        _timer?.Cancel();
        _awaits = false;
        _answered = true;
        if (verdict == ReplyVerdict.Ended || Sent >= _count)
        {
            Finish(SocketError.Success);
        }
        else
        {
            _timer = _loop.Schedule(_interval, static s => ((DatagramTimeExchange)s!).Ask(), this);
        }
    }

    void IDatagramHandler.OnError(DatagramChannel channel, SocketError error) => Finish(error);

    void IDatagramHandler.OnSendFailed(DatagramChannel channel, SocketError error) => Finish(error);

    private void Begin()
    {
        if (_over)
        {
            return;
        }
        try
        {
            _channel = _loop.Bind(UdpBinding.Connect(_remote), this);
            _channel.TakeReceiveTimes();
            Ask();
        }
        catch (SocketException e)
        {
            Finish(e.SocketErrorCode);
        }
        catch (Exception e)
        {
            _over = true;
            _done.TrySetException(e);
        }
    }

    [MethodImpl(HotPath.Options)]
    private void Ask()
    {
        if (_over || _channel is not { } channel)
        {
            return;
        }
        int length = _dialogue.WriteRequest(_request);
        _timer = _loop.Schedule(_timeout, static s => ((DatagramTimeExchange)s!).GiveUp(), this);
        Sent++;
        _awaits = true;
        _sentAt = Stopwatch.GetTimestamp();
        // The last thing before it leaves.
        _t1 = DateTime.UtcNow.Ticks;
        channel.Send(_request.AsSpan(0, length), default(DatagramAddress));
    }

    private void GiveUp()
    {
        _awaits = false;
        if (Sent >= _count || (!_answered && Sent >= SilentRequests))
        {
            Finish(_answered ? SocketError.Success : SocketError.TimedOut);
        }
        else
        {
            Ask();
        }
    }

    private void Stop() => _loop.Post(() => Finish(SocketError.OperationAborted));

    private void Finish(SocketError error)
    {
        if (_over)
        {
            return;
        }
        _over = true;
        _timer?.Cancel();
        _channel?.Dispose();
        _done.TrySetResult(error);
    }
}
