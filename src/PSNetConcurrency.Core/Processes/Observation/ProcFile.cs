using System.Buffers.Text;
using System.IO.Enumeration;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>Reads the small files of Linux's /proc into a buffer of the caller's, without an object for each.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class ProcFile
{
    /// <summary>Enough for every file of a process that is read whole.</summary>
    public const int BufferSize = 4096;

    private const int PathSize = 128;

    private static readonly EnumerationOptions Entries = new() { AttributesToSkip = 0, IgnoreInaccessible = true, RecurseSubdirectories = false };

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    private static partial int Open(byte* path, int flags);

    /// <summary>Reads <c>/proc/ID/NAME</c>; empty where there is no such file, or none for this user. Longer files are cut off.</summary>
    public static ReadOnlySpan<byte> Read(int processId, scoped ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        Span<byte> path = stackalloc byte[PathSize];
        int at = PathOf(path, processId);
        return Read(path, at, name, buffer);
    }

    /// <summary>Reads <c>/proc/ID/task/ID/NAME</c>.</summary>
    public static ReadOnlySpan<byte> Read(int processId, int threadId, scoped ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        Span<byte> path = stackalloc byte[PathSize];
        int at = PathOf(path, processId);
        "task/"u8.CopyTo(path[at..]);
        at += 5;
        Utf8Formatter.TryFormat(threadId, path[at..], out int digits);
        at += digits;
        path[at++] = (byte)'/';
        return Read(path, at, name, buffer);
    }

    /// <summary>The numbers among a folder's names: the processes of /proc, the threads of /proc/ID/task. Empty where the folder is gone.</summary>
    public static List<int> Numbers(string folder)
    {
        List<int> numbers = [];
        try
        {
            foreach (int number in new FileSystemEnumerable<int>(folder, static (ref FileSystemEntry entry) => Number(entry.FileName), Entries))
            {
                if (number > 0)
                {
                    numbers.Add(number);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended while its threads were counted.
        }
        return numbers;
    }

    /// <summary>The text up to a NUL, or all.</summary>
    public static string Text(ReadOnlySpan<byte> bytes)
    {
        int end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    private static int Number(ReadOnlySpan<char> name) =>
        char.IsAsciiDigit(name[0]) && int.TryParse(name, System.Globalization.NumberStyles.None, null, out int number) ? number : 0;

    private static int PathOf(Span<byte> path, int processId)
    {
        "/proc/"u8.CopyTo(path);
        Utf8Formatter.TryFormat(processId, path[6..], out int digits);
        path[6 + digits] = (byte)'/';
        return 7 + digits;
    }

    private static ReadOnlySpan<byte> Read(scoped Span<byte> path, int at, scoped ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        name.CopyTo(path[at..]);
        path[at + name.Length] = 0;
        int fd;
        fixed (byte* p = path)
        {
            fd = Open(p, Libc.CloseOnExec);
        }
        if (fd < 0)
        {
            return [];
        }
        int length = 0;
        fixed (byte* p = buffer)
        {
            while (length < buffer.Length)
            {
                nint read = Libc.Read(fd, p + length, (nuint)(buffer.Length - length));
                if (read <= 0)
                {
                    // ESRCH: the process ended between open and read.
                    break;
                }
                length += (int)read;
            }
        }
        _ = Libc.Close(fd);
        return buffer[..length];
    }
}
