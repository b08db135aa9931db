using System.Diagnostics;
using System.Net;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Digests;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>
/// Takes files of a peer that knows the dictionary frame and nothing else: a header with name and size, the content, and no word
/// back. Where the header has a digest under the format's key, the content is compared with it.
/// </summary>
internal sealed class PlainReceiver(ReceiveOptions options, Destination destination, IReceiveSink sink, TransferConnection connection, IPEndPoint? remote)
{
    /// <exception cref="NetException">The connection broke, or the header is no file's.</exception>
    public async Task TakeAsync(DictionaryHeader header)
    {
        long start = Stopwatch.GetTimestamp();
        DictionaryFormat format = options.Format;
        string name = header.GetString(format.NameKey) ?? throw new NetException(NetError.FrameCorrupted, $"The header has no {format.NameKey}: it announces no file. The key's name is set with New-FrameFormat -NameKey.", format.NameKey);
        if (!format.SizeKeys.Any(k => header.Root.TryGetProperty(k, out _)))
        {
            throw new NetException(NetError.FrameCorrupted, $"The header of '{name}' has none of the keys {string.Join(", ", format.SizeKeys)}: where the file ends is not known. The key's name is set with New-FrameFormat -SizeKey.", name);
        }
        FileOffer offer = new() { Id = 0, Name = name, Length = format.PayloadLength(header), Verify = TransferVerification.None };
        string? expected = format.DigestKey is null ? null : header.GetString(format.DigestKey);
        using ContentHash? hash = expected is null ? null : ContentHash.Create(AlgorithmOf(expected, name));
        (PartialFile? file, Placement place, NetException? failure) = Open(offer);
        using (file)
        {
            if (failure is not null)
            {
                // Now: whether its content ever comes is the peer's to decide.
                sink.Failed(failure);
            }
            NetException? refusal = failure;
            for (long at = 0; at < offer.Length;)
            {
                ReadOnlyMemory<byte> data = await connection.ReadSomeAsync(offer.Length - at).ConfigureAwait(false);
                if (failure is null && file is not null)
                {
                    hash?.Append(data.Span);
                    failure = Store(file, data.Span, at, name);
                }
                at += data.Length;
            }
            string? digest = hash is null || file is null ? null : Convert.ToHexString(hash.GetCurrent());
            if (failure is null && digest is not null && !string.Equals(digest, expected, StringComparison.OrdinalIgnoreCase))
            {
                failure = new NetException(NetError.DigestMismatch, $"'{name}' was changed on the way: the header says {expected}, what came has {digest}.", name);
            }
            string? path = null;
            if (failure is null && file is not null)
            {
                try
                {
                    path = destination.Commit(file, offer, place.Path);
                }
                catch (Exception e) when (e is NetException || FileErrors.IsFileFailure(e))
                {
                    failure = FileErrors.Describe(e, name);
                }
            }
            if (failure is not null)
            {
                if (refusal is null)
                {
                    sink.Failed(failure);
                }
                return;
            }
            await sink.ReceivedAsync(new FileTransferResult
            {
                Name = name,
                Path = path ?? place.Path,
                Length = offer.Length,
                BytesSent = offer.Length,
                Skipped = path is null,
                Duration = Stopwatch.GetElapsedTime(start),
                Algorithm = digest is null ? null : AlgorithmOf(digest, name),
                Digest = digest,
                Verified = digest is not null,
                VerifyMode = digest is null ? TransferVerification.None : TransferVerification.Full,
                RemoteEndPoint = remote,
            }).ConfigureAwait(false);
        }
    }

    // Neither file nor failure: one is there, and is kept.
    private (PartialFile? File, Placement Place, NetException? Failure) Open(FileOffer offer)
    {
        try
        {
            Placement place = destination.Place(offer);
            if (place.Exists && options.Conflict == FileConflict.Skip)
            {
                return (null, place, null);
            }
            destination.RequireRoom(offer, offer.Length);
            return (PartialFile.Create(destination.Incoming, offer), place, null);
        }
        catch (Exception e) when (e is NetException || FileErrors.IsFileFailure(e))
        {
            return (null, default, FileErrors.Describe(e, offer.Name));
        }
    }

    private static NetException? Store(PartialFile file, ReadOnlySpan<byte> data, long at, string name)
    {
        try
        {
            RandomAccess.Write(file.Handle, data, at);
            return null;
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            return FileErrors.Describe(e, name);
        }
    }

    private static DigestAlgorithm AlgorithmOf(string digest, string name) => digest.Length switch
    {
        8 => DigestAlgorithm.CRC32,
        32 => DigestAlgorithm.MD5,
        40 => DigestAlgorithm.SHA1,
        64 => DigestAlgorithm.SHA256,
        96 => DigestAlgorithm.SHA384,
        128 => DigestAlgorithm.SHA512,
        _ => throw new NetException(NetError.FrameCorrupted, $"The digest of '{name}' has {digest.Length} digits: that is no MD5, SHA-1, SHA-2 or CRC-32.", name),
    };
}
