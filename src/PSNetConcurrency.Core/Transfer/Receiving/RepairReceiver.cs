using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Digests;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>
/// Repairs a file that is there: tells the sender the digests of its slices, takes those that differ, and puts both together in
/// a copy, which takes the file's place when all of it has the sender's digests.
/// </summary>
internal sealed class RepairReceiver(TransferConnection connection, FileOffer offer, string existing, PartialFile target)
{
    private readonly List<byte[]> _digests = [];
    private long _received;
    private NetException? _failure;

    public Func<NetException, ValueTask> Failing { get; init; } = _ => default;

    /// <summary>Called now and then while the file is read.</summary>
    public Func<ValueTask> Working { get; init; } = () => default;

    /// <exception cref="NetException">The connection broke, or what came is no repair.</exception>
    public async Task<Content> ReceiveAsync(CancellationToken stop)
    {
        using ContentHash hash = ContentHash.Create(offer.Algorithm);
        try
        {
            await CopyAsync(hash, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            NetException failure = FileErrors.Describe(e, offer.Name);
            await Failing(failure).ConfigureAwait(false);
            // The sender waits for the digests and gets a result instead: it sends nothing.
            return new Content(null, 0, failure, false);
        }
        await OfferAsync(hash.Length).ConfigureAwait(false);
        while (true)
        {
            int index = BinaryPrimitives.ReadInt32LittleEndian((await connection.ReadExactAsync(sizeof(int)).ConfigureAwait(false)).Span);
            if (index == TransferKeys.RepairWorking)
            {
                continue;
            }
            long at = (long)index * offer.SliceSize;
            // A sender goes through the slices in order and passes over those only that are here.
            if (index < TransferKeys.RepairEnd || at >= Math.Max(1, offer.Length) || index > _digests.Count)
            {
                throw new NetException(NetError.FrameCorrupted, $"{connection.Peer} sent slice {index} of '{offer.Name}', which has no such slice, or not yet.", offer.Name);
            }
            byte[] digest = index == TransferKeys.RepairEnd ? Root(hash) : await TakeSliceAsync(at, hash).ConfigureAwait(false);
            ReadOnlyMemory<byte> trailer = await connection.ReadExactAsync(1 + hash.Length).ConfigureAwait(false);
            if (trailer.Span[0] != TransferKeys.SliceGood)
            {
                return new Content(null, _received, await ContentReceiver.AbandonedAsync(connection, offer).ConfigureAwait(false), true);
            }
            if (_failure is null && !trailer.Span[1..].SequenceEqual(digest))
            {
                _failure = new NetException(NetError.DigestMismatch, $"'{offer.Name}' was changed on the way, or on one of the ends while it was repaired.", offer.Name);
                await Failing(_failure).ConfigureAwait(false);
            }
            if (index == TransferKeys.RepairEnd)
            {
                return new Content(digest, _received, _failure, false);
            }
            Set(index, digest);
        }
    }

    // One read of what is there, for its digests and for the copy.
    private async Task CopyAsync(ContentHash hash, CancellationToken stop)
    {
        byte[] buffer = new byte[256 * 1024];
        using SafeFileHandle source = File.OpenHandle(existing, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        long length = Math.Min(RandomAccess.GetLength(source), offer.Length);
        for (long at = 0; at < length;)
        {
            stop.ThrowIfCancellationRequested();
            await Working().ConfigureAwait(false);
            long end = Math.Min(length, at - (at % offer.SliceSize) + offer.SliceSize);
            int n = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at)), at);
            if (n == 0)
            {
                break;
            }
            hash.Append(buffer.AsSpan(0, n));
            RandomAccess.Write(target.Handle, buffer.AsSpan(0, n), at);
            at += n;
            if (at == end)
            {
                _digests.Add(hash.GetAndReset());
            }
        }
        hash.GetAndReset();
    }

    private async ValueTask OfferAsync(int digestLength)
    {
        connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Go);
            json.WriteNumber("id", offer.Id);
            json.WriteBoolean("repair", true);
            json.WriteNumber("slices", _digests.Count);
            json.WriteNumber("digest_length", digestLength);
        });
        foreach (byte[] digest in _digests)
        {
            connection.Write(digest);
        }
        await connection.FlushAsync().ConfigureAwait(false);
    }

    private async Task<byte[]> TakeSliceAsync(long at, ContentHash hash)
    {
        for (long end = Math.Min(at + offer.SliceSize, offer.Length); at < end;)
        {
            ReadOnlyMemory<byte> data = await connection.ReadSomeAsync(end - at).ConfigureAwait(false);
            _received += data.Length;
            hash.Append(data.Span);
            try
            {
                RandomAccess.Write(target.Handle, data.Span, at);
            }
            catch (Exception e) when (FileErrors.IsFileFailure(e) && _failure is null)
            {
                _failure = FileErrors.Describe(e, offer.Name);
                await Failing(_failure).ConfigureAwait(false);
            }
            at += data.Length;
        }
        return hash.GetAndReset();
    }

    private void Set(int index, byte[] digest)
    {
        if (index == _digests.Count)
        {
            _digests.Add(digest);
            return;
        }
        _digests[index] = digest;
    }

    private byte[] Root(ContentHash hash)
    {
        foreach (byte[] digest in _digests)
        {
            hash.Append(digest);
        }
        return hash.GetAndReset();
    }
}
