using PSNetConcurrency.Core.Terminal;
using PSNetConcurrency.Core.Transfer;

namespace PSNetConcurrency.Core.Chat.Screen;

/// <summary>What Tab offers: commands, users where a command takes one, paths where it takes one.</summary>
internal sealed class ChatCompleter(ChatPeople people, ChatNumbers numbers, string folder)
{
    private const int MostOffered = 200;

    public Completion Complete(string before)
    {
        if (before.StartsWith('@') && !before.Contains(' '))
        {
            return Users(before, 1, " ");
        }
        if (!before.StartsWith('/'))
        {
            // A name within a line, to speak of somebody.
            int at = before.LastIndexOf(" @", StringComparison.Ordinal);
            return at >= 0 && !before[(at + 2)..].Contains(' ') ? Users(before, at + 2, " ") : Completion.None;
        }
        int blank = before.IndexOf(' ', StringComparison.Ordinal);
        if (blank < 0)
        {
            return new Completion(1, [.. ScreenCommand.All.Where(c => c.Name.StartsWith(before[1..], StringComparison.OrdinalIgnoreCase)).Select(c => c.Usage.Length > 0 ? c.Name + " " : c.Name)]);
        }
        int start = blank + 1;
        return ScreenCommand.Find(before[1..blank])?.Verb switch
        {
            ChatVerb.Message or ChatVerb.Seal => UserFirst(before, start) ?? Completion.None,
            ChatVerb.To => Users(before, start, "", "all"),
            ChatVerb.File => UserFirst(before, start) ?? Paths(before, EndOfWord(before, start), foldersOnly: false),
            ChatVerb.Accept => Number(before, start, m => m.File.Length > 0) ?? Paths(before, EndOfWord(before, start), foldersOnly: true),
            ChatVerb.Reject => Number(before, start, m => m.File.Length > 0) ?? Completion.None,
            ChatVerb.Open => Number(before, start, m => m.Text is null) ?? Completion.None,
            _ => Completion.None,
        };
    }

    private static int EndOfWord(string before, int start)
    {
        (_, string rest) = ChatLine.TakeWord(before[start..]);
        return before.Length - rest.Length;
    }

    /// <summary>Users while the first word is typed; null behind it.</summary>
    private Completion? UserFirst(string before, int start)
    {
        string typed = before[start..];
        bool isOpen = typed.StartsWith('"') || typed.StartsWith('\'') ? typed.IndexOf(typed[0], 1) < 0 : !typed.Contains(' ');
        return isOpen ? Users(before, start, " ") : null;
    }

    private Completion Users(string before, int start, string behind, params string[] others)
    {
        string typed = before[start..].TrimStart('"', '\'');
        return new Completion(start,
        [
            .. people.Here.Where(u => u.DisplayName.StartsWith(typed, StringComparison.OrdinalIgnoreCase) || u.ChatAddress.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                .Take(MostOffered).Select(u => people.Typed(u) + behind),
            .. others.Where(o => o.StartsWith(typed, StringComparison.OrdinalIgnoreCase)),
        ]);
    }

    private Completion? Number(string before, int start, Func<ChatMessage, bool> wanted) => before.IndexOf(' ', start) >= 0 ? null
        : new Completion(start, [.. numbers.Of(wanted).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)).Where(n => n.StartsWith(before[start..], StringComparison.Ordinal))]);

    private Completion Paths(string before, int start, bool foldersOnly)
    {
        string typed = before[start..].TrimStart('"', '\'');
        int slash = typed.LastIndexOfAny([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar]);
        string parent = typed[..(slash + 1)];
        string begin = typed[(slash + 1)..];
        try
        {
            DirectoryInfo directory = new(ChatPaths.Full(parent.Length == 0 ? "." : parent, folder));
            return new Completion(start,
            [
                .. directory.EnumerateFileSystemInfos().Where(e => (!foldersOnly || e is DirectoryInfo) && e.Name.StartsWith(begin, ChatPaths.Comparison) && (begin.Length > 0 || e.Name[0] != '.'))
                    .Take(MostOffered).OrderBy(e => e.Name, StringComparer.CurrentCultureIgnoreCase).Select(e => Quote(parent + e.Name, e is DirectoryInfo)),
            ]);
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e) || e is ArgumentException or NotSupportedException or System.Security.SecurityException)
        {
            return Completion.None;
        }
    }

    // A folder's quote stays open, so that the next Tab goes on in it.
    private static string Quote(string path, bool isFolder)
    {
        string whole = isFolder ? path + Path.DirectorySeparatorChar : path;
        string quoted = ChatLine.Quote(whole);
        return isFolder && quoted != whole ? quoted[..^1] : quoted;
    }
}

/// <summary>Paths as a person types them.</summary>
internal static class ChatPaths
{
    public static StringComparison Comparison => OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;

    /// <summary>The full path, from this folder, with ~ for the home folder; quotes around it go.</summary>
    public static string Full(string path, string folder)
    {
        path = path.Trim();
        if (path.Length > 1 && path[0] is '"' or '\'' && path[^1] == path[0])
        {
            path = path[1..^1];
        }
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal) || path.StartsWith("~\\", StringComparison.Ordinal))
        {
            path = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..];
        }
        return Path.GetFullPath(path, folder);
    }
}
