using System.Buffers;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Digests;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Sending;

/// <summary>Sends the content of a file, slice by slice with a digest behind each, and gives it up in order where it can't be read to its end.</summary>
internal sealed class ContentSender(TransferConnection connection, SendOptions options, RateLimiter limiter, TransferProgress progress, CancellationToken stop)
{
    private const int ChunkSize = 512 * 1024, SmallFile = 64 * 1024;

    /// <summary>Sends all from the item's offset on.</summary>
    /// <returns>Why the file was given up, or null: it is sent.</returns>
    public async Task<NetException?> SendAsync(SendItem item, FileOffer offer, FileSource source)
    {
        using ContentHash? hash = offer.IsHashed ? ContentHash.Create(offer.Algorithm) : null;
        using ContentHash? root = offer.Verify == TransferVerification.Slice && item.Offset == 0 ? ContentHash.Create(offer.Algorithm) : null;
        byte[]? buffer = offer.Length > SmallFile ? ArrayPool<byte>.Shared.Rent(ChunkSize) : null;
        try
        {
            long position = item.Offset;
            do
            {
                long end = Math.Min(position - (position % offer.SliceSize) + offer.SliceSize, offer.Length);
                NetException? failure = await SendRangeAsync(item, source, buffer, hash, position, end).ConfigureAwait(false)
                    ?? (end == offer.Length ? ChangeOf(source) : null)
                    ?? (item.IsRefused ? new NetException(NetError.TransferRefused, "The receiver does not want the rest.") : null);
                position = end;
                if (failure is not null)
                {
                    await AbandonAsync(hash, failure).ConfigureAwait(false);
                    return failure;
                }
                Trailer(item, offer, hash, root);
            }
            while (position < offer.Length);
            item.Digest = root is not null ? root.GetCurrent() : offer.Verify == TransferVerification.Full ? item.Digest : null;
            return null;
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    /// <summary>Sends the whole content and nothing else, for a peer that knows nothing else.</summary>
    /// <returns>Why it is not the file's content that was sent, or null.</returns>
    public async Task<NetException?> SendPlainAsync(SendItem item, FileSource source)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            return await SendRangeAsync(item, source, buffer, null, 0, source.Length, padded: false).ConfigureAwait(false) ?? ChangeOf(source);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Sends one slice of a repair, and its digest.</summary>
    public async Task<(byte[] Digest, NetException? Failure)> SendSliceAsync(SendItem item, FileSource source, ContentHash hash, byte[] buffer, long from, long to)
    {
        NetException? failure = await SendRangeAsync(item, source, buffer, hash, from, to).ConfigureAwait(false);
        if (failure is not null)
        {
            await AbandonAsync(hash, failure).ConfigureAwait(false);
            return ([], failure);
        }
        byte[] digest = hash.GetAndReset();
        connection.Write([TransferKeys.SliceGood]);
        connection.Write(digest);
        return (digest, null);
    }

    /// <summary>Behind a slice: the file is given up, for this reason.</summary>
    public async ValueTask AbandonAsync(ContentHash? hash, NetException reason)
    {
        connection.Write([TransferKeys.SliceAbandoned]);
        connection.Write(new byte[hash?.Length ?? 0]);
        connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Abandon);
            RemoteError.Write(json, reason);
        });
        await connection.FlushAsync().ConfigureAwait(false);
    }

    private static NetException? ChangeOf(FileSource source)
    {
        try
        {
            source.ThrowIfChanged();
            return null;
        }
        catch (NetException e)
        {
            return e;
        }
    }

    // The bytes were promised: where they can't be read zeros take their place, and the trailer says that they mean nothing. A plain
    // peer has no trailer, and gets no zeros.
    private async ValueTask<NetException?> SendRangeAsync(SendItem item, FileSource source, byte[]? buffer, ContentHash? hash, long position, long end, bool padded = true)
    {
        NetException? failure = null;
        while (position < end)
        {
            int want = limiter.Chunk((int)Math.Min(ChunkSize, end - position));
            Memory<byte> chunk = buffer is null ? connection.GetMemory(want)[..want] : buffer.AsMemory(0, Math.Min(want, buffer.Length));
            if (failure is null)
            {
                failure = Read(source, ref chunk, position);
            }
            if (failure is not null)
            {
                if (!padded)
                {
                    return failure;
                }
                chunk.Span.Clear();
            }
            hash?.Append(chunk.Span);
            await limiter.WaitAsync(chunk.Length, stop).ConfigureAwait(false);
            if (buffer is null)
            {
                connection.Advance(chunk.Length);
            }
            else
            {
                await connection.WriteThroughAsync(chunk).ConfigureAwait(false);
            }
            position += chunk.Length;
            item.BytesSent += chunk.Length;
            progress.Sent(item, chunk.Length);
        }
        if (options.Limit > 0)
        {
            await connection.FlushAsync().ConfigureAwait(false);
        }
        return failure;
    }

    private static NetException? Read(FileSource source, ref Memory<byte> chunk, long position)
    {
        try
        {
            int n = RandomAccess.Read(source.Handle, chunk.Span, position);
            if (n == 0)
            {
                return new NetException(NetError.FileChanged, $"'{source.Path}' became shorter while it was read: it ends at {position}.", source.Path);
            }
            chunk = chunk[..n];
            return null;
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            return FileErrors.Describe(e, source.Path);
        }
    }

    private void Trailer(SendItem item, FileOffer offer, ContentHash? hash, ContentHash? root)
    {
        connection.Write([TransferKeys.SliceGood]);
        if (hash is null)
        {
            return;
        }
        byte[] digest = offer.Verify == TransferVerification.Slice ? hash.GetAndReset() : hash.GetCurrent();
        root?.Append(digest);
        item.Digest = digest;
        connection.Write(digest);
    }
}
