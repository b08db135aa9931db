using Microsoft.Win32.SafeHandles;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>The folder below a destination in which files are until they are complete. It is there only while something is in it.</summary>
internal sealed class IncomingFolder(string destination)
{
    public const string PartExtension = ".part", JournalExtension = ".journal", FolderExtension = ".folder";

    private static readonly TimeSpan LongestCall = TimeSpan.FromHours(1), LongestKept = TimeSpan.FromDays(7);
    private readonly string _path = System.IO.Path.Combine(destination, SafeName.OwnPrefix + "incoming");
    private bool _created;

    public string Create()
    {
        if (!_created)
        {
            DirectoryInfo folder = Directory.CreateDirectory(_path);
            if (OperatingSystem.IsWindows())
            {
                // Elsewhere the dot does it.
                folder.Attributes |= FileAttributes.Hidden;
            }
            _created = true;
        }
        return _path;
    }

    /// <summary>Makes a folder in the folder, to build another in.</summary>
    public string CreateFolder() => Directory.CreateDirectory(System.IO.Path.Combine(Create(), Guid.NewGuid().ToString("n") + FolderExtension)).FullName;

    /// <summary>Opens a file in the folder, for nobody else.</summary>
    public SafeFileHandle Open(string path, FileMode mode)
    {
        try
        {
            return File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.None);
        }
        catch (DirectoryNotFoundException)
        {
            // Another receiver of this destination has just tidied up.
            _created = false;
            Create();
            return File.OpenHandle(path, mode, FileAccess.ReadWrite, FileShare.None);
        }
    }

    /// <summary>Deletes what nobody will go on with: left by a receiver that was killed, or too old. What is being written now stays.</summary>
    /// <param name="ending">The receiver ends: senders that would have come back by themselves have had their time.</param>
    public void Sweep(bool ending)
    {
        _created = false;
        if (!Directory.Exists(_path))
        {
            return;
        }
        try
        {
            foreach (string part in Directory.EnumerateFiles(_path, "*" + PartExtension))
            {
                string journal = System.IO.Path.ChangeExtension(part, JournalExtension);
                TimeSpan age = DateTime.UtcNow - File.GetLastWriteTimeUtc(part);
                bool stays = SliceJournal.LifeOf(journal) switch
                {
                    PartialLife.Kept => age < LongestKept,
                    PartialLife.Call => !ending && age < LongestCall,
                    _ => false,
                };
                if (!stays && TryDelete(part))
                {
                    TryDelete(journal);
                }
            }
            foreach (string journal in Directory.EnumerateFiles(_path, "*" + JournalExtension))
            {
                if (!File.Exists(System.IO.Path.ChangeExtension(journal, PartExtension)))
                {
                    TryDelete(journal);
                }
            }
            foreach (string folder in Directory.EnumerateDirectories(_path, "*" + FolderExtension))
            {
                // Nothing locks one; what was not written to for so long is of a receiver that was killed.
                if (DateTime.UtcNow - LastWrite(folder) > LongestCall)
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
            if (!Directory.EnumerateFileSystemEntries(_path).Any())
            {
                Directory.Delete(_path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another receiver of the same folder is at work in it; whoever is last tidies up.
        }
    }

    private static DateTime LastWrite(string folder) =>
        Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Select(File.GetLastWriteTimeUtc).Append(Directory.GetLastWriteTimeUtc(folder)).Where(t => t < DateTime.UtcNow).DefaultIfEmpty().Max();

    // Whoever writes it has it locked, in this process or another.
    private static bool TryDelete(string path)
    {
        try
        {
            using (File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            {
                if (!OperatingSystem.IsWindows())
                {
                    File.Delete(path);
                    return true;
                }
            }
            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
