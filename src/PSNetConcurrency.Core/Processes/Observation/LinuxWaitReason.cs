using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>What a blocked thread of Linux waits for: its system call and the descriptor in it, or else the place in the kernel where it sleeps.</summary>
[SupportedOSPlatform("linux")]
internal static class LinuxWaitReason
{
    /// <summary>Null where the system does not tell this user: it shows only root, and the owner, where a process waits.</summary>
    public static string? Find(int processId, int threadId, char native)
    {
        string? reason = FromCall(processId, threadId) ?? FromKernel(processId, threadId);
        return native == 'D' ? $"{reason ?? "input or output"}, not to be interrupted" : reason;
    }

    // "number argument1 ... stack instruction" in a system call, "-1 stack instruction" outside, "running" on a processor.
    private static string? FromCall(int processId, int threadId)
    {
        Span<byte> buffer = stackalloc byte[512];
        ReadOnlySpan<byte> text = ProcFile.Read(processId, threadId, "syscall"u8, buffer);
        // A thread of the kernel is in no system call; all its numbers are 0, where it would return to with them.
        if (!Utf8Parser.TryParse(text, out int number, out int used) || number < 0 || text.TrimEnd((byte)'\n').EndsWith(" 0x0"u8))
        {
            return null;
        }
        ReadOnlySpan<byte> argument = text[Math.Min(text.Length, used + " 0x".Length)..];
        int descriptor = Utf8Parser.TryParse(argument, out ulong value, out _, 'X') ? (int)value : -1;
        string? call = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => NameOnX64(number),
            Architecture.Arm64 => NameOnArm64(number),
            _ => null,
        };
        return call is null ? null : InWords(call, () => Target(processId, descriptor));
    }

    /// <summary>A system call in words.</summary>
    internal static string? InWords(string call, Func<string> target) => call switch
    {
        "read" => $"reads from {target()}",
        "write" => $"writes to {target()}",
        "receive" => $"receives from {target()}",
        "send" => $"sends to {target()}",
        "accept" => $"accepts connections at {target()}",
        "connect" => $"connects {target()}",
        "flush" => $"flushes {target()} to its disk",
        "filelock" => $"waits for a lock on {target()}",
        "epoll" => "waits for events of descriptors (epoll)",
        "poll" => "waits for events of descriptors (poll)",
        "select" => "waits for events of descriptors (select)",
        "uring" => "waits for completions (io_uring)",
        "sleep" => "sleeps for a time",
        "wait" => "waits for a child process",
        "futex" => "waits for a lock or another thread (futex)",
        "signal" => "waits for a signal",
        "semaphore" => "waits for a semaphore",
        "message" => "waits for a message queue",
        "open" => "opens a file (a named pipe waits for its other end)",
        _ => null,
    };

    private static string? NameOnX64(int number) => number switch
    {
        0 or 17 or 19 => "read",
        1 or 18 or 20 => "write",
        2 or 257 => "open",
        7 or 271 => "poll",
        23 or 270 => "select",
        34 or 128 or 130 => "signal",
        35 or 230 => "sleep",
        42 => "connect",
        43 or 288 => "accept",
        44 or 46 or 307 => "send",
        45 or 47 or 299 => "receive",
        61 or 247 => "wait",
        65 or 220 => "semaphore",
        69 or 70 or 242 or 243 => "message",
        72 or 73 => "filelock",
        74 or 75 => "flush",
        202 or 449 => "futex",
        232 or 281 or 441 => "epoll",
        426 => "uring",
        _ => null,
    };

    private static string? NameOnArm64(int number) => number switch
    {
        63 or 65 or 67 => "read",
        64 or 66 or 68 => "write",
        56 => "open",
        73 => "poll",
        72 => "select",
        133 or 137 => "signal",
        101 or 115 => "sleep",
        203 => "connect",
        202 or 242 => "accept",
        206 or 211 or 269 => "send",
        207 or 212 or 243 => "receive",
        95 or 260 => "wait",
        192 or 193 => "semaphore",
        182 or 183 or 188 or 189 => "message",
        25 or 32 => "filelock",
        82 or 83 => "flush",
        98 or 449 => "futex",
        22 or 441 => "epoll",
        426 => "uring",
        _ => null,
    };

    private static string Target(int processId, int descriptor)
    {
        string? link = null;
        try
        {
            link = new FileInfo(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/fd/{descriptor}")).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Closed meanwhile, or not this user's.
        }
        string what = link switch
        {
            null => "",
            _ when link.StartsWith("pipe:", StringComparison.Ordinal) => "a pipe, ",
            _ when link.StartsWith("socket:", StringComparison.Ordinal) => "a socket, ",
            _ when link.StartsWith("anon_inode:", StringComparison.Ordinal) => $"{link["anon_inode:".Length..].Trim('[', ']')}, ",
            _ when link.StartsWith("/dev/pts/", StringComparison.Ordinal) || link.StartsWith("/dev/tty", StringComparison.Ordinal) => $"the terminal {link}, ",
            _ => $"{link}, ",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{what}descriptor {descriptor}");
    }

    private static string? FromKernel(int processId, int threadId)
    {
        Span<byte> buffer = stackalloc byte[256];
        string place = ProcFile.Text(ProcFile.Read(processId, threadId, "wchan"u8, buffer));
        return place is "" or "0" ? null : InWordsOfKernel(place);
    }

    /// <summary>A function of the kernel in words; its name where it is not one of those usually slept in.</summary>
    internal static string InWordsOfKernel(string place) => place switch
    {
        _ when Has(place, "pipe_read") => "reads from a pipe",
        _ when Has(place, "pipe_write") => "writes to a pipe",
        _ when Has(place, "tty_read") => "reads from a terminal",
        _ when Has(place, "nanosleep") => "sleeps for a time",
        _ when Has(place, "futex") => "waits for a lock or another thread (futex)",
        _ when Has(place, "ep_poll") => "waits for events of descriptors (epoll)",
        _ when Has(place, "poll") => "waits for events of descriptors (poll)",
        _ when Has(place, "do_select") => "waits for events of descriptors (select)",
        _ when Has(place, "do_wait") => "waits for a child process",
        _ when Has(place, "accept") => "accepts connections",
        _ when Has(place, "stream_read") || Has(place, "sk_wait") || Has(place, "recv") || place == "wait_woken" => "waits for a socket",
        _ when Has(place, "sigsuspend") || Has(place, "sigtimedwait") || Has(place, "pause") => "waits for a signal",
        _ when Has(place, "io_schedule") || Has(place, "folio") || Has(place, "page") => "waits for a disk",
        _ when Has(place, "worker_thread") || Has(place, "kthread") || Has(place, "rescuer") => "waits for work in the kernel",
        _ => $"waits in the kernel's {place}",
    };

    private static bool Has(string place, string part) => place.Contains(part, StringComparison.Ordinal);
}
