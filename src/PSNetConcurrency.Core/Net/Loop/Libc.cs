using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>The calls of Linux's C library that the epoll loop makes.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class Libc
{
    public const int EpollIn = 0x1, EpollPri = 0x2, EpollOut = 0x4, EpollErr = 0x8, EpollHup = 0x10, EpollRdHup = 0x2000, EpollEdge = 1 << 31;
    public const int EpollAdd = 1, EpollDelete = 2, EpollModify = 3;
    public const int CloseOnExec = 0x80000, NonBlocking = 0x800;
    public const int NoSignal = 0x4000, DontWait = 0x40;
    public const short PollIn = 1, PollOut = 4;
    public const int SolSocket = 1, ReceiveTimeOption = 35;

    /// <summary>The level and type of the control message that brings the time, as one number: both are 32 bits.</summary>
    public const long ReceiveTimeMessage = ((long)ReceiveTimeOption << 32) | SolSocket;
    public const int Interrupted = 4, TooManyFiles = 24, TooManyFilesInSystem = 23, InProgress = 115;

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int fd, byte* epollEvent);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, byte* events, int maximum, int timeout);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int fd, void* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int fd);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(int fd, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(int fd, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    public static partial nint SendTo(int fd, byte* buffer, nuint length, int flags, byte* address, int addressLength);

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMessages(int fd, DatagramBatch.Message* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMessages(int fd, DatagramBatch.Message* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(int fd, byte* address, int* length, int flags);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(int fd, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    public static partial int Shutdown(int fd, int how);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(int fd, int level, int name, void* value, int length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetOption(int fd, int level, int name, void* value, int* length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    public static partial int GetSocketName(int fd, byte* address, int* length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollRequest* requests, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(int fd, nuint request, int* value);

    /// <summary>Waits for so many milliseconds until the descriptor is ready, or broken.</summary>
    public static bool Poll(int fd, short events, int timeout)
    {
        PollRequest request = new() { Fd = fd, Events = events };
        return Poll(&request, 1, timeout) > 0;
    }

    /// <summary>Waits, for ever, until there is something to read from one of two descriptors, or it is broken.</summary>
    /// <returns>Whether it was the first; then <paramref name="hungUp"/> tells whether it will give no more.</returns>
    public static bool PollEither(int first, int second, out bool hungUp)
    {
        PollRequest* requests = stackalloc PollRequest[2];
        requests[0] = new PollRequest { Fd = first, Events = PollIn };
        requests[1] = new PollRequest { Fd = second, Events = PollIn };
        int ready;
        do
        {
            ready = Poll(requests, 2, -1);
        }
        while (ready < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        hungUp = ready < 0 || (requests[0].Returned & ~PollIn) != 0;
        return requests[0].Returned != 0;
    }

    /// <summary>What a TCP socket has sent or is to send that is not acknowledged; null when it does not say.</summary>
    public static int? UnacknowledgedBytes(int fd)
    {
        const int OutputQueue = 0x5411;
        int bytes;
        return Control(fd, OutputQueue, &bytes) == 0 ? bytes : null;
    }

    /// <summary>Linux's errno as .NET's socket error.</summary>
    public static SocketError ToSocketError(int errno) => errno switch
    {
        11 => SocketError.WouldBlock,
        12 => SocketError.NoBufferSpaceAvailable,
        13 or 1 => SocketError.AccessDenied,
        23 or 24 => SocketError.TooManyOpenSockets,
        32 => SocketError.ConnectionReset,
        90 => SocketError.MessageSize,
        98 => SocketError.AddressAlreadyInUse,
        99 => SocketError.AddressNotAvailable,
        100 => SocketError.NetworkDown,
        101 => SocketError.NetworkUnreachable,
        103 => SocketError.ConnectionAborted,
        104 => SocketError.ConnectionReset,
        105 => SocketError.NoBufferSpaceAvailable,
        110 => SocketError.TimedOut,
        111 => SocketError.ConnectionRefused,
        112 => SocketError.HostDown,
        113 => SocketError.HostUnreachable,
        _ => SocketError.SocketError,
    };

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Fd;
        public short Events;
        public short Returned;
    }
}
