using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Transfer;

/// <summary>One way to tell why a file could not be read or written.</summary>
internal static class FileErrors
{
    private const int WindowsDiskFull = unchecked((int)0x80070070), WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsInUse = unchecked((int)0x80070020), UnixInUse = 11, MacInUse = 35;
    private const int UnixNoSpace = 28, UnixQuota = 122, MacQuota = 69;

    public static NetException Describe(Exception e, string path) => e switch
    {
        NetException known => known,
        FileNotFoundException or DirectoryNotFoundException => new(NetError.FileNotFound, $"There is no file '{path}'.", path, e),
        UnauthorizedAccessException when Directory.Exists(path) => new(NetError.InvalidArgument, $"'{path}' is a folder, and a file is meant.", path, e),
        UnauthorizedAccessException or System.Security.SecurityException => new(NetError.AccessDenied, $"'{path}' may not be opened by this user, or is no file.", path, e),
        IOException io when IsFull(io) => new(NetError.InsufficientSpace, $"There is no room left for '{path}'.", path, e),
        IOException => new(NetError.FileFailure, $"'{path}': {e.Message}", path, e),
        _ => new(NetError.FileFailure, $"'{path}' can't be used: {e.Message}", path, e),
    };

    /// <summary>Whether it is a failure of files that <see cref="Describe"/> knows, rather than a bug.</summary>
    public static bool IsFileFailure(Exception e) => e is IOException and not NetException or UnauthorizedAccessException or System.Security.SecurityException or NotSupportedException or ArgumentException;

    /// <summary>Whether somebody else has the file open and shares it with nobody.</summary>
    public static bool IsInUse(IOException e) => e.HResult == (OperatingSystem.IsWindows() ? WindowsInUse : OperatingSystem.IsMacOS() ? MacInUse : UnixInUse);

    private static bool IsFull(IOException e) => OperatingSystem.IsWindows()
        ? e.HResult is WindowsDiskFull or WindowsHandleDiskFull
        : e.HResult is UnixNoSpace or UnixQuota || (OperatingSystem.IsMacOS() && e.HResult == MacQuota);
}
