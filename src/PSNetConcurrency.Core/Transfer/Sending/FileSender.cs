using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;

namespace PSNetConcurrency.Core.Transfer.Sending;

/// <summary>
/// Sends files one after another over one connection, and makes another when it breaks. Items go in and outcomes come out
/// through bounded queues, so that neither a long list nor a slow reader costs memory.
/// </summary>
internal sealed class FileSender : IAsyncDisposable
{
    private const int QueueLength = 256;

    private readonly SendOptions _options;
    private readonly CancellationTokenSource _stop;
    private readonly Channel<SendItem> _items = Channel.CreateBounded<SendItem>(QueueLength);
    private readonly Channel<SendOutcome> _outcomes = Channel.CreateBounded<SendOutcome>(QueueLength);
    private readonly Queue<SendItem> _again = new();
    private readonly RateLimiter _limiter;
    private readonly string _senderId = Guid.NewGuid().ToString("n");
    private readonly Task _running;
    private int _failures;
    private int _added;

    private FileSender(SendOptions options, CancellationToken stop)
    {
        _options = options;
        _limiter = new RateLimiter(options.Limit);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _running = Task.Run(RunAsync, CancellationToken.None);
    }

    public TransferProgress Progress { get; } = new();

    /// <summary>Whether a receiver has ever greeted back. While not, every failure is about the receiver, and not about an item.</summary>
    public bool WasConnected { get; private set; }

    /// <summary>What became of the items, each once, about in the order they were sent.</summary>
    public ChannelReader<SendOutcome> Outcomes => _outcomes.Reader;

    public static FileSender Start(SendOptions options, CancellationToken stop) => new(options, stop);

    /// <summary>Adds an item; false when the queue is full now.</summary>
    public bool TryAdd(SendItem item)
    {
        item.Number = item.Number > 0 ? item.Number : ++_added;
        return _items.Writer.TryWrite(item);
    }

    /// <summary>Waits until there is room for an item, or nothing is taken any more.</summary>
    public Task WaitToAddAsync() => _items.Writer.WaitToWriteAsync(_stop.Token).AsTask();

    /// <summary>No more items come.</summary>
    public void Complete() => _items.Writer.TryComplete();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        _items.Writer.TryComplete();
        await _running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        Exception? failure = null;
        try
        {
            await SendAllAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            failure = e is OperationCanceledException ? null : e;
        }
        _outcomes.Writer.TryComplete(failure);
    }

    private async Task SendAllAsync()
    {
        ISendConversation? conversation = null;
        try
        {
            while (true)
            {
                SendItem? current = null;
                try
                {
                    current = await NextAsync(conversation).ConfigureAwait(false);
                    if (current is null)
                    {
                        if (conversation is not null)
                        {
                            await conversation.EndAsync().ConfigureAwait(false);
                        }
                        return;
                    }
                    conversation ??= await ConnectAsync().ConfigureAwait(false);
                    await conversation.SendAsync(current).ConfigureAwait(false);
                }
                catch (NetException e)
                {
                    conversation = await RecoverAsync(conversation, current, e).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (conversation is not null)
            {
                await conversation.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    // Null when there are no more. What is written goes out before the next is waited for.
    private async ValueTask<SendItem?> NextAsync(ISendConversation? conversation)
    {
        SendItem? item;
        lock (_again)
        {
            if (_again.TryDequeue(out item))
            {
                return item;
            }
        }
        if (_items.Reader.TryRead(out item))
        {
            return item;
        }
        if (conversation is not null)
        {
            await conversation.FlushAsync().ConfigureAwait(false);
        }
        if (await _items.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false) && _items.Reader.TryRead(out item))
        {
            return item;
        }
        if (conversation is not null)
        {
            // Some may come back.
            await conversation.ConfirmAllAsync().ConfigureAwait(false);
        }
        lock (_again)
        {
            return _again.TryDequeue(out item) ? item : null;
        }
    }

    private async Task<ISendConversation> ConnectAsync()
    {
        TcpSession session = _options.Session ?? await TcpSession.ConnectAsync(_options.Connect!, _stop.Token).ConfigureAwait(false);
        try
        {
            ISendConversation conversation = _options.Plain
                ? new PlainConversation(_options, session, _limiter, Progress, EndAsync, _stop.Token)
                : await SendConversation.OpenAsync(_options, session, _senderId, _limiter, Progress, EndAsync, _stop.Token).ConfigureAwait(false);
            WasConnected = true;
            return conversation;
        }
        catch
        {
            if (_options.Session is null)
            {
                session.Dispose();
            }
            throw;
        }
    }

    // The connection is gone: what has no result goes again, if it may.
    private async Task<ISendConversation?> RecoverAsync(ISendConversation? conversation, SendItem? current, NetException reason)
    {
        List<SendItem> lost = [];
        if (conversation is not null)
        {
            if (conversation.MadeProgress)
            {
                _failures = 0;
            }
            await conversation.DisposeAsync().ConfigureAwait(false);
            // Now nobody reads results any more.
            lost.AddRange(conversation.Unconfirmed);
        }
        bool goesAgain;
        lock (_again)
        {
            goesAgain = current is null || _again.Contains(current);
        }
        if (!goesAgain && !lost.Contains(current!) && !current!.IsEnded)
        {
            lost.Add(current);
        }
        if (lost.Count == 0)
        {
            return null;
        }
        _failures++;
        bool may = IsTransient(reason) && _options.Session is null && !_options.Plain && (WasConnected || _options.RetriesFirst);
        if (current is { IsEnded: false } && may && ++current.Failures > _options.RetryCount)
        {
            // The others may have better luck.
            lost.Remove(current);
            await EndAsync(new SendOutcome(current, null, reason)).ConfigureAwait(false);
        }
        if (!may || _failures > _options.RetryCount)
        {
            await FailAsync(lost, reason).ConfigureAwait(false);
            return null;
        }
        lock (_again)
        {
            SendItem[] waiting = [.. _again];
            _again.Clear();
            foreach (SendItem item in lost.Concat(waiting))
            {
                _again.Enqueue(item);
            }
        }
        double pause = Math.Min(_options.FirstPause.TotalMilliseconds * Math.Pow(2, _failures - 1), _options.LongestPause.TotalMilliseconds);
        // Not all senders of a network that failed at once.
        await Task.Delay(TimeSpan.FromMilliseconds(pause * (0.75 + (Random.Shared.NextDouble() / 2))), _stop.Token).ConfigureAwait(false);
        return null;
    }

    // There is no other connection to be had: that is an error for each that is left, and no more are taken.
    private async Task FailAsync(List<SendItem> lost, NetException reason)
    {
        lock (_again)
        {
            lost.AddRange(_again);
            _again.Clear();
        }
        foreach (SendItem item in lost)
        {
            await EndAsync(new SendOutcome(item, null, reason)).ConfigureAwait(false);
        }
        await foreach (SendItem item in _items.Reader.ReadAllAsync(_stop.Token).ConfigureAwait(false))
        {
            await EndAsync(new SendOutcome(item, null, reason)).ConfigureAwait(false);
        }
    }

    // An outcome; or the item goes again, where the bytes were changed on the way.
    private async ValueTask EndAsync(SendOutcome outcome)
    {
        SendItem item = outcome.Item;
        if (outcome.Failure is { Error: NetError.DigestMismatch } && !_options.Plain && item.Failures < _options.RetryCount)
        {
            item.Failures++;
            lock (_again)
            {
                _again.Enqueue(item);
            }
            return;
        }
        item.IsEnded = true;
        Progress.Finished(item);
        await _outcomes.Writer.WriteAsync(outcome, _stop.Token).ConfigureAwait(false);
    }

    private static bool IsTransient(NetException e) => e.Error is NetError.TimedOut or NetError.PeerReset or NetError.PeerClosed or NetError.ConnectionRefused
        or NetError.HostUnreachable or NetError.SocketFailure or NetError.FrameCorrupted or NetError.MessageTooLarge or NetError.HandleClosed or NetError.TlsHandshakeFailed;
}
