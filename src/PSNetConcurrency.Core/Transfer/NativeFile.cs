using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PSNetConcurrency.Core.Transfer;

/// <summary>What is known of an open file at one moment.</summary>
/// <param name="Length">Its length.</param>
/// <param name="Written">When it was last written to, in UTC.</param>
/// <param name="Mode">Its permissions; null on Windows.</param>
internal readonly record struct FileState(long Length, DateTime Written, UnixFileMode? Mode);

/// <summary>
/// Asks and tells the system about files in one call where .NET takes several: with many small files that is a good part of
/// what a file costs. Where there is no such call .NET's do.
/// </summary>
internal static unsafe partial class NativeFile
{
    private const int TypeMask = 0xF000, PermissionMask = 0xFFF, Regular = 0x8000, WorkingFolder = -100, OfDescriptor = 0x1000;
    private const uint WantType = 1, WantState = 1 | 2 | 0x40 | 0x200;
    private const long OmitTime = (1 << 30) - 2;

    // What Linux calls struct statx: 256 bytes, the same on every processor.
    private const int StatusSize = 256, WantedAt = 0, ModeAt = 28, LengthAt = 40, SecondsAt = 112, NanosecondsAt = 120;

    private static bool s_hasStatus = OperatingSystem.IsLinux();

    /// <summary>Tells regular files from folders, devices, pipes and sockets without opening them; null where that is not known.</summary>
    public static bool? IsRegular(string path)
    {
        // Larger than any structure that is filled in.
        byte* status = stackalloc byte[512];
        try
        {
            return OperatingSystem.IsLinux()
                ? Statx(WorkingFolder, path, 0, WantType, status) != 0 ? null : (*(ushort*)(status + ModeAt) & TypeMask) == Regular
                : !OperatingSystem.IsMacOS() ? null
                : (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Stat(path, status) : Stat64(path, status)) != 0 ? null
                : (*(ushort*)(status + 4) & TypeMask) == Regular;
        }
        catch (EntryPointNotFoundException)
        {
            // A system library older than the call.
            return null;
        }
    }

    public static FileState StateOf(SafeFileHandle file)
    {
        if (s_hasStatus)
        {
            byte* status = stackalloc byte[StatusSize];
            try
            {
                if (Statx(file, "", OfDescriptor, WantState, status) == 0 && (*(uint*)(status + WantedAt) & WantState) == WantState)
                {
                    return new FileState(*(long*)(status + LengthAt),
                        DateTimeOffset.FromUnixTimeSeconds(*(long*)(status + SecondsAt)).AddTicks(*(uint*)(status + NanosecondsAt) / TimeSpan.NanosecondsPerTick).UtcDateTime,
                        (UnixFileMode)(*(ushort*)(status + ModeAt) & PermissionMask));
                }
            }
            catch (EntryPointNotFoundException)
            {
                s_hasStatus = false;
            }
        }
        return new FileState(RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file), OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(file));
    }

    /// <summary>Gives an open file its time; when it was read stays.</summary>
    public static void SetWritten(SafeFileHandle file, DateTime utc)
    {
        // Elsewhere a time is another structure.
        if (OperatingSystem.IsLinux() && Environment.Is64BitProcess)
        {
            long ticks = (utc - DateTime.UnixEpoch).Ticks;
            (long seconds, long rest) = (Math.DivRem(ticks, TimeSpan.TicksPerSecond));
            if (rest < 0)
            {
                (seconds, rest) = (seconds - 1, rest + TimeSpan.TicksPerSecond);
            }
            long* times = stackalloc long[] { 0, OmitTime, seconds, rest * TimeSpan.NanosecondsPerTick };
            if (SetTimes(file, times) == 0)
            {
                return;
            }
        }
        // Its errors are .NET's.
        File.SetLastWriteTimeUtc(file, utc);
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(SafeFileHandle file, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, byte* status);

    [LibraryImport("libc", EntryPoint = "stat$INODE64", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat64(string path, byte* status);

    [LibraryImport("libc", EntryPoint = "futimens")]
    private static partial int SetTimes(SafeFileHandle file, long* times);
}
