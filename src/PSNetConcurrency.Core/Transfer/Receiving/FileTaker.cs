using System.Diagnostics;
using System.Net;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>Takes the files and folders that a sender offers: decides, receives, verifies, gives them their names, and answers.</summary>
internal sealed class FileTaker(ReceiveOptions options, Destination destination, IReceiveSink sink, TransferConnection connection, IPEndPoint? remote, Action giveUp, CancellationToken stop)
{
    private static readonly TimeSpan WorkingInterval = TimeSpan.FromSeconds(3);

    private long _lastWorking = Stopwatch.GetTimestamp();

    /// <summary>Takes what is offered, or refuses it; the conversation goes on.</summary>
    /// <exception cref="NetException">The connection broke, or what came is no transfer.</exception>
    public Task TakeAsync(FileOffer offer) => offer.IsFolder ? TakeFolderAsync(offer) : TakeFileAsync(offer);

    private async Task TakeFolderAsync(FileOffer offer)
    {
        try
        {
            destination.PlaceFolder(offer);
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
            place = destination.Place(offer);
            if (place.Exists && options.Conflict == FileConflict.Skip)
            {
                await SkipAsync(offer, place).ConfigureAwait(false);
                return;
            }
            if (place.Exists && destination.Completed.Contains(offer))
            {
                if (!offer.Waits)
                {
                    await new ContentReceiver(connection, offer, null).ReceiveAsync(0).ConfigureAwait(false);
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
                await new ContentReceiver(connection, offer, null).ReceiveAsync(0).ConfigureAwait(false);
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
            return PartialFile.Create(destination.Incoming, offer);
        }
        if (offer.Life == PartialLife.None || (offer.Repair && place.IsRepairable))
        {
            destination.RequireRoom(offer, offer.Length);
            return PartialFile.Create(destination.Incoming, offer);
        }
        PartialFile file = await PartialFile.OpenAsync(destination.Incoming, offer, giveUp, WorkingAsync, stop).ConfigureAwait(false);
        try
        {
            // What is there has its room.
            destination.RequireRoom(offer, offer.Length - file.VerifiedLength);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }

        ValueTask WorkingAsync() => TellWorkingAsync(offer);
    }

    private async Task TakeContentAsync(FileOffer offer, Placement place, PartialFile file, long start)
    {
        long offset = file.VerifiedLength;
        Content content;
        Func<NetException, ValueTask> failing = e => DenyAsync(offer, e, flush: true);
        if (offer.Repair && place.IsRepairable)
        {
            content = await new RepairReceiver(connection, offer, place.Path, file) { Failing = failing, Working = () => TellWorkingAsync(offer) }.ReceiveAsync(stop).ConfigureAwait(false);
            offset = offer.Length - content.Received;
        }
        else
        {
            if (offer.Waits)
            {
                await GoAsync(offer, offset).ConfigureAwait(false);
            }
            content = await new ContentReceiver(connection, offer, file) { Failing = failing, Discards = options.Discards }.ReceiveAsync(offset).ConfigureAwait(false);
        }
        if (content.Abandoned)
        {
            if (content.Failure!.Error == NetError.FileChanged)
            {
                // What is there is of a file that is no more.
                file.Discard();
            }
            sink.Failed(content.Failure);
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
            RemoteEndPoint = remote,
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
            string? path = destination.Commit(file, offer, place.Path);
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
            destination.Completed.Add(offer);
        }
        Confirm(offer, result.Skipped);
        await sink.ReceivedAsync(result).ConfigureAwait(false);
    }

    private async Task SkipAsync(FileOffer offer, Placement place)
    {
        FileTransferResult result = new() { Name = offer.Name, Path = place.Path, Length = offer.Length, Skipped = true, VerifyMode = TransferVerification.None, RemoteEndPoint = remote };
        if (!offer.Waits)
        {
            await new ContentReceiver(connection, offer, null).ReceiveAsync(0).ConfigureAwait(false);
        }
        Confirm(offer, skipped: true);
        await sink.ReceivedAsync(result).ConfigureAwait(false);
    }

    private async ValueTask GoAsync(FileOffer offer, long offset)
    {
        connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Go);
            json.WriteNumber("id", offer.Id);
            json.WriteNumber("offset", offset);
        });
        await connection.FlushAsync().ConfigureAwait(false);
    }

    private async ValueTask TellWorkingAsync(FileOffer offer)
    {
        stop.ThrowIfCancellationRequested();
        if (Stopwatch.GetElapsedTime(_lastWorking) < WorkingInterval)
        {
            return;
        }
        _lastWorking = Stopwatch.GetTimestamp();
        connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Working);
            json.WriteNumber("id", offer.Id);
        });
        await connection.FlushAsync().ConfigureAwait(false);
    }

    private void Confirm(FileOffer offer, bool skipped) => connection.WriteMessage(json =>
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
        connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Result);
            json.WriteNumber("id", offer.Id);
            json.WriteBoolean("ok", false);
            RemoteError.Write(json, reason, options.Destination);
        });
        sink.Failed(reason);
        if (flush)
        {
            await connection.FlushAsync().ConfigureAwait(false);
        }
    }

    private async Task<FileTransferResult?> SampleAsync(FileOffer offer, PartialFile file, FileTransferResult result)
    {
        SamplePlan plan = SamplePlan.Random();
        connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Sample);
            json.WriteNumber("id", offer.Id);
            plan.Write(json);
        });
        byte[] ours = plan.Digest(file.Handle, offer.Length, offer.Algorithm, stop);
        DictionaryHeader? answer = await connection.ReadNextAsync().ConfigureAwait(false);
        string? theirs = answer?.GetString("digest");
        if (answer?.GetString(TransferKeys.Message) != TransferKeys.Digest || theirs is null)
        {
            throw new NetException(NetError.FrameCorrupted, $"{connection.Peer} did not tell the digest of its samples of '{offer.Name}'.", offer.Name);
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
}
