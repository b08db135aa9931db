using System.Net.Sockets;

namespace PSNetConcurrency.Core.Net;

/// <summary>What went wrong, one word a failure. Each is the ErrorId that a user sees.</summary>
public enum NetError
{
    /// <summary>Another socket already listens on that address and port.</summary>
    PortInUse,

    /// <summary>The port needs rights that this process lacks (below 1024 on most systems).</summary>
    PrivilegedPort,

    /// <summary>The address to bind is not one of this machine's.</summary>
    AddressNotLocal,

    /// <summary>Every free port of the range asked for is taken.</summary>
    NoPortAvailable,

    /// <summary>The name has no address.</summary>
    NameNotResolved,

    /// <summary>The peer's system answered that nothing listens on that port.</summary>
    ConnectionRefused,

    /// <summary>No route to the host or network.</summary>
    HostUnreachable,

    /// <summary>The time allowed ran out. What had arrived by then is kept on the error.</summary>
    TimedOut,

    /// <summary>The peer reset the connection. What had arrived by then is kept on the error.</summary>
    PeerReset,

    /// <summary>The peer closed the connection in the middle of a message. What had arrived is kept on the error.</summary>
    PeerClosed,

    /// <summary>The message to send is blank, and blank messages were not allowed.</summary>
    BlankInput,

    /// <summary>A message is longer than the limit.</summary>
    MessageTooLarge,

    /// <summary>The bytes received are not a frame of the format that was expected.</summary>
    FrameCorrupted,

    /// <summary>The bytes end in the middle of a frame. What there is of it is kept on the error.</summary>
    FrameTruncated,

    /// <summary>The certificate presented is not the pinned one.</summary>
    CertificateNotPinned,

    /// <summary>The certificate presented is not trusted.</summary>
    CertificateNotTrusted,

    /// <summary>The TLS handshake failed for another reason, such as a peer that does not speak TLS.</summary>
    TlsHandshakeFailed,

    /// <summary>The session, listener or other handle is closed.</summary>
    HandleClosed,

    /// <summary>No handle has that id or name.</summary>
    HandleNotFound,

    /// <summary>An argument has a value that can mean nothing.</summary>
    InvalidArgument,

    /// <summary>There is no job to schedule.</summary>
    NoJob,

    /// <summary>A time of a job is negative, too large or no number, or it needs no time at all.</summary>
    JobTimeInvalid,

    /// <summary>Two jobs have the same name.</summary>
    DuplicateJobName,

    /// <summary>A job has no ticket under a policy that shares the processor by tickets.</summary>
    TicketInvalid,

    /// <summary>A quantum or allotment with which no job would ever run.</summary>
    QuantumInvalid,

    /// <summary>The number of queues, of their quanta and of their allotments differ.</summary>
    QueueMismatch,

    /// <summary>A lottery needs more random numbers than were given.</summary>
    RandomNumberExhausted,

    /// <summary>Times too large or too fine to be counted exactly together.</summary>
    SimulationOverflow,

    /// <summary>The bytes are fewer or more than the format takes.</summary>
    SizeMismatch,

    /// <summary>This system has no way to do it; the message says which have.</summary>
    NotSupportedHere,

    /// <summary>There is no such file or folder.</summary>
    FileNotFound,

    /// <summary>The file or folder may not be read or written by this user.</summary>
    AccessDenied,

    /// <summary>A file with that name exists, and nothing said what to do then.</summary>
    FileExists,

    /// <summary>The file grew, shrank or was written to while it was read.</summary>
    FileChanged,

    /// <summary>The file system has not enough room.</summary>
    InsufficientSpace,

    /// <summary>Any other failure of reading or writing a file; the message carries the system's words.</summary>
    FileFailure,

    /// <summary>A name from the network would lead out of the destination folder, or can't be a file's name on this or any other system.</summary>
    UnsafePath,

    /// <summary>What arrived is not what was sent: the digests differ.</summary>
    DigestMismatch,

    /// <summary>The peer could not prove that it knows the shared secret.</summary>
    AuthenticationFailed,

    /// <summary>What was asked for must not be done over a connection that is not encrypted.</summary>
    InsecureConnection,

    /// <summary>The receiver refused the file; the message carries its reason.</summary>
    TransferRefused,

    /// <summary>A message is longer than one datagram carries.</summary>
    DatagramTooLarge,

    /// <summary>Nobody in the chat is called so.</summary>
    UserNotFound,

    /// <summary>A message of the chat was given up: its receiver did not confirm it.</summary>
    NotDelivered,

    /// <summary>As many wait as are kept: no more are taken.</summary>
    QueueFull,

    /// <summary>It takes a terminal with a person before it, and there is none.</summary>
    NoTerminal,

    /// <summary>No process of this machine has that id or name, or this user may not see it.</summary>
    ProcessNotFound,

    /// <summary>There is no program of that name or path.</summary>
    ProgramNotFound,

    /// <summary>The file is there, and can't be run as a program.</summary>
    ProgramNotExecutable,

    /// <summary>The folder that a process is to start in does not exist.</summary>
    WorkingDirectoryMissing,

    /// <summary>The system allows no more processes, or has no memory for one.</summary>
    ProcessLimitReached,

    /// <summary>Children that start children have come too deep.</summary>
    DepthLimitReached,

    /// <summary>Any other reason for which the system does not start a process; the message carries its words.</summary>
    ProcessStartFailed,

    /// <summary>There is no PowerShell to start a script in.</summary>
    PowerShellNotFound,

    /// <summary>A PowerShell was started, and did not come so far as to take its script.</summary>
    BootstrapFailed,

    /// <summary>The launcher of -Via ended before a PowerShell answered; the message carries its words.</summary>
    LauncherFailed,

    /// <summary>An argument, variable or input object can't be carried into another process.</summary>
    ArgumentNotSerializable,

    /// <summary>The script of a child process ended with an error that it did not catch.</summary>
    ScriptFailed,

    /// <summary>A process ended with an exit code other than 0.</summary>
    ExitCodeNotZero,

    /// <summary>A process was ended by a signal, or from outside, without being asked to through the module.</summary>
    ChildKilled,

    /// <summary>The class to run can't be found in the file or definition.</summary>
    ClassNotFound,

    /// <summary>The class has no method Run without parameters.</summary>
    RunMethodMissing,

    /// <summary>The child process runs, and what was asked for is for one that has ended.</summary>
    StillRunning,

    /// <summary>A program to simulate can't be read; the message tells which and where.</summary>
    ProgramInvalid,

    /// <summary>A job to simulate lacks a property, or has one that means nothing or holds no number; the message names both.</summary>
    JobInvalid,

    /// <summary>A simulation would have more steps, jobs or processes than are allowed.</summary>
    SimulationTooLarge,

    /// <summary>An object has no times that a chart could be drawn of.</summary>
    NotChartable,

    /// <summary>Fewer time servers tell a time that can be used than are needed.</summary>
    NotEnoughSources,

    /// <summary>No majority of the time servers agrees on the time.</summary>
    NoMajority,

    /// <summary>A cron or calendar expression, or an interval, can't be read.</summary>
    InvalidSchedule,

    /// <summary>A schedule has no occurrence that is still to come.</summary>
    ScheduleNeverElapses,

    /// <summary>A schedule can't be said in the format asked for.</summary>
    ScheduleNotExpressible,

    /// <summary>An instant was reached later than is tolerated.</summary>
    InstantMissed,

    /// <summary>The system knows no time zone of that name.</summary>
    TimeZoneNotFound,

    /// <summary>Any other failure the system reported; the message carries its words.</summary>
    SocketFailure,
}

/// <summary>
/// The one exception the engine throws for a failure that a user can meet: what happened (<see cref="Error"/>), to what
/// (<see cref="Target"/>), and the data received before it, which is never thrown away.
/// </summary>
public sealed class NetException : IOException
{
    public NetException(NetError error, string message, object? target = null, Exception? inner = null, ReadOnlyMemory<byte> received = default)
        : base(message, inner)
    {
        Error = error;
        Target = target;
        Received = received.ToArray();
    }

    /// <summary>The kind of failure; its name is the ErrorId.</summary>
    public NetError Error { get; }

    /// <summary>The value the failure is about: an address and port, a name, a path.</summary>
    public object? Target { get; }

    /// <summary>The bytes of the unfinished message that had arrived. Empty where none had. An array, which scripts can use as it is.</summary>
    public byte[] Received { get; }

    /// <summary>Turns a socket error of a connection to or from <paramref name="peer"/> into a <see cref="NetException"/>.</summary>
    public static NetException FromSocket(SocketException e, string peer, ReadOnlyMemory<byte> received = default) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => new(NetError.ConnectionRefused, $"{peer} refused the connection: nothing listens on that port. Check the port, and that the server is started.", peer, e),
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown =>
            new(NetError.HostUnreachable, $"{peer} can't be reached: {e.Message}. Check the route and the firewall.", peer, e, received),
        SocketError.TimedOut => new(NetError.TimedOut, $"{peer} did not answer in the time the system allows.{Kept(received)}", peer, e, received),
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.NetworkReset or SocketError.NotConnected =>
            new(NetError.PeerReset, $"{peer} reset the connection.{Kept(received)}", peer, e, received),
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain =>
            new(NetError.NameNotResolved, $"The name of {peer} can't be resolved to an address: {e.Message}.", peer, e),
        _ => new(NetError.SocketFailure, $"{peer}: {e.Message}.{Kept(received)}", peer, e, received),
    };

    /// <summary>The words every error that keeps data ends with.</summary>
    public static string Kept(ReadOnlyMemory<byte> received) => received.Length switch
    {
        0 => " Nothing had been received.",
        1 => " The 1 byte received before that is in the error's Exception.Received.",
        int n => $" The {n} bytes received before that are in the error's Exception.Received.",
    };
}
