using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>Where a file that was announced is to go, decided before any of it is taken.</summary>
/// <param name="Path">Its final path; with <see cref="FileConflict.Rename"/> the first that is tried.</param>
/// <param name="Kind">What is there now.</param>
internal readonly record struct Placement(string Path, NameKind Kind)
{
    /// <summary>Whether something has the name.</summary>
    public bool Exists => Kind != NameKind.Nothing;

    /// <summary>Whether it can be repaired: not a link, whose file may lie anywhere, nor a pipe, which would be waited for.</summary>
    public bool IsRepairable => Kind == NameKind.File && NativeFile.IsRegular(Path) is not false;
}

/// <summary>The folder that files are received into: names, conflicts, room.</summary>
internal sealed class Destination(ReceiveOptions options)
{
    // Something must be left for the system and for the journals.
    private const long Reserve = 16 * 1024 * 1024;
    private const int MostNames = 10_000;

    public CompletedFiles Completed { get; } = new();

    public IncomingFolder Incoming { get; } = new(options.Destination);

    /// <summary>Decides on a file; its folders are made.</summary>
    /// <exception cref="NetException">Its name is unsafe, it exists, is too large, or there is no room.</exception>
    public Placement Place(FileOffer offer)
    {
        string[] parts = SafeName.Split(offer.Name);
        if (offer.Length > options.MaximumBytes)
        {
            throw new NetException(NetError.MessageTooLarge, $"'{offer.Name}' has {offer.Length} bytes; the receiver takes files of up to {options.MaximumBytes}.", offer.Name);
        }
        (string path, bool folderIsThere) = SafeName.Resolve(options.Destination, parts);
        // A link to a folder is no folder: a file would replace the link.
        NameKind kind = SafeName.KindOf(path);
        if (kind == NameKind.Folder)
        {
            throw new NetException(NetError.FileExists, $"'{offer.Name}' is a folder at the receiver.", offer.Name);
        }
        if (kind != NameKind.Nothing && options.Conflict == FileConflict.Fail && !Completed.Contains(offer))
        {
            throw Kept(offer);
        }
        if (!folderIsThere)
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        }
        return new Placement(path, kind);
    }

    /// <exception cref="NetException"><see cref="NetError.InsufficientSpace"/>.</exception>
    public void RequireRoom(FileOffer offer, long bytes)
    {
        long free;
        try
        {
            free = new DriveInfo(options.Destination).AvailableFreeSpace;
        }
        catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
        {
            // A share without a drive letter, say, does not tell: then a write will.
            return;
        }
        if (free - Reserve < bytes)
        {
            throw new NetException(NetError.InsufficientSpace, $"'{offer.Name}' needs {bytes} bytes; the receiver has {free} free, and keeps {Reserve} of them.", offer.Name);
        }
    }

    /// <summary>Makes a folder, or gives one that exists its time.</summary>
    public void PlaceFolder(FileOffer offer)
    {
        string[] parts = SafeName.Split(offer.Name);
        string path = SafeName.Resolve(options.Destination, [.. parts, ""]).Path.TrimEnd(System.IO.Path.DirectorySeparatorChar);
        Directory.CreateDirectory(path);
        if (offer.ModifiedUtc is { } modified)
        {
            Directory.SetLastWriteTimeUtc(path, modified);
        }
    }

    /// <summary>Gives a complete file its name; null where one is there that is kept.</summary>
    public string? Commit(PartialFile file, FileOffer offer, string path)
    {
        if (options.Discards)
        {
            file.Discard();
            return path;
        }
        bool overwrite = options.Conflict == FileConflict.Overwrite;
        file.Complete();
        for (int n = 0; n < MostNames; n++)
        {
            string target = n == 0 ? path : Numbered(path, n);
            try
            {
                file.Move(target, overwrite);
                return target;
            }
            catch (NetException e) when (e.Error == NetError.FileExists)
            {
                switch (options.Conflict)
                {
                    case FileConflict.Rename:
                        continue;
                    case FileConflict.Skip:
                        file.Discard();
                        return null;
                    default:
                        throw Kept(offer);
                }
            }
        }
        throw new NetException(NetError.FileExists, $"'{offer.Name}' and {MostNames} names after it are taken.", offer.Name);
    }

    private static NetException Kept(FileOffer offer) => new(NetError.FileExists,
        $"The receiver has a file '{offer.Name}' already, and keeps it: {(offer.Repair ? "to be repaired it must be taken with" : "to replace it, start the receiver with")} -Conflict Overwrite.", offer.Name);

    /// <summary>The n-th name after one that is taken.</summary>
    public static string Numbered(string path, int n)
    {
        string name = System.IO.Path.GetFileNameWithoutExtension(path);
        return System.IO.Path.Combine(System.IO.Path.GetDirectoryName(path)!, $"{name} ({n}){System.IO.Path.GetExtension(path)}");
    }
}
