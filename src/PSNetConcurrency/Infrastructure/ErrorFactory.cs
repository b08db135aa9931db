using System.Management.Automation;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure;

/// <summary>The one place where a failure of the engine becomes an error record: ErrorId, category and target.</summary>
internal static class ErrorFactory
{
    public static ErrorRecord Create(NetException failure, object? target = null) =>
        new(failure, failure.Error.ToString(), CategoryOf(failure.Error), target ?? failure.Target);

    private static ErrorCategory CategoryOf(NetError error) => error switch
    {
        NetError.PortInUse or NetError.NoPortAvailable => ErrorCategory.ResourceBusy,
        NetError.PrivilegedPort or NetError.AccessDenied => ErrorCategory.PermissionDenied,
        NetError.AddressNotLocal or NetError.BlankInput or NetError.InvalidArgument => ErrorCategory.InvalidArgument,
        NetError.NameNotResolved or NetError.HandleNotFound or NetError.FileNotFound or NetError.UserNotFound => ErrorCategory.ObjectNotFound,
        NetError.ProcessNotFound or NetError.ProgramNotFound or NetError.PowerShellNotFound or NetError.WorkingDirectoryMissing or NetError.ClassNotFound => ErrorCategory.ObjectNotFound,
        NetError.ProgramNotExecutable => ErrorCategory.PermissionDenied,
        NetError.ProcessLimitReached or NetError.DepthLimitReached => ErrorCategory.LimitsExceeded,
        NetError.ProcessStartFailed or NetError.BootstrapFailed or NetError.LauncherFailed => ErrorCategory.OpenError,
        NetError.ArgumentNotSerializable or NetError.RunMethodMissing or NetError.ProgramInvalid or NetError.JobInvalid => ErrorCategory.InvalidArgument,
        NetError.ScriptFailed or NetError.ExitCodeNotZero => ErrorCategory.InvalidResult,
        NetError.ChildKilled => ErrorCategory.OperationStopped,
        NetError.ConnectionRefused or NetError.HostUnreachable => ErrorCategory.ConnectionError,
        NetError.TimedOut or NetError.InstantMissed => ErrorCategory.OperationTimeout,
        NetError.PeerReset or NetError.PeerClosed or NetError.NotDelivered => ErrorCategory.ConnectionError,
        NetError.MessageTooLarge or NetError.DatagramTooLarge or NetError.QueueFull or NetError.SimulationTooLarge => ErrorCategory.LimitsExceeded,
        NetError.FrameCorrupted or NetError.FrameTruncated or NetError.SizeMismatch or NetError.DigestMismatch or NetError.FileChanged => ErrorCategory.InvalidData,
        NetError.CertificateNotPinned or NetError.CertificateNotTrusted or NetError.TlsHandshakeFailed or NetError.AuthenticationFailed => ErrorCategory.AuthenticationError,
        NetError.NotChartable => ErrorCategory.InvalidType,
        NetError.FileExists => ErrorCategory.ResourceExists,
        NetError.InsufficientSpace => ErrorCategory.LimitsExceeded,
        NetError.FileFailure => ErrorCategory.WriteError,
        NetError.UnsafePath or NetError.InsecureConnection or NetError.TransferRefused => ErrorCategory.SecurityError,
        NetError.HandleClosed or NetError.NoTerminal or NetError.StillRunning => ErrorCategory.InvalidOperation,
        NetError.NotEnoughSources or NetError.NoMajority => ErrorCategory.InvalidResult,
        NetError.NoJob or NetError.JobTimeInvalid or NetError.DuplicateJobName or NetError.TicketInvalid => ErrorCategory.InvalidArgument,
        NetError.QuantumInvalid or NetError.QueueMismatch or NetError.RandomNumberExhausted => ErrorCategory.InvalidArgument,
        NetError.SimulationOverflow => ErrorCategory.LimitsExceeded,
        NetError.InvalidSchedule => ErrorCategory.ParserError,
        NetError.ScheduleNeverElapses or NetError.TimeZoneNotFound => ErrorCategory.ObjectNotFound,
        NetError.ScheduleNotExpressible or NetError.NotSupportedHere => ErrorCategory.NotImplemented,
        _ => ErrorCategory.NotSpecified,
    };
}
