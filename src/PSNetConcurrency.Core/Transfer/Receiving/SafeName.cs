using System.Text;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>What a name stands for at the receiver.</summary>
internal enum NameKind
{
    Nothing,
    File,
    Folder,
    Link,
}

/// <summary>
/// Turns a file's name from the network into a path below the destination, or refuses it. The same names are refused on every
/// system, so that what one took can be moved to another.
/// </summary>
internal static class SafeName
{
    /// <summary>What a receiver calls files that are not complete; no name from the network may begin so.</summary>
    public const string OwnPrefix = ".psnc-";

    private const FileAttributes Missing = (FileAttributes)(-1);
    private const int LongestName = 4096, LongestPart = 255, MostParts = 128;

    private static readonly HashSet<string> Reserved = new(
        ["CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$", .. Enumerable.Range(0, 10).SelectMany(n => new[] { $"COM{n}", $"LPT{n}" }), "COM¹", "COM²", "COM³", "LPT¹", "LPT²", "LPT³"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>The parts of a relative name with '/' between them.</summary>
    /// <exception cref="NetException"><see cref="NetError.UnsafePath"/>.</exception>
    public static string[] Split(string name)
    {
        string[] parts = name.Split('/');
        string? why = name.Length == 0 ? "it is empty"
            : name.Length > LongestName || parts.Length > MostParts ? "it is too long"
            : name.Contains('\\') ? "it contains a backslash, which separates folders on Windows"
            : name[0] == '/' ? "it is absolute"
            : parts[0].Length >= 2 && char.IsAsciiLetter(parts[0][0]) && parts[0][1] == ':' ? "it begins with a drive"
            : parts.Select(Flaw).FirstOrDefault(f => f is not null);
        return why is null ? parts : throw new NetException(NetError.UnsafePath, $"The name '{Printable(name)}' is refused: {why}.", Printable(name));
    }

    /// <summary>The path below <paramref name="root"/>, with no link on the way to it, and whether the folder it lies in is there.</summary>
    /// <remarks>Every part is looked at every time: a link may have been made since the last file.</remarks>
    /// <exception cref="NetException"><see cref="NetError.UnsafePath"/>; <see cref="NetError.FileExists"/>: a file is where a folder is needed.</exception>
    public static (string Path, bool FolderIsThere) Resolve(string root, string[] parts)
    {
        string path = root;
        bool there = true;
        foreach (string part in parts.AsSpan(0, parts.Length - 1))
        {
            path = Path.Combine(path, part);
            NameKind kind = KindOf(path);
            if (kind == NameKind.Link)
            {
                throw new NetException(NetError.UnsafePath, $"The name '{Printable(string.Join('/', parts))}' is refused: {path} is a link, and may lead out of the destination.", path);
            }
            if (kind == NameKind.File)
            {
                string name = string.Join('/', parts).TrimEnd('/');
                throw new NetException(NetError.FileExists, $"'{Printable(name)}' needs a folder where the receiver has the file '{Printable(part)}'.", name);
            }
            there = kind == NameKind.Folder;
        }
        // The last part may be a link: a file that takes its place replaces the link, not what it leads to.
        return (Path.Combine(path, parts[^1]), there);
    }

    /// <summary>What has that name, with one look where it is no link.</summary>
    public static NameKind KindOf(string path)
    {
        DirectoryInfo info = new(path);
        FileAttributes attributes = info.Attributes;
        return attributes == Missing ? NameKind.Nothing
            // On Windows what a cloud holds is marked so too, and leads nowhere.
            : (attributes & FileAttributes.ReparsePoint) != 0 && info.LinkTarget is not null ? NameKind.Link
            : (attributes & FileAttributes.Directory) != 0 ? NameKind.Folder
            : NameKind.File;
    }

    /// <summary>Whether Windows could have made the name for a file with a longer one, such as PSNC-I~1 for the receiver's own folder: 8 characters and 3, with a number behind a tilde.</summary>
    internal static bool IsShortAlias(string part)
    {
        string name = Path.GetFileNameWithoutExtension(part);
        int tilde = name.LastIndexOf('~');
        return name.Length <= 8 && Path.GetExtension(part).Length <= 4 && tilde >= 0 && tilde < name.Length - 1 && !name.AsSpan(tilde + 1).ContainsAnyExceptInRange('0', '9');
    }

    private static string? Flaw(string part) =>
        part.Length == 0 ? "a part of it is empty"
        : part is "." or ".." ? "it leads to another folder"
        : part[^1] is '.' or ' ' ? "a part of it ends with a dot or a blank, which Windows drops"
        : Encoding.UTF8.GetByteCount(part) > LongestPart ? "a part of it is longer than 255 bytes"
        : part.Any(char.IsControl) ? "it contains a control character"
        : part.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase) ? $"names that begin with {OwnPrefix} are the receiver's own"
        : Reserved.Contains(part.Split('.')[0].TrimEnd(' ')) ? "it is a device's name on Windows"
        : OperatingSystem.IsWindows() && IsShortAlias(part) ? "Windows may know another file by that short name"
        : OperatingSystem.IsWindows() && part.IndexOfAny(Path.GetInvalidFileNameChars()) >= 0 ? "it contains a character that Windows has no names with"
        : null;

    private static string Printable(string name)
    {
        string shown = string.Concat(name.Take(200).Select(c => char.IsControl(c) ? '�' : c));
        return name.Length > 200 ? shown + "…" : shown;
    }
}
