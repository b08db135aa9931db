using System.Diagnostics;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Transfer.Digests;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Sending;

/// <summary>
/// Sends to a peer that knows the dictionary frame and nothing else: header, content, header, content. That all of it was taken is
/// known when the connection has been closed in order, and not more than that.
/// </summary>
internal sealed class PlainConversation : ISendConversation
{
    private readonly SendOptions _options;
    private readonly TcpSession _session;
    private readonly TcpSession.StreamLease _lease;
    private readonly TransferConnection _connection;
    private readonly ContentSender _content;
    private readonly TransferProgress _progress;
    private readonly Func<SendOutcome, ValueTask> _ended;
    private readonly CancellationToken _stop;
    private readonly List<SendItem> _sent = [];

    public PlainConversation(SendOptions options, TcpSession session, RateLimiter limiter, TransferProgress progress, Func<SendOutcome, ValueTask> ended, CancellationToken stop)
    {
        _options = options;
        _session = session;
        _progress = progress;
        _ended = ended;
        _stop = stop;
        _lease = session.Lease();
        _connection = new TransferConnection(_lease.Stream, options.Format, $"{session.ComputerName}:{session.Port}", options.Timeout, stop);
        _connection.Unread(_lease.Received);
        _content = new ContentSender(_connection, options, limiter, progress, stop);
    }

    public bool MadeProgress => false;

    public SendItem[] Unconfirmed => [.. _sent];

    public async Task SendAsync(SendItem item)
    {
        item.Attempt++;
        item.Started = Stopwatch.GetTimestamp();
        _progress.Current = item.Name;
        if (item.IsFolder)
        {
            // The peer knows of no folders.
            await _ended(new SendOutcome(item, item.ToResult(_options.Algorithm, skipped: true, _session.RemoteEndPoint), null)).ConfigureAwait(false);
            return;
        }
        NetException? failure;
        try
        {
            using FileSource source = FileSource.OpenSized(item.Path);
            item.Length = source.Length;
            item.VerifyMode = TransferVerification.None;
            string? digest = _options.Format.DigestKey is null ? null : Convert.ToHexString(DigestOf(source)).ToLowerInvariant();
            _connection.WritePlainHeader(json =>
            {
                json.WriteString(_options.Format.NameKey, item.Name);
                json.WriteNumber(_options.Format.SizeKeys[0], source.Length);
                if (digest is not null)
                {
                    json.WriteString(_options.Format.DigestKey!, digest);
                }
            });
            _progress.Place(item, 0);
            failure = await _content.SendPlainAsync(item, source).ConfigureAwait(false);
        }
        catch (NetException e) when (e.Error is NetError.FileNotFound or NetError.AccessDenied or NetError.InvalidArgument or NetError.NotSupportedHere or NetError.FileFailure)
        {
            // Not opened: nothing of it was sent.
            await _ended(new SendOutcome(item, null, e)).ConfigureAwait(false);
            return;
        }
        _sent.Add(item);
        if (failure is not null)
        {
            // The peer counts bytes and would take the next header for content: this connection can't go on.
            throw failure;
        }
    }

    public async Task FlushAsync() => await _connection.FlushAsync().ConfigureAwait(false);

    public async Task ConfirmAllAsync() => await _connection.FlushAsync().ConfigureAwait(false);

    public async Task EndAsync()
    {
        await _connection.FlushAsync().ConfigureAwait(false);
        _lease.Return(_connection.Unread(), _connection.BytesIn, _connection.BytesOut);
        _lease.Dispose();
        if (_options.Session is null)
        {
            // Returns when the peer's system has everything.
            await _session.CloseAsync(_options.Timeout, _stop).ConfigureAwait(false);
        }
        foreach (SendItem item in _sent.ToArray())
        {
            _sent.Remove(item);
            await _ended(new SendOutcome(item, item.ToResult(_options.Algorithm, skipped: false, _session.RemoteEndPoint), null)).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        _lease.Dispose();
        if (_options.Session is null)
        {
            _session.Dispose();
        }
        return default;
    }

    private byte[] DigestOf(FileSource source)
    {
        using ContentHash hash = ContentHash.Create(_options.Algorithm);
        byte[] buffer = new byte[256 * 1024];
        for (long at = 0; at < source.Length;)
        {
            _stop.ThrowIfCancellationRequested();
            int n = RandomAccess.Read(source.Handle, buffer, at);
            if (n == 0)
            {
                break;
            }
            hash.Append(buffer.AsSpan(0, n));
            at += n;
        }
        return hash.GetCurrent();
    }
}
