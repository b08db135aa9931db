using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>
/// What kills a child when this process is gone, even by SIGKILL: a pipe whose write end only this process holds. Each child
/// inherits an open file of its own for the read end, with the order to send SIGKILL to the child's group when something
/// happens to the pipe; the only thing that ever does is that its writer is gone.
/// </summary>
/// <remarks>
/// It needs no thread, no watcher and nothing of the child. A child that closes every descriptor it inherits, as daemons do,
/// that runs as another user (sudo), or that moves to another group, gives it up.
/// </remarks>
[SupportedOSPlatform("linux")]
internal static unsafe class Lifeline
{
    private const int OpenFiles = 7;

    private static readonly object Gate = new();
    private static int s_readEnd = -1;

    /// <summary>The number of the descriptor in a child: high, as scripts use the low ones, and not the last below 256, which shells use.</summary>
    public static int ChildDescriptor { get; } = (int)Math.Min(253, OpenFileLimit() - 1);

    /// <summary>A read end for one child; the caller closes it once the child has it.</summary>
    public static int Open()
    {
        lock (Gate)
        {
            if (s_readEnd < 0)
            {
                // Neither end is ever closed: the system does that.
                int* ends = stackalloc int[2];
                LinuxLauncher.Check(ProcessLibc.Pipe(ends, ProcessLibc.CloseOnExec), "a pipe");
                s_readEnd = ends[0];
            }
        }
        // Opened by name rather than duplicated: whom to signal is kept with the open file, and children must not share that.
        Span<byte> path = stackalloc byte[32];
        System.Text.Unicode.Utf8.TryWrite(path, $"/proc/self/fd/{s_readEnd}\0", out _);
        fixed (byte* p = path)
        {
            return LinuxLauncher.Check(ProcessLibc.Open(p, ProcessLibc.CloseOnExec | ProcessLibc.NonBlocking), "/proc");
        }
    }

    /// <summary>Ties a child that has just been started, and is not waited for yet, to this process.</summary>
    public static void Tie(int readEnd, int pid, bool group)
    {
        const int Kill = 9;
        _ = ProcessLibc.FileControl(readEnd, ProcessLibc.SetOwner, group ? -pid : pid);
        _ = ProcessLibc.FileControl(readEnd, ProcessLibc.SetSignal, Kill);
        _ = ProcessLibc.FileControl(readEnd, ProcessLibc.SetFlags, ProcessLibc.NonBlocking | ProcessLibc.Async);
    }

    private static long OpenFileLimit()
    {
        (nuint Current, nuint Maximum) limit;
        return ProcessLibc.GetLimit(OpenFiles, &limit) == 0 ? (long)Math.Min(limit.Current, int.MaxValue) : 256;
    }
}
