using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Digests;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>What came of receiving a file's content.</summary>
/// <param name="Digest">The last digest: of all that was received (Full), or of the slices' digests (Slice).</param>
/// <param name="Received">The bytes that came.</param>
/// <param name="Failure">Why it is not to be used, or null.</param>
/// <param name="Abandoned">The sender gave the file up, and knows.</param>
internal readonly record struct Content(byte[]? Digest, long Received, NetException? Failure, bool Abandoned);

/// <summary>Takes the content of a file off a connection, slice by slice, and compares each slice's digest before it counts.</summary>
internal sealed class ContentReceiver(TransferConnection connection, FileOffer offer, PartialFile? target)
{
    private long _received;
    private NetException? _failure;

    /// <summary>Verifies, and stores nothing.</summary>
    public bool Discards { get; init; }

    /// <summary>Called once, as soon as something is wrong: the sender need not go on. What it has sent is passed over.</summary>
    public Func<NetException, ValueTask> Failing { get; init; } = _ => default;

    /// <summary>Takes everything from <paramref name="offset"/> on.</summary>
    /// <exception cref="NetException">The connection broke, or what came is no transfer.</exception>
    public async Task<Content> ReceiveAsync(long offset)
    {
        using ContentHash? hash = offer.IsHashed ? ContentHash.Create(offer.Algorithm) : null;
        using ContentHash? root = offer.Verify == TransferVerification.Slice ? ContentHash.Create(offer.Algorithm) : null;
        foreach (byte[] known in root is null || target is null ? [] : target.Digests)
        {
            root!.Append(known);
        }
        byte[]? digest = null;
        if (target is null)
        {
            await FailAsync(new NetException(NetError.TransferRefused, "")).ConfigureAwait(false);
        }
        long position = offset;
        do
        {
            long end = Math.Min(position - (position % offer.SliceSize) + offer.SliceSize, offer.Length);
            while (position < end)
            {
                ReadOnlyMemory<byte> data = await connection.ReadSomeAsync(end - position).ConfigureAwait(false);
                if (_failure is null)
                {
                    hash?.Append(data.Span);
                    if (Store(data.Span, position) is { } failure)
                    {
                        await FailAsync(failure).ConfigureAwait(false);
                    }
                }
                position += data.Length;
                _received += data.Length;
            }
            ReadOnlyMemory<byte> trailer = await connection.ReadExactAsync(1 + (hash?.Length ?? 0)).ConfigureAwait(false);
            if (trailer.Span[0] == TransferKeys.SliceAbandoned)
            {
                return new Content(null, _received, await AbandonedAsync(connection, offer).ConfigureAwait(false), true);
            }
            if (trailer.Span[0] != TransferKeys.SliceGood)
            {
                throw new NetException(NetError.FrameCorrupted, $"{connection.Peer} sent {trailer.Span[0]} behind a slice of '{offer.Name}', which means nothing.", offer.Name);
            }
            if (hash is not null && _failure is null)
            {
                digest = root is null ? hash.GetCurrent() : hash.GetAndReset();
                if (trailer.Span[1..].SequenceEqual(digest))
                {
                    root?.Append(digest);
                    if (Vouch(position, digest) is { } failure)
                    {
                        await FailAsync(failure).ConfigureAwait(false);
                    }
                }
                else
                {
                    await FailAsync(new NetException(NetError.DigestMismatch,
                        $"'{offer.Name}' was changed on the way: its bytes up to {position} have the {offer.Algorithm} {Convert.ToHexString(digest)} at the receiver, {Convert.ToHexString(trailer.Span[1..])} at the sender.", offer.Name)).ConfigureAwait(false);
                }
            }
        }
        while (position < offer.Length);
        return new Content(root?.GetCurrent() ?? digest, _received, _failure, false);
    }

    /// <summary>Reads the reason that an abandoning sender gives.</summary>
    internal static async Task<NetException> AbandonedAsync(TransferConnection connection, FileOffer offer)
    {
        DictionaryHeader? header = await connection.ReadHeaderAsync(static _ => true).ConfigureAwait(false);
        return header?.GetString(TransferKeys.Message) == TransferKeys.Abandon
            ? RemoteError.Read(header, $"{connection.Peer} gave '{offer.Name}' up", offer.Name)
            : throw new NetException(NetError.FrameCorrupted, $"{connection.Peer} gave '{offer.Name}' up without a reason.", offer.Name);
    }

    private NetException? Store(ReadOnlySpan<byte> data, long position)
    {
        if (Discards)
        {
            return null;
        }
        try
        {
            RandomAccess.Write(target!.Handle, data, position);
            return null;
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            return FileErrors.Describe(e, offer.Name);
        }
    }

    private NetException? Vouch(long position, byte[] digest)
    {
        try
        {
            target!.Verified(position, digest);
            return null;
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            return FileErrors.Describe(e, offer.Name);
        }
    }

    private ValueTask FailAsync(NetException failure)
    {
        _failure = failure;
        return Failing(failure);
    }
}
