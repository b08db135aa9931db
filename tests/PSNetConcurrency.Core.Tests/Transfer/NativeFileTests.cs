using CsCheck;
using Microsoft.Win32.SafeHandles;
using PSNetConcurrency.Core.Transfer;

namespace PSNetConcurrency.Core.Tests.Transfer;

/// <summary>The system's calls say and do what .NET's would.</summary>
public sealed class NativeFileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_time_and_a_mode_come_back_as_DotNet_sees_them()
    {
        using SafeFileHandle file = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite);
        DateTime read = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        // Before 1970 too, and with parts of a second.
        Gen.Select(Gen.Long[new DateTime(1902, 1, 1).Ticks, new DateTime(2200, 1, 1).Ticks], Gen.Int[0, 0x1ff], Gen.Int[0, 5000]).Sample((ticks, mode, length) =>
        {
            DateTime written = new(ticks, DateTimeKind.Utc);
            RandomAccess.SetLength(file, length);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, (UnixFileMode)mode);
            }
            File.SetLastAccessTimeUtc(file, read);
            NativeFile.SetWritten(file, written);
            FileState state = NativeFile.StateOf(file);
            return File.GetLastWriteTimeUtc(file) == state.Written && File.GetLastAccessTimeUtc(file) == read && state.Length == length
                && (state.Written - written).Duration() < TimeSpan.FromMilliseconds(1)
                && state.Mode == (OperatingSystem.IsWindows() ? null : (UnixFileMode)mode);
        }, iter: 300, threads: 1);
    }

    [Fact]
    public void Only_files_are_regular()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            Assert.True(NativeFile.IsRegular(_path));
            Assert.False(NativeFile.IsRegular(Path.GetTempPath()));
            Assert.False(NativeFile.IsRegular("/dev/null"));
        }
        Assert.Null(NativeFile.IsRegular(_path + "-no"));
    }
}
