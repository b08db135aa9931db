using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>
/// Ends a child with this process where the system has no means for it: a shell, which becomes the child's program, first leaves
/// behind a watcher that reads a named pipe. This process holds the other end; when that closes without a word, the watcher kills.
/// </summary>
internal sealed partial class UnixWatcher : IDisposable
{
    // The watcher's parent is gone at once, so that the program has no child that it does not know of. $$ is the program.
    private const string Watched = """
        f=$1; shift
        ( ( trap '' HUP INT TERM QUIT; rm -f "$f"; read -r x; [ "$x" = done ] || kill -KILL $$ ) <"$f" >/dev/null 2>&1 & )
        exec "$@"
        """;

    private const string Free = """
        trap '' HUP
        exec "$@" </dev/null >/dev/null 2>&1
        """;

    private readonly SafeFileHandle _pipe;
    private readonly string _path;

    private UnixWatcher(string path)
    {
        _path = path;
        if (MakeFifo(path, 0x180) != 0)
        {
            throw new NetException(NetError.ProcessStartFailed, $"A named pipe can't be made in {Path.GetTempPath()}: {Marshal.GetLastPInvokeErrorMessage()}.", path);
        }
        // Both ends, so that opening does not wait for the watcher.
        _pipe = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    /// <summary>Puts the shell before the program; null for a child that lives on.</summary>
    public static UnixWatcher? Wrap(ProcessStartInfo info, StartRequest request)
    {
        if (!IsProgram(request.Path))
        {
            // A shell would read it as a script of its own.
            throw ProgramFinder.NotExecutable(request.Path, "it is neither a program nor a script that begins with #! and the program to read it.");
        }
        UnixWatcher? watcher = request.Options.Detached ? null : new UnixWatcher(Path.Combine(Path.GetTempPath(), $"PSNetConcurrency-{Path.GetRandomFileName()}"));
        info.FileName = "/bin/sh";
        info.ArgumentList.Add("-c");
        info.ArgumentList.Add(watcher is null && request.DropsOutput ? Free : watcher is null ? "exec \"$@\"" : Watched);
        info.ArgumentList.Add("sh");
        if (watcher is not null)
        {
            info.ArgumentList.Add(watcher._path);
        }
        info.ArgumentList.Add(request.Path);
        return watcher;
    }

    /// <summary>The child is gone: the watcher goes, too, and kills nothing.</summary>
    public void Dispose()
    {
        // A watcher that is gone already does not matter.
        ReadOnlySpan<byte> word = "done\n"u8;
        _ = Write(_pipe, word, (nuint)word.Length);
        _pipe.Dispose();
        File.Delete(_path);
    }

    // By what it begins with: a script, ELF, or one of the formats of macOS.
    private static bool IsProgram(string path)
    {
        try
        {
            using SafeFileHandle file = File.OpenHandle(path);
            Span<byte> start = stackalloc byte[4];
            int read = RandomAccess.Read(file, start, 0);
            return read >= 2 && (start[..2].SequenceEqual("#!"u8)
                || (read == 4 && (start.SequenceEqual("\u007FELF"u8)
                    || MemoryMarshal.Read<uint>(start) is 0xFEEDFACE or 0xFEEDFACF or 0xCEFAEDFE or 0xCFFAEDFE or 0xCAFEBABE or 0xBEBAFECA)));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            // It may be executed and not read.
            return true;
        }
    }

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, nuint length);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
