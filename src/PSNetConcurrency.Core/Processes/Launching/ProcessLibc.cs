using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>The calls of Linux's C library that start processes and follow them.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class ProcessLibc
{
    public const int NotPermitted = 1, NoEntry = 2, NoProcess = 3, TooLong = 7, ExecFormat = 8, Again = 11, NoMemory = 12,
        Access = 13, NotFolder = 20, TooManyFilesInSystem = 23, TooManyFiles = 24, TextBusy = 26;

    public const int CloseOnExec = 0x80000, NonBlocking = 0x800, Async = 0x2000;
    public const int GetDescriptorFlags = 1, SetFlags = 4, SetOwner = 8, SetSignal = 10, DuplicateCloseOnExec = 1030;

    // The largest of glibc's and musl's on any processor has 336 bytes, and 80.
    public const int AttributesSize = 512, ActionsSize = 256, SignalSetSize = 128;
    public const short SetGroup = 2, SetDefaultSignals = 4, SetSignalMask = 8, SetSession = 0x80;

    public const int NoHang = 1;

    // The same number on every processor.
    private const nint PidfdSendSignalCall = 424, PidfdOpenCall = 434;

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    public static partial int Spawn(int* pid, byte* path, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    public static partial int AttributesInit(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    public static partial int AttributesDestroy(void* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    public static partial int AttributesFlags(void* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int AttributesDefaultSignals(void* attributes, void* set);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int AttributesSignalMask(void* attributes, void* set);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int ActionsInit(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int ActionsDestroy(void* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int ActionsDuplicate(void* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen")]
    public static partial int ActionsOpen(void* actions, int fd, byte* path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addclose")]
    public static partial int ActionsClose(void* actions, int fd);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addchdir_np")]
    public static partial int ActionsFolder(void* actions, byte* path);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    public static partial int EmptySet(void* set);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    public static partial int FullSet(void* set);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true)]
    public static partial int Open(byte* path, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(int fd, int command, nint value);

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AccessTo(string path, int mode);

    [LibraryImport("libc", EntryPoint = "wait4", SetLastError = true)]
    public static partial int Wait(int pid, int* status, int options, ResourceUse* use);

    [LibraryImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    public static partial int Use(int who, ResourceUse* use);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetLimit(int resource, void* limit);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    public static partial int SetPriority(int which, int who, int nice);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    public static partial int SetAffinity(int pid, nuint size, void* mask);

    /// <summary>A descriptor that stands for that one process, and is readable once it has ended.</summary>
    public static int PidfdOpen(int pid) => (int)SystemCall(PidfdOpenCall, pid, 0, 0, 0);

    public static int PidfdSendSignal(int pidfd, int signal) => (int)SystemCall(PidfdSendSignalCall, pidfd, signal, 0, 0);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second, nint third, nint fourth);

    /// <summary>struct rusage.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ResourceUse
    {
        public nint UserSeconds;
        public nint UserMicroseconds;
        public nint SystemSeconds;
        public nint SystemMicroseconds;
        public nint PeakKilobytes;
        private fixed long _rest[16];

        public readonly TimeSpan CpuTime => TimeSpan.FromTicks(((long)(UserSeconds + SystemSeconds) * TimeSpan.TicksPerSecond) + ((long)(UserMicroseconds + SystemMicroseconds) * 10));
    }
}
