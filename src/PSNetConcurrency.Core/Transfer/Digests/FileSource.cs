using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Transfer.Digests;

/// <summary>A file opened for reading, as it was then, so that it can be told whether it changed since.</summary>
internal sealed class FileSource : IDisposable
{
    private FileSource(string path, SafeFileHandle handle)
    {
        Path = path;
        Handle = handle;
        Length = RandomAccess.GetLength(handle);
        Written = File.GetLastWriteTimeUtc(handle);
    }

    public string Path { get; }

    public SafeFileHandle Handle { get; }

    /// <summary>The file's length when it was opened.</summary>
    public long Length { get; }

    /// <summary>When it was last written to when it was opened, in UTC.</summary>
    public DateTime Written { get; }

    /// <summary>Opens a regular file. Others may write to it meanwhile: that is found out, not forbidden.</summary>
    public static FileSource Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new NetException(NetError.InvalidArgument, $"'{path}' is a folder: name the files in it, such as '{System.IO.Path.Combine(path, "*")}'.", path);
        }
        // A pipe would be waited for already by opening it, and a device may never end.
        if (!FileKind.IsRegular(path))
        {
            throw new NetException(NetError.NotSupportedHere, $"'{path}' is a device, a pipe or a socket, not a regular file: it may have no end. Read it as a stream where that is meant.", path);
        }
        try
        {
            SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
            try
            {
                return new FileSource(path, handle);
            }
            catch
            {
                handle.Dispose();
                throw;
            }
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            throw FileErrors.Describe(e, path);
        }
    }

    /// <summary>Fills the buffer from the offset on; the file must have those bytes.</summary>
    public void ReadExactly(Span<byte> buffer, long offset)
    {
        while (buffer.Length > 0)
        {
            int n = RandomAccess.Read(Handle, buffer, offset);
            if (n == 0)
            {
                throw Changed();
            }
            buffer = buffer[n..];
            offset += n;
        }
    }

    /// <summary>Throws when the file is no longer what it was when it was opened.</summary>
    public void ThrowIfChanged()
    {
        if (RandomAccess.GetLength(Handle) != Length || File.GetLastWriteTimeUtc(Handle) != Written)
        {
            throw Changed();
        }
    }

    public void Dispose() => Handle.Dispose();

    private NetException Changed() => new(NetError.FileChanged, $"'{Path}' was written to while it was read: what was read of it belongs to no one state of the file. Try again when nothing writes to it.", Path);

    /// <summary>Tells regular files from devices, pipes and sockets, without opening them. .NET 8 has no way of its own.</summary>
    private static unsafe class FileKind
    {
        private const int TypeMask = 0xF000, Regular = 0x8000, WorkingFolder = -100;
        private const uint WantType = 1;

        public static bool IsRegular(string path)
        {
            if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            {
                return true;
            }
            // Larger than either structure.
            byte* status = stackalloc byte[512];
            byte[] name = Encoding.UTF8.GetBytes(path + '\0');
            fixed (byte* p = name)
            {
                try
                {
                    return OperatingSystem.IsLinux()
                        ? statx(WorkingFolder, p, 0, WantType, status) != 0 || (*(ushort*)(status + 28) & TypeMask) == Regular
                        : (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? stat(p, status) : stat64(p, status)) != 0 || (*(ushort*)(status + 4) & TypeMask) == Regular;
                }
                catch (EntryPointNotFoundException)
                {
                    // A system library older than the call; opening shows what it is.
                    return true;
                }
            }
        }

        [DllImport("libc")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int statx(int folder, byte* path, int flags, uint mask, byte* status);

        [DllImport("libc")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int stat(byte* path, byte* status);

        [DllImport("libc", EntryPoint = "stat$INODE64")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static extern int stat64(byte* path, byte* status);
    }
}
