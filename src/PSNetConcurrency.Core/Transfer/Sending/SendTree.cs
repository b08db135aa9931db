using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Digests;

namespace PSNetConcurrency.Core.Transfer.Sending;

/// <summary>Finds what is to be sent below a path, and gives each its name at the receiver.</summary>
internal static class SendTree
{
    /// <summary>The file, or the folder with what is in it: files first, so that a folder gets its time when nothing more goes into it.</summary>
    /// <param name="root">A file or folder.</param>
    /// <param name="basePath">The folder that names begin below; null for the root's own parent.</param>
    /// <param name="recurse">Whether folders are sent.</param>
    /// <param name="failed">Told of folders that can't be read; what is beside them is sent.</param>
    /// <exception cref="NetException">It does not exist, is a folder and not to be, or does not lie below the base.</exception>
    public static IEnumerable<SendItem> Enumerate(string root, string? basePath, bool recurse, Action<NetException> failed)
    {
        root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        string start = basePath is null ? Path.GetDirectoryName(root) ?? root : Path.TrimEndingDirectorySeparator(Path.GetFullPath(basePath));
        if (Directory.Exists(root))
        {
            if (!recurse)
            {
                throw new NetException(NetError.InvalidArgument, $"'{root}' is a folder: use -Recurse to send it with all that is in it.", root);
            }
            // Now, while the caller hears of it: what follows is made as it is taken.
            _ = Name(root, start);
            return Folder(new DirectoryInfo(root), start, failed);
        }
        FileInfo file = new(root);
        // What can't be opened is told when it is; what is not there is told here.
        return file.Exists ? [Item(file, start)] : throw FileErrors.Describe(new FileNotFoundException(), root);
    }

    private static IEnumerable<SendItem> Folder(DirectoryInfo folder, string start, Action<NetException> failed)
    {
        FileSystemInfo[] inside;
        try
        {
            inside = folder.GetFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false, ReturnSpecialDirectories = false });
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            failed(FileErrors.Describe(e, folder.FullName));
            yield break;
        }
        Array.Sort(inside, static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        foreach (FileSystemInfo entry in inside)
        {
            if (entry is FileInfo file)
            {
                yield return Item(file, start);
            }
            else if (entry is DirectoryInfo { LinkTarget: null } below)
            {
                foreach (SendItem item in Folder(below, start, failed))
                {
                    yield return item;
                }
            }
        }
        if (Name(folder.FullName, start) is { Length: > 0 } name)
        {
            yield return new SendItem(folder.FullName, name, isFolder: true);
        }
    }

    private static SendItem Item(FileInfo file, string start) => new(file.FullName, Name(file.FullName, start), isFolder: false) { Length = file.Exists ? file.Length : 0 };

    private static string Name(string path, string start)
    {
        string name = Path.GetRelativePath(start, path);
        return name == "." ? ""
            : name != ".." && !name.StartsWith("../", StringComparison.Ordinal) && !name.StartsWith("..\\", StringComparison.Ordinal) && !Path.IsPathRooted(name) ? name.Replace(Path.DirectorySeparatorChar, '/')
            : throw new NetException(NetError.InvalidArgument, $"'{path}' does not lie below '{start}'.", path);
    }
}
