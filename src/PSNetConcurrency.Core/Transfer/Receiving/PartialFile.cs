using System.IO.Hashing;
using System.Text;
using Microsoft.Win32.SafeHandles;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Digests;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>
/// A file that is arriving, under a name of its own in the <see cref="IncomingFolder"/>. It gets its final name when it is
/// complete and verified; else it is deleted, or kept with its journal for the sender to go on.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private readonly FileOffer _offer;
    private readonly string _path;
    private readonly string _journalPath;
    private PartialClaim? _claim;
    private SliceJournal? _journal;
    private bool _begins = true;
    private bool _done;

    private PartialFile(string folder, string id, FileOffer offer)
    {
        _offer = offer;
        _path = Path.Combine(folder, id + IncomingFolder.PartExtension);
        _journalPath = Path.Combine(folder, id + IncomingFolder.JournalExtension);
    }

    public SafeFileHandle Handle { get; private set; } = null!;

    /// <summary>What is verified already: the content may go on from there.</summary>
    public long VerifiedLength { get; private set; }

    /// <summary>The digests of the verified slices; empty without a journal.</summary>
    public IReadOnlyList<byte[]> Digests => _journal?.Digests ?? [];

    /// <summary>A file that is deleted if it is not completed.</summary>
    public static PartialFile Create(IncomingFolder folder, FileOffer offer)
    {
        PartialFile file = new(folder.Create(), folder.NextName(), offer);
        file.Handle = folder.Open(file._path, FileMode.CreateNew);
        return file;
    }

    /// <summary>The file as an earlier attempt left it, or a new one that is kept for the next.</summary>
    /// <param name="folder">Where it lies.</param>
    /// <param name="offer">The file.</param>
    /// <param name="giveUp">Ends this conversation, when its sender comes back in another.</param>
    /// <param name="working">Called now and then while what an earlier start of the machine left is checked.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task<PartialFile> OpenAsync(IncomingFolder folder, FileOffer offer, Action giveUp, Func<ValueTask> working, CancellationToken stop)
    {
        PartialFile file = new(folder.Create(), IdOf(offer), offer);
        file._claim = await PartialClaim.TakeAsync(file._path, offer.Sender, offer.Name, giveUp, stop).ConfigureAwait(false);
        try
        {
            file.Handle = folder.Open(file._path, FileMode.OpenOrCreate);
            file._journal = SliceJournal.Open(file._journalPath, offer);
            await file.TrustAsync(working).ConfigureAwait(false);
            return file;
        }
        catch
        {
            file.Handle?.Dispose();
            file._journal?.Dispose();
            file._claim.Dispose();
            throw;
        }
    }

    /// <summary>A slice that ends at <paramref name="end"/> is verified.</summary>
    public void Verified(long end, byte[] digest)
    {
        _journal?.Add(digest, _begins);
        _begins = false;
        VerifiedLength = end;
    }

    /// <summary>The ranges that were verified with a digest each: one, where nothing was resumed.</summary>
    public TransferRange[] Ranges() => _journal is null ? [] :
    [
        .. _journal.Runs().Select(run => new TransferRange((long)run.First * _offer.SliceSize,
            Math.Min((long)run.End * _offer.SliceSize, _offer.Length) - ((long)run.First * _offer.SliceSize), Convert.ToHexString(run.Digest))),
    ];

    /// <summary>Gives the file its length, mode and time: all that it needs but its final name. Once, however many names are tried.</summary>
    public void Complete()
    {
        if (_journal is not null || _offer.Repair)
        {
            // An earlier attempt may have written further than what was verified of it.
            RandomAccess.SetLength(Handle, _offer.Length);
        }
        if (_offer.Mode is { } mode && !OperatingSystem.IsWindows())
        {
            // Readable and writable for its owner, or it could not be replaced or resumed; never more than the sender's.
            File.SetUnixFileMode(Handle, mode | UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        if (_offer.ModifiedUtc is { } modified)
        {
            NativeFile.SetWritten(Handle, modified);
        }
        if (OperatingSystem.IsWindows())
        {
            // There an open file can't be moved.
            Handle.Dispose();
        }
    }

    /// <summary>Gives the complete file a final name.</summary>
    /// <exception cref="NetException"><see cref="NetError.FileExists"/>: another may be tried.</exception>
    public void Move(string target, bool overwrite)
    {
        AtomicFile.Move(_path, target, overwrite);
        _done = true;
        Handle.Dispose();
        DropJournal();
    }

    /// <summary>Forgets all of it: it is not to be resumed.</summary>
    public void Discard()
    {
        Handle.Dispose();
        if (!_done)
        {
            _done = true;
            File.Delete(_path);
        }
        DropJournal();
    }

    public void Dispose()
    {
        if (!_done && (_journal is null || VerifiedLength == 0))
        {
            Discard();
        }
        Handle.Dispose();
        _journal?.Dispose();
        _claim?.Dispose();
    }

    private static string IdOf(FileOffer offer) =>
        XxHash128.HashToUInt128(Encoding.UTF8.GetBytes($"{offer.Name}\n{offer.Length}\n{offer.ModifiedUtc?.Ticks}\n{offer.Algorithm}\n{offer.Verify}\n{offer.SliceSize}")).ToString("x32", null);

    private void DropJournal()
    {
        if (_journal is not null)
        {
            _journal.Dispose();
            _journal = null;
            File.Delete(_journalPath);
        }
    }

    // As much as the journal vouches for and the file has.
    private async Task TrustAsync(Func<ValueTask> working)
    {
        SliceJournal journal = _journal!;
        int count = Math.Min(journal.Count, (int)Math.Min(int.MaxValue, RandomAccess.GetLength(Handle) / _offer.SliceSize));
        if (count > 0 && !journal.IsOfThisBoot)
        {
            count = await CheckAsync(count, working).ConfigureAwait(false);
        }
        if (count < journal.Count || !journal.IsOfThisBoot)
        {
            journal.Truncate(count, _offer);
        }
        VerifiedLength = (long)count * _offer.SliceSize;
    }

    // How many slices of the file have the digests that the journal has.
    private async Task<int> CheckAsync(int count, Func<ValueTask> working)
    {
        int good = 0;
        byte[] buffer = new byte[Math.Min(_offer.SliceSize, 256 * 1024)];
        using ContentHash hash = ContentHash.Create(_offer.Algorithm);
        foreach ((int first, int end, _) in _journal!.Runs())
        {
            hash.GetAndReset();
            for (int slice = first; slice < Math.Min(end, count); slice++)
            {
                await working().ConfigureAwait(false);
                for (long at = (long)slice * _offer.SliceSize, stop = at + _offer.SliceSize; at < stop;)
                {
                    int n = RandomAccess.Read(Handle, buffer.AsSpan(0, (int)Math.Min(buffer.Length, stop - at)), at);
                    if (n == 0)
                    {
                        return good;
                    }
                    hash.Append(buffer.AsSpan(0, n));
                    at += n;
                }
                byte[] digest = _offer.Verify == TransferVerification.Slice ? hash.GetAndReset() : hash.GetCurrent();
                if (!digest.AsSpan().SequenceEqual(_journal.Digests[slice]))
                {
                    return good;
                }
                good++;
            }
        }
        return good;
    }
}
