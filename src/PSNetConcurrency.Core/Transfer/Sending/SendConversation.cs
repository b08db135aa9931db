using System.Diagnostics;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Transfer.Digests;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Sending;

/// <summary>
/// The sender's side of one connection. Small files are sent without waiting for an answer, so that many are under way at once;
/// the receiver's results are taken meanwhile.
/// </summary>
internal sealed class SendConversation : ISendConversation
{
    // How many files may be under way without a result.
    private const int Window = 1024;
    private const int FlushAt = 128 * 1024;
    private static readonly TimeSpan LastWordTime = TimeSpan.FromSeconds(1);

    private readonly SendOptions _options;
    private readonly TcpSession _session;
    private readonly TcpSession.StreamLease _lease;
    private readonly TransferConnection _connection;
    private readonly ContentSender _content;
    private readonly TransferProgress _progress;
    private readonly Func<SendOutcome, ValueTask> _ended;
    private readonly CancellationTokenSource _broken;
    private readonly SemaphoreSlim _window = new(Window);
    private readonly object _gate = new();
    private readonly SortedDictionary<int, SendItem> _unconfirmed = [];
    private Task _reading = Task.CompletedTask;
    private NetException? _reason;
    private TaskCompletionSource? _allConfirmed;
    private int _telling;
    private int _lastId;

    private SendConversation(SendOptions options, TcpSession session, RateLimiter limiter, TransferProgress progress, Func<SendOutcome, ValueTask> ended, CancellationToken stop)
    {
        _options = options;
        _session = session;
        _progress = progress;
        _ended = ended;
        _broken = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _lease = session.Lease();
        _connection = new TransferConnection(_lease.Stream, options.Format, $"{session.ComputerName}:{session.Port}", options.Timeout, stop);
        _connection.Unread(_lease.Received);
        _content = new ContentSender(_connection, options, limiter, progress, stop);
    }

    /// <summary>Whether the receiver has confirmed a file, or more of one, over this connection.</summary>
    public bool MadeProgress { get; private set; }

    /// <summary>The items without a result, in the order they were sent.</summary>
    public SendItem[] Unconfirmed
    {
        get
        {
            lock (_gate)
            {
                return [.. _unconfirmed.Values];
            }
        }
    }

    /// <summary>Greets the receiver over an open connection.</summary>
    /// <exception cref="NetException">It refuses, can't prove the secret, or does not speak the transfer's language.</exception>
    public static async Task<SendConversation> OpenAsync(SendOptions options, TcpSession session, string senderId, RateLimiter limiter, TransferProgress progress, Func<SendOutcome, ValueTask> ended, CancellationToken stop)
    {
        SendConversation conversation = new(options, session, limiter, progress, ended, stop);
        try
        {
            await new SenderGreeting(options, conversation._connection, conversation._lease.Stream, session.RemoteEndPoint).GreetAsync(senderId).ConfigureAwait(false);
            conversation._reading = Task.Run(conversation.ReadAsync, CancellationToken.None);
            return conversation;
        }
        catch
        {
            await conversation.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sends one item; its result comes later. A file that can't be read fails here, and the conversation goes on.</summary>
    /// <exception cref="NetException">The connection broke.</exception>
    public async Task SendAsync(SendItem item)
    {
        try
        {
            if (!_window.Wait(0, CancellationToken.None))
            {
                // The receiver can only confirm what has left here.
                await _connection.FlushAsync().ConfigureAwait(false);
                await _window.WaitAsync(_broken.Token).ConfigureAwait(false);
            }
            if (item.IsFolder)
            {
                // Its time comes with it; whether it may be read is seen when its files are.
                Announce(item, new FileOffer { Id = ++_lastId, Item = item.Number, Name = item.Name, IsFolder = true, ModifiedUtc = Directory.GetLastWriteTimeUtc(item.Path) });
            }
            else
            {
                await SendFileAsync(item).ConfigureAwait(false);
            }
            if (_connection.PendingOutput >= FlushAt)
            {
                await _connection.FlushAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is NetException or OperationCanceledException)
        {
            throw await ReasonAsync(e).ConfigureAwait(false);
        }
    }

    /// <summary>Sends what was written: nothing more comes for now.</summary>
    public async Task FlushAsync()
    {
        try
        {
            await _connection.FlushAsync().ConfigureAwait(false);
        }
        catch (NetException e)
        {
            throw await ReasonAsync(e).ConfigureAwait(false);
        }
    }

    /// <summary>Waits for the results of all that was sent.</summary>
    /// <exception cref="NetException">The connection broke before.</exception>
    public async Task ConfirmAllAsync()
    {
        await FlushAsync().ConfigureAwait(false);
        Task all;
        lock (_gate)
        {
            if (_unconfirmed.Count == 0 && _telling == 0)
            {
                return;
            }
            _allConfirmed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            all = _allConfirmed.Task;
        }
        try
        {
            await all.WaitAsync(_broken.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw await ReasonAsync(e).ConfigureAwait(false);
        }
    }

    /// <summary>Ends in order: the receiver knows that nothing more comes. Over a session of the user's another call may follow.</summary>
    public async Task EndAsync()
    {
        await ConfirmAllAsync().ConfigureAwait(false);
        if (_options.Session is not null)
        {
            return;
        }
        _connection.WriteMessage(static json => json.WriteString(TransferKeys.Message, TransferKeys.End));
        await FlushAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _broken.CancelAsync().ConfigureAwait(false);
        if (_options.Session is null)
        {
            _session.Dispose();
        }
        else if (_reason is not null)
        {
            _lease.Fault(_reason);
        }
        else
        {
            // The session's owner goes on reading where the receiver's last word ended.
            _connection.StopReading();
        }
        await _reading.ConfigureAwait(false);
        _lease.Return(_connection.Unread(), _connection.BytesIn, _connection.BytesOut);
        _connection.Dispose();
        _lease.Dispose();
        _broken.Dispose();
        _window.Dispose();
    }

    private async Task SendFileAsync(SendItem item)
    {
        FileSource source;
        try
        {
            source = FileSource.OpenSized(item.Path);
        }
        catch (NetException e)
        {
            _window.Release();
            await _ended(new SendOutcome(item, null, e)).ConfigureAwait(false);
            return;
        }
        using (source)
        {
            FileOffer offer = Offer(item, source);
            Announce(item, offer);
            NetException? failure = null;
            if (offer.Waits)
            {
                await _connection.FlushAsync().ConfigureAwait(false);
                if (await GoAsync(item).ConfigureAwait(false) is not { } go)
                {
                    return;
                }
                failure = go.Digests is null
                    ? await ContinueAsync(item, offer, source, go.Offset).ConfigureAwait(false)
                    : await new RepairSender(_connection, _content, _progress).SendAsync(item, offer, source, go.Digests, _broken.Token).ConfigureAwait(false);
            }
            else
            {
                item.Offset = 0;
                _progress.Place(item, 0);
                failure = await _content.SendAsync(item, offer, source).ConfigureAwait(false);
            }
            if (failure is null && offer.Verify == TransferVerification.Sample)
            {
                await AnswerSampleAsync(item, offer, source).ConfigureAwait(false);
            }
            if (failure is not null && Take(item.Id) is not null)
            {
                await TellAsync(new SendOutcome(item, null, failure)).ConfigureAwait(false);
            }
        }
    }

    private FileOffer Offer(SendItem item, FileSource source)
    {
        item.Length = source.Length;
        bool small = source.Length <= FileOffer.UnaskedLength;
        return new FileOffer
        {
            Id = ++_lastId,
            Item = item.Number,
            Name = item.Name,
            Length = source.Length,
            ModifiedUtc = source.Written,
            Mode = source.Mode,
            // Samples of a small file would be all of it, and take one more question.
            Verify = _options.Repair && !small ? TransferVerification.Slice : _options.Verify == TransferVerification.Sample && small ? TransferVerification.Full : _options.Verify,
            Algorithm = _options.Algorithm,
            SliceSize = _options.SliceSize,
            Life = small ? PartialLife.None : _options.Life,
            Repair = _options.Repair && !small,
            Waits = !small,
        };
    }

    private void Announce(SendItem item, FileOffer offer)
    {
        item.Id = offer.Id;
        item.Attempt++;
        item.IsRefused = false;
        item.VerifyMode = offer.Verify;
        item.Going = offer.Waits ? new TaskCompletionSource<Go>(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        item.Sampling = offer.Verify == TransferVerification.Sample ? new TaskCompletionSource<SamplePlan>(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        if (item.Started == 0)
        {
            item.Started = Stopwatch.GetTimestamp();
        }
        _progress.Current = item.Name;
        lock (_gate)
        {
            _unconfirmed[offer.Id] = item;
        }
        _connection.Expecting = true;
        _connection.WriteMessage(json => offer.Write(json, _options.Format));
    }

    // Null: the receiver has given its result already, and wants nothing.
    private async Task<Go?> GoAsync(SendItem item)
    {
        Go go = await item.Going!.Task.WaitAsync(_broken.Token).ConfigureAwait(false);
        return item.IsRefused ? null : go;
    }

    private async Task<NetException?> ContinueAsync(SendItem item, FileOffer offer, FileSource source, long offset)
    {
        if (offset < 0 || offset > offer.Length || (offset % offer.SliceSize != 0 && offset != offer.Length))
        {
            throw new NetException(NetError.FrameCorrupted, $"{_connection.Peer} wants '{offer.Name}' from {offset} on, where no slice begins.", offer.Name);
        }
        item.Offset = offset;
        if (offset > 0)
        {
            item.Resumed = true;
            item.BytesSkipped = offset;
        }
        if (offset > item.Verified)
        {
            // Further than at the last attempt.
            item.Verified = offset;
            item.Failures = 0;
            MadeProgress = true;
        }
        _progress.Place(item, offset);
        return await _content.SendAsync(item, offer, source).ConfigureAwait(false);
    }

    private async Task AnswerSampleAsync(SendItem item, FileOffer offer, FileSource source)
    {
        await _connection.FlushAsync().ConfigureAwait(false);
        SamplePlan plan = await item.Sampling!.Task.WaitAsync(_broken.Token).ConfigureAwait(false);
        if (item.IsRefused)
        {
            return;
        }
        item.Digest = plan.Digest(source.Handle, offer.Length, offer.Algorithm, _broken.Token);
        _connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Digest);
            json.WriteNumber("id", offer.Id);
            json.WriteString("digest", Convert.ToHexString(item.Digest));
        });
        await _connection.FlushAsync().ConfigureAwait(false);
    }

    // Who takes an item tells its outcome, and then says that it is told: only then is it confirmed.
    private SendItem? Take(int id)
    {
        lock (_gate)
        {
            if (!_unconfirmed.Remove(id, out SendItem? item))
            {
                return null;
            }
            _telling++;
            return item;
        }
    }

    private async ValueTask TellAsync(SendOutcome outcome)
    {
        await _ended(outcome).ConfigureAwait(false);
        lock (_gate)
        {
            _telling--;
            _window.Release();
            if (_unconfirmed.Count == 0 && _telling == 0)
            {
                _connection.Expecting = false;
                _allConfirmed?.TrySetResult();
            }
        }
    }

    private SendItem? Find(DictionaryHeader header)
    {
        lock (_gate)
        {
            return header.GetInt64("id") is long id && _unconfirmed.TryGetValue((int)id, out SendItem? item) ? item : null;
        }
    }

    // The receiver's words, until it ends.
    private async Task ReadAsync()
    {
        try
        {
            while (await _connection.ReadHeaderAsync(static _ => true).ConfigureAwait(false) is { } header)
            {
                await HearAsync(header).ConfigureAwait(false);
            }
            // In order only after the sender's end, when nobody asks for a reason any more.
            _reason ??= new NetException(NetError.PeerClosed, $"{_connection.Peer} closed the connection before it had confirmed every file.", _connection.Peer);
        }
        catch (NetException e)
        {
            _reason ??= e;
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The sender is being stopped.
        }
        try
        {
            await _broken.CancelAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            // It is over already.
        }
    }

    private async ValueTask HearAsync(DictionaryHeader header)
    {
        switch (header.GetString(TransferKeys.Message))
        {
            case TransferKeys.Working:
                break;
            case TransferKeys.Refuse:
                throw RemoteError.Read(header, $"{_connection.Peer} refused the transfer", _connection.Peer);
            case TransferKeys.Go when Find(header) is { Going: { } going }:
                going.TrySetResult(await GoOfAsync(header).ConfigureAwait(false));
                break;
            case TransferKeys.Sample when Find(header) is { Sampling: { } sampling }:
                sampling.TrySetResult(SamplePlan.Read(header));
                break;
            case TransferKeys.Result when header.GetInt64("id") is long id:
                await ResultAsync(header, (int)id).ConfigureAwait(false);
                break;
            default:
                throw new NetException(NetError.FrameCorrupted, $"{_connection.Peer} sent '{header.GetString(TransferKeys.Message)}', which means nothing here.", _connection.Peer);
        }
    }

    private async ValueTask<Go> GoOfAsync(DictionaryHeader header)
    {
        if (header.GetInt64("slices") is not long slices)
        {
            return new Go(header.GetInt64("offset") ?? 0, null);
        }
        using ContentHash hash = ContentHash.Create(_options.Algorithm);
        if (slices is < 0 or > int.MaxValue / ContentHash.LongestLength || header.GetInt64("digest_length") != hash.Length)
        {
            throw new NetException(NetError.FrameCorrupted, $"{_connection.Peer} tells of {slices} slices.", _connection.Peer);
        }
        List<byte[]> digests = [];
        while (digests.Count < slices)
        {
            digests.Add((await _connection.ReadExactAsync(hash.Length).ConfigureAwait(false)).ToArray());
        }
        return new Go(0, [.. digests]);
    }

    private async ValueTask ResultAsync(DictionaryHeader header, int id)
    {
        if (Take(id) is not { } item)
        {
            // Given up here in the same moment.
            return;
        }
        bool ok = header.Root.TryGetProperty("ok", out System.Text.Json.JsonElement value) && value.ValueKind == System.Text.Json.JsonValueKind.True;
        bool skipped = header.Root.TryGetProperty("skipped", out value) && value.ValueKind == System.Text.Json.JsonValueKind.True;
        if (!ok || skipped || item.Going is { Task.IsCompleted: false })
        {
            // No, or there already: the content is not wanted.
            item.IsRefused = true;
            item.Going?.TrySetResult(default);
            item.Sampling?.TrySetResult(new SamplePlan([], 0, 0));
        }
        MadeProgress |= ok;
        await TellAsync(ok
            ? new SendOutcome(item, item.ToResult(_options.Algorithm, skipped, _session.RemoteEndPoint), null)
            : new SendOutcome(item, null, RemoteError.Read(header, $"'{item.Path}' was not taken", item.Path))).ConfigureAwait(false);
    }

    // Why it broke: what the receiver said last is worth more than that the connection is gone.
    private async Task<Exception> ReasonAsync(Exception e)
    {
        if (_reason is null && e is NetException { Error: NetError.PeerReset or NetError.PeerClosed or NetError.SocketFailure })
        {
            await Task.WhenAny(_reading, Task.Delay(LastWordTime, CancellationToken.None)).ConfigureAwait(false);
        }
        return _reason is not null ? _reason : e;
    }
}
