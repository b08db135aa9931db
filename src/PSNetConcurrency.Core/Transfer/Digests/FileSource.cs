using Microsoft.Win32.SafeHandles;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Transfer.Digests;

/// <summary>A file opened for reading, as it was then, so that it can be told whether it changed since.</summary>
internal sealed class FileSource : IDisposable
{
    private readonly FileState _state;

    private FileSource(string path, SafeFileHandle handle)
    {
        Path = path;
        Handle = handle;
        _state = NativeFile.StateOf(handle);
    }

    public string Path { get; }

    public SafeFileHandle Handle { get; }

    /// <summary>The file's length when it was opened.</summary>
    public long Length => _state.Length;

    /// <summary>When it was last written to when it was opened, in UTC.</summary>
    public DateTime Written => _state.Written;

    /// <summary>Its permissions when it was opened; null on Windows.</summary>
    public UnixFileMode? Mode => _state.Mode;

    /// <summary>Opens a regular file. Others may write to it meanwhile: that is found out, not forbidden.</summary>
    public static FileSource Open(string path) => Open(path, isSized: false);

    /// <summary>As <see cref="Open(string)"/>, for those who go by the length: what has content and no length is refused, and not taken for empty.</summary>
    /// <exception cref="NetException">It can't be opened; <see cref="NetError.NotSupportedHere"/>.</exception>
    public static FileSource OpenSized(string path) => Open(path, isSized: true);

    private static FileSource Open(string path, bool isSized)
    {
        bool? regular = NativeFile.IsRegular(path);
        if (regular is not true && Directory.Exists(path))
        {
            throw new NetException(NetError.InvalidArgument, $"'{path}' is a folder: name the files in it, such as '{System.IO.Path.Combine(path, "*")}'.", path);
        }
        // A pipe would be waited for already by opening it, and a device may never end.
        if (regular is false)
        {
            throw NotRegular(path);
        }
        try
        {
            SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
            try
            {
                FileSource source = new(path, handle);
                return isSized && source.IsVirtual() ? throw source.HasNoLength("Copy it to a file first.") : source;
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

    /// <summary>Whether it is such as those under /proc: their length is told as 0, and they have one only when they are read.</summary>
    public bool IsVirtual() => Length == 0 && RandomAccess.Read(Handle, new byte[1], 0) > 0;

    /// <summary>Why a file that <see cref="IsVirtual"/> can't be used.</summary>
    public NetException HasNoLength(string advice) => new(NetError.NotSupportedHere, $"'{Path}' has content but no length, as the system makes it up while it is read. {advice}", Path);

    /// <summary>Why a device, a pipe or a socket is not opened.</summary>
    private static NetException NotRegular(string path) => new(NetError.NotSupportedHere, $"'{path}' is a device, a pipe or a socket, not a regular file: it may have no end. Read it as a stream where that is meant.", path);

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
        FileState now = NativeFile.StateOf(Handle);
        if (now.Length != Length || now.Written != Written)
        {
            throw Changed();
        }
    }

    public void Dispose() => Handle.Dispose();

    private NetException Changed() => new(NetError.FileChanged, $"'{Path}' was written to while it was read: what was read of it belongs to no one state of the file. Try again when nothing writes to it.", Path);
}
