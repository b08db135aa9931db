using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Digests;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Sending;

/// <summary>Sends of a file the slices whose digests are not the receiver's, and at the end the digest of all digests.</summary>
internal sealed class RepairSender(TransferConnection connection, ContentSender content, TransferProgress progress)
{
    private const int ChunkSize = 256 * 1024;
    private static readonly TimeSpan WorkingInterval = TimeSpan.FromSeconds(3);

    private long _lastSent = Stopwatch.GetTimestamp();

    /// <returns>Why the file was given up, or null: it is sent.</returns>
    public async Task<NetException?> SendAsync(SendItem item, FileOffer offer, FileSource source, byte[][] theirs, CancellationToken stop)
    {
        using ContentHash hash = ContentHash.Create(offer.Algorithm), root = ContentHash.Create(offer.Algorithm);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);
        try
        {
            item.BytesSkipped = 0;
            int slices = (int)((offer.Length + offer.SliceSize - 1) / offer.SliceSize);
            for (int i = 0; i < slices; i++)
            {
                long from = (long)i * offer.SliceSize, to = Math.Min(from + offer.SliceSize, offer.Length);
                byte[]? digest = i < theirs.Length ? await HashAsync(source, hash, buffer, from, to, stop).ConfigureAwait(false) : null;
                if (digest is not null && digest.AsSpan().SequenceEqual(theirs[i]))
                {
                    item.BytesSkipped += to - from;
                    progress.Place(item, to);
                    root.Append(digest);
                    continue;
                }
                WriteIndex(i);
                (digest, NetException? failure) = await content.SendSliceAsync(item, source, hash, buffer, from, to).ConfigureAwait(false);
                if (failure is not null)
                {
                    return failure;
                }
                if (item.IsRefused)
                {
                    NetException refused = new(NetError.TransferRefused, "The receiver does not want the rest.");
                    WriteIndex(TransferKeys.RepairEnd);
                    await content.AbandonAsync(hash, refused).ConfigureAwait(false);
                    return refused;
                }
                root.Append(digest);
                _lastSent = Stopwatch.GetTimestamp();
            }
            WriteIndex(TransferKeys.RepairEnd);
            try
            {
                source.ThrowIfChanged();
            }
            catch (NetException e)
            {
                await content.AbandonAsync(hash, e).ConfigureAwait(false);
                return e;
            }
            item.Digest = root.GetCurrent();
            connection.Write([TransferKeys.SliceGood]);
            connection.Write(item.Digest);
            await connection.FlushAsync().ConfigureAwait(false);
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Null where it can't be read: then it is sent, which finds the reason.
    private async ValueTask<byte[]?> HashAsync(FileSource source, ContentHash hash, byte[] buffer, long from, long to, CancellationToken stop)
    {
        while (from < to)
        {
            stop.ThrowIfCancellationRequested();
            int n;
            try
            {
                n = RandomAccess.Read(source.Handle, buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - from)), from);
            }
            catch (Exception e) when (FileErrors.IsFileFailure(e))
            {
                n = 0;
            }
            if (n == 0)
            {
                hash.GetAndReset();
                return null;
            }
            hash.Append(buffer.AsSpan(0, n));
            from += n;
            if (Stopwatch.GetElapsedTime(_lastSent) > WorkingInterval)
            {
                _lastSent = Stopwatch.GetTimestamp();
                WriteIndex(TransferKeys.RepairWorking);
                await connection.FlushAsync().ConfigureAwait(false);
            }
        }
        return hash.GetAndReset();
    }

    private void WriteIndex(int index)
    {
        Span<byte> field = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(field, index);
        connection.Write(field);
    }
}
