using System.Runtime.InteropServices;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>Gives a complete file its final name in one step: whoever looks sees nothing, the old file or all of the new one.</summary>
internal static partial class AtomicFile
{
    private const int NotPermitted = 1, Exists = 17, CrossDevice = 18, Invalid = 22, TooManyLinks = 31, NoSuchCall = 38;
    private const int WorkingFolder = -100;
    private const uint DoNotReplace = 1;

    private static bool s_canRefuse = OperatingSystem.IsLinux();

    /// <exception cref="NetException"><see cref="NetError.FileExists"/>: there is one, and it is not to be replaced.</exception>
    public static void Move(string from, string to, bool overwrite)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                File.Move(from, to, overwrite);
            }
            catch (IOException) when (!overwrite && Path.Exists(to))
            {
                throw Taken(to);
            }
            return;
        }
        int error = Try(from, to, overwrite);
        if (error == CrossDevice)
        {
            // A file system of its own is mounted below the destination: copied there first, or the name would show half a file.
            string staged = Path.Combine(Path.GetDirectoryName(to)!, $"{SafeName.OwnPrefix}{Guid.NewGuid():n}");
            try
            {
                File.Copy(from, staged);
                File.SetLastWriteTimeUtc(staged, File.GetLastWriteTimeUtc(from));
                error = Try(staged, to, overwrite);
                if (error == 0)
                {
                    File.Delete(from);
                }
            }
            finally
            {
                File.Delete(staged);
            }
        }
        switch (error)
        {
            case 0:
                return;
            case Exists when !overwrite:
                throw Taken(to);
            default:
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        }
    }

    private static NetException Taken(string path) => new(NetError.FileExists, $"A file '{Path.GetFileName(path)}' exists already.", path);

    // Nobody else can take the name in the same moment: Linux can rename so; a hard link is the way elsewhere.
    private static int Try(string from, string to, bool overwrite)
    {
        if (overwrite)
        {
            return Rename(from, to) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        if (TryRename(from, to) is { } result)
        {
            return result;
        }
        if (Link(from, to) == 0)
        {
            _ = Unlink(from);
            return 0;
        }
        int error = Marshal.GetLastPInvokeError();
        if (error is Exists or CrossDevice)
        {
            return error;
        }
        if (Path.Exists(to))
        {
            return Exists;
        }
        // The file system has no hard links.
        return error is NotPermitted or TooManyLinks or NoSuchCall or 45 or 95 or 102 && Rename(from, to) == 0 ? 0 : error;
    }

    // Null where the system or the file system knows no such call.
    private static int? TryRename(string from, string to)
    {
        if (!s_canRefuse)
        {
            return null;
        }
        try
        {
            return RenameAt(WorkingFolder, from, WorkingFolder, to, DoNotReplace) == 0 ? 0
                : Marshal.GetLastPInvokeError() is var error && error is Invalid or NoSuchCall ? null : error;
        }
        catch (EntryPointNotFoundException)
        {
            s_canRefuse = false;
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt(int fromFolder, string from, int toFolder, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unlink(string path);
}
