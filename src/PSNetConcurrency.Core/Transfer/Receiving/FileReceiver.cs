using System.Diagnostics;
using System.Net;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>The receiver's side of one connection: greets, and takes files and folders until the sender ends.</summary>
internal sealed class FileReceiver
{
    private const long MostPassedOver = 64 * 1024 * 1024;
    private static readonly TimeSpan WorkingInterval = TimeSpan.FromSeconds(3);

    private readonly ReceiveOptions _options;
    private readonly Destination _destination;
    private readonly IReceiveSink _sink;
    private readonly TransferConnection _connection;
    private readonly Stream _stream;
    private readonly IPEndPoint? _remote;
    private readonly Action _giveUp;
    private readonly CancellationToken _stop;
    private string _sender = "";
    private int _files;
    private long _lastWorking = Stopwatch.GetTimestamp();

    /// <param name="options">What to do with files.</param>
    /// <param name="destination">Where they go; shared by all connections.</param>
    /// <param name="sink">Who is told.</param>
    /// <param name="connection">The connection; its owner disposes of it.</param>
    /// <param name="stream">The stream below, a socket's or TLS over one.</param>
    /// <param name="remote">The sender.</param>
    /// <param name="giveUp">Ends this connection, when its sender has come back in another.</param>
    /// <param name="stop">Ends everything.</param>
    public FileReceiver(ReceiveOptions options, Destination destination, IReceiveSink sink, TransferConnection connection, Stream stream, IPEndPoint? remote, Action giveUp, CancellationToken stop)
    {
        _options = options;
        _destination = destination;
        _sink = sink;
        _connection = connection;
        _stream = stream;
        _remote = remote;
        _giveUp = giveUp;
        _stop = stop;
    }

    /// <summary>Whether a file is under way.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Whether the peer knows the dictionary frame and nothing else, so that it can be told nothing.</summary>
    public bool IsPlain { get; private set; }

    /// <summary>Asked between files whether to end.</summary>
    public Func<bool> ShouldEnd { get; init; } = static () => false;

    /// <summary>The conversation, to its end.</summary>
    /// <exception cref="NetException">The connection broke, or what came is no transfer.</exception>
    public async Task RunAsync()
    {
        DictionaryHeader? header = await _connection.ReadHeaderAsync(IsOurs).ConfigureAwait(false);
        if (header is null)
        {
            // Somebody looked whether the port is open.
            return;
        }
        if (!IsOurs(header))
        {
            await RunPlainAsync(header).ConfigureAwait(false);
            return;
        }
        await GreetAsync(header).ConfigureAwait(false);
        while (!ShouldEnd() && await NextAsync().ConfigureAwait(false) is { } next)
        {
            string? message = next.GetString(TransferKeys.Message);
            if (message == TransferKeys.End)
            {
                break;
            }
            if (message == TransferKeys.Hello)
            {
                // Another call over the same session.
                await GreetAsync(next).ConfigureAwait(false);
                continue;
            }
            if (message is not (TransferKeys.File or TransferKeys.Folder))
            {
                throw new NetException(NetError.FrameCorrupted, $"{_connection.Peer} sent '{message}' where a file was to come.", message);
            }
            await CountFileAsync().ConfigureAwait(false);
            FileOffer offer = FileOffer.Parse(next, _options.Format, _sender);
            IsBusy = true;
            await (offer.IsFolder ? TakeFolderAsync(offer) : TakeFileAsync(offer)).ConfigureAwait(false);
            IsBusy = false;
        }
        await _connection.FlushAsync().ConfigureAwait(false);
    }

    private static bool IsOurs(DictionaryHeader header) => header.GetString(TransferKeys.Message) is not null;

    // What was written goes out before anything is waited for.
    private async Task<DictionaryHeader?> NextAsync()
    {
        if (_connection.Unread().IsEmpty)
        {
            await _connection.FlushAsync().ConfigureAwait(false);
        }
        return await _connection.ReadHeaderAsync(static _ => true).ConfigureAwait(false);
    }

    private async ValueTask CountFileAsync()
    {
        if (++_files > _options.MaximumFile)
        {
            NetException reason = new(NetError.TransferRefused, $"The receiver takes {_options.MaximumFile} files and folders over one connection, and no more. Its -MaximumFile says how many.", _connection.Peer);
            if (!IsPlain)
            {
                await RefuseAsync(reason).ConfigureAwait(false);
                await PassOverAsync().ConfigureAwait(false);
            }
            throw reason;
        }
    }

    // What the sender has under way: closing with unread input is a reset, which would take the reason away.
    private async Task PassOverAsync()
    {
        try
        {
            for (long passed = 0; passed < MostPassedOver;)
            {
                passed += (await _connection.ReadSomeAsync(MostPassedOver).ConfigureAwait(false)).Length;
            }
        }
        catch (NetException)
        {
            // The sender has heard, and closed.
        }
    }

    private async Task GreetAsync(DictionaryHeader hello)
    {
        if (hello.GetString(TransferKeys.Message) != TransferKeys.Hello || hello.GetInt64("version") is not long version)
        {
            throw new NetException(NetError.FrameCorrupted, $"{_connection.Peer} did not begin with a greeting.", _connection.Peer);
        }
        if (version < TransferKeys.Version)
        {
            throw await RefuseAsync(new NetException(NetError.TransferRefused, $"The sender speaks version {version} of the transfer, the receiver {TransferKeys.Version}.", version)).ConfigureAwait(false);
        }
        // Part of what is remembered: no longer than a name that is made for this.
        _sender = hello.GetString("sender") is { Length: <= 64 } sender ? sender : "";
        string senderNonce = hello.GetString("nonce") ?? "", receiverNonce = SharedSecret.NewNonce();
        if (_options.Secret is { } secret)
        {
            await AuthenticateAsync(secret, senderNonce, receiverNonce).ConfigureAwait(false);
            return;
        }
        WriteHello(receiverNonce, secret: false);
    }

    // The sender proves first: a stranger who only connects gets nothing to guess at.
    private async Task AuthenticateAsync(SharedSecret secret, string senderNonce, string receiverNonce)
    {
        SharedSecret.RequireSafe(_stream, _remote?.Address);
        WriteHello(receiverNonce, secret: true);
        string binding = SharedSecret.BindingOf(_stream, server: true);
        DictionaryHeader? answer = await NextAsync().ConfigureAwait(false);
        if (answer is null)
        {
            throw new NetException(NetError.AuthenticationFailed, $"{_connection.Peer} left when it was asked for the shared secret.", _connection.Peer);
        }
        if (senderNonce.Length != 2 * SharedSecret.NonceLength || answer.GetString(TransferKeys.Message) != TransferKeys.Proof
            || !secret.Check(answer.GetString("proof"), sender: true, senderNonce, receiverNonce, binding))
        {
            throw await RefuseAsync(new NetException(NetError.AuthenticationFailed, "The shared secret is not the receiver's, or somebody stands between.", _connection.Peer)).ConfigureAwait(false);
        }
        _connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Proof);
            json.WriteString("proof", secret.Prove(sender: false, senderNonce, receiverNonce, binding));
        });
    }

    private void WriteHello(string nonce, bool secret) => _connection.WriteMessage(json =>
    {
        json.WriteString(TransferKeys.Message, TransferKeys.Hello);
        json.WriteNumber("version", TransferKeys.Version);
        json.WriteString("nonce", nonce);
        json.WriteBoolean("secret", secret);
        json.WriteNumber("maximum_bytes", _options.MaximumBytes);
    });

    private async Task<NetException> RefuseAsync(NetException reason)
    {
        _connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Refuse);
            RemoteError.Write(json, reason);
        });
        await _connection.FlushAsync().ConfigureAwait(false);
        return reason;
    }

    private async Task TakeFolderAsync(FileOffer offer)
    {
        try
        {
            _destination.PlaceFolder(offer);
            Confirm(offer, skipped: false);
        }
        catch (Exception e) when (e is NetException || FileErrors.IsFileFailure(e))
        {
            await DenyAsync(offer, FileErrors.Describe(e, offer.Name)).ConfigureAwait(false);
        }
    }

    private async Task TakeFileAsync(FileOffer offer)
    {
        long start = Stopwatch.GetTimestamp();
        Placement place;
        PartialFile? file = null;
        try
        {
            place = _destination.Place(offer);
            if (place.Exists && _options.Conflict == FileConflict.Skip)
            {
                await SkipAsync(offer, place).ConfigureAwait(false);
                return;
            }
            if (place.Exists && _destination.Completed.Contains(offer))
            {
                if (!offer.Waits)
                {
                    await new ContentReceiver(_connection, offer, null).ReceiveAsync(0).ConfigureAwait(false);
                }
                Confirm(offer, skipped: false);
                return;
            }
            file = await OpenAsync(offer, place).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NetException || FileErrors.IsFileFailure(e))
        {
            await DenyAsync(offer, FileErrors.Describe(e, offer.Name)).ConfigureAwait(false);
            if (!offer.Waits)
            {
                await new ContentReceiver(_connection, offer, null).ReceiveAsync(0).ConfigureAwait(false);
            }
            return;
        }
        using (file)
        {
            await TakeContentAsync(offer, place, file, start).ConfigureAwait(false);
        }
    }

    private async Task<PartialFile> OpenAsync(FileOffer offer, Placement place)
    {
        if (offer.Length <= FileOffer.UnaskedLength)
        {
            return PartialFile.Create(_destination.Incoming, offer);
        }
        _destination.RequireRoom(offer, offer.Length);
        if (offer.Repair && place.Exists)
        {
            return PartialFile.Create(_destination.Incoming, offer);
        }
        return offer.Life == PartialLife.None
            ? PartialFile.Create(_destination.Incoming, offer)
            : await PartialFile.OpenAsync(_destination.Incoming, offer, _giveUp, WorkingAsync, _stop).ConfigureAwait(false);

        ValueTask WorkingAsync() => TellWorkingAsync(offer);
    }

    private async Task TakeContentAsync(FileOffer offer, Placement place, PartialFile file, long start)
    {
        long offset = file.VerifiedLength;
        Content content;
        Func<NetException, ValueTask> failing = e => DenyAsync(offer, e, flush: true);
        if (offer.Repair && place.Exists)
        {
            content = await new RepairReceiver(_connection, offer, place.Path, file) { Failing = failing, Working = () => TellWorkingAsync(offer) }.ReceiveAsync(_stop).ConfigureAwait(false);
            offset = offer.Length - content.Received;
        }
        else
        {
            if (offer.Waits)
            {
                await GoAsync(offer, offset).ConfigureAwait(false);
            }
            content = await new ContentReceiver(_connection, offer, file) { Failing = failing, Discards = _options.Discards }.ReceiveAsync(offset).ConfigureAwait(false);
        }
        if (content.Abandoned)
        {
            if (content.Failure!.Error == NetError.FileChanged)
            {
                // What is there is of a file that is no more.
                file.Discard();
            }
            _sink.Failed(content.Failure);
            return;
        }
        if (content.Failure is not null)
        {
            return;
        }
        FileTransferResult result = new()
        {
            Name = offer.Name,
            Path = place.Path,
            Length = offer.Length,
            BytesSent = content.Received,
            BytesSkipped = offset,
            Resumed = offset > 0 && !offer.Repair,
            Algorithm = offer.Verify == TransferVerification.None ? null : offer.Algorithm,
            VerifyMode = offer.Verify,
            Verified = offer.IsHashed,
            Digest = content.Digest is null ? null : Convert.ToHexString(content.Digest),
            RemoteEndPoint = _remote,
        };
        if (result is { Resumed: true, VerifyMode: TransferVerification.Full })
        {
            result = result with { VerifyMode = TransferVerification.Slice, Digest = null, Range = file.Ranges() };
        }
        if (offer.Verify == TransferVerification.Sample)
        {
            result = await SampleAsync(offer, file, result).ConfigureAwait(false) ?? result;
            if (!result.Verified)
            {
                return;
            }
        }
        try
        {
            string? path = _destination.Commit(file, offer, place.Path);
            result = result with { Path = path ?? place.Path, Skipped = path is null, Duration = Stopwatch.GetElapsedTime(start) };
        }
        catch (Exception e) when (e is NetException || FileErrors.IsFileFailure(e))
        {
            file.Discard();
            await DenyAsync(offer, FileErrors.Describe(e, offer.Name)).ConfigureAwait(false);
            return;
        }
        if (!result.Skipped)
        {
            _destination.Completed.Add(offer);
        }
        Confirm(offer, result.Skipped);
        await _sink.ReceivedAsync(result).ConfigureAwait(false);
    }

    private async Task SkipAsync(FileOffer offer, Placement place)
    {
        FileTransferResult result = new() { Name = offer.Name, Path = place.Path, Length = offer.Length, Skipped = true, VerifyMode = TransferVerification.None, RemoteEndPoint = _remote };
        if (!offer.Waits)
        {
            await new ContentReceiver(_connection, offer, null).ReceiveAsync(0).ConfigureAwait(false);
        }
        Confirm(offer, skipped: true);
        await _sink.ReceivedAsync(result).ConfigureAwait(false);
    }

    private async ValueTask GoAsync(FileOffer offer, long offset)
    {
        _connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Go);
            json.WriteNumber("id", offer.Id);
            json.WriteNumber("offset", offset);
        });
        await _connection.FlushAsync().ConfigureAwait(false);
    }

    private async ValueTask TellWorkingAsync(FileOffer offer)
    {
        _stop.ThrowIfCancellationRequested();
        if (Stopwatch.GetElapsedTime(_lastWorking) < WorkingInterval)
        {
            return;
        }
        _lastWorking = Stopwatch.GetTimestamp();
        _connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Working);
            json.WriteNumber("id", offer.Id);
        });
        await _connection.FlushAsync().ConfigureAwait(false);
    }

    private void Confirm(FileOffer offer, bool skipped) => _connection.WriteMessage(json =>
    {
        json.WriteString(TransferKeys.Message, TransferKeys.Result);
        json.WriteNumber("id", offer.Id);
        json.WriteBoolean("ok", true);
        if (skipped)
        {
            json.WriteBoolean("skipped", true);
        }
    });

    private async ValueTask DenyAsync(FileOffer offer, NetException reason, bool flush = false)
    {
        _connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Result);
            json.WriteNumber("id", offer.Id);
            json.WriteBoolean("ok", false);
            RemoteError.Write(json, reason, _options.Destination);
        });
        _sink.Failed(reason);
        if (flush)
        {
            await _connection.FlushAsync().ConfigureAwait(false);
        }
    }

    private async Task<FileTransferResult?> SampleAsync(FileOffer offer, PartialFile file, FileTransferResult result)
    {
        SamplePlan plan = SamplePlan.Random();
        _connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Sample);
            json.WriteNumber("id", offer.Id);
            plan.Write(json);
        });
        byte[] ours = plan.Digest(file.Handle, offer.Length, offer.Algorithm, _stop);
        DictionaryHeader? answer = await NextAsync().ConfigureAwait(false);
        string? theirs = answer?.GetString("digest");
        if (answer?.GetString(TransferKeys.Message) != TransferKeys.Digest || theirs is null)
        {
            throw new NetException(NetError.FrameCorrupted, $"{_connection.Peer} did not tell the digest of its samples of '{offer.Name}'.", offer.Name);
        }
        string digest = Convert.ToHexString(ours);
        if (!string.Equals(digest, theirs, StringComparison.OrdinalIgnoreCase))
        {
            file.Discard();
            await DenyAsync(offer, new NetException(NetError.DigestMismatch, $"'{offer.Name}' was changed on the way: its samples have the {offer.Algorithm} {digest} at the receiver, another at the sender.", offer.Name)).ConfigureAwait(false);
            return null;
        }
        return result with { Verified = true, Digest = digest };
    }

    // A plain peer: header, content, header, content, and no answer.
    private async Task RunPlainAsync(DictionaryHeader first)
    {
        IsPlain = true;
        if (_options.Secret is not null)
        {
            throw new NetException(NetError.AuthenticationFailed, $"{_connection.Peer} is a plain peer, which can't prove the shared secret.", _connection.Peer);
        }
        PlainReceiver plain = new(_options, _destination, _sink, _connection, _remote);
        for (DictionaryHeader? header = first; header is not null && !ShouldEnd(); header = await _connection.ReadHeaderAsync(static _ => false).ConfigureAwait(false))
        {
            await CountFileAsync().ConfigureAwait(false);
            IsBusy = true;
            await plain.TakeAsync(header).ConfigureAwait(false);
            IsBusy = false;
        }
    }
}
