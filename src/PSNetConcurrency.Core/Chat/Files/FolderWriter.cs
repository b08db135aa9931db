using System.Text;
using PSNetConcurrency.Core.Chat.Wire;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer;
using PSNetConcurrency.Core.Transfer.Digests;

namespace PSNetConcurrency.Core.Chat.Files;

/// <summary>Sends files and folders as the protocol has them: a file as it is, a folder as headers with contents between.</summary>
internal sealed class FolderWriter(Stream stream, Encoding encoding, CancellationToken stop)
{
    private const int BufferSize = 256 * 1024;

    private readonly byte[] _buffer = new byte[BufferSize];

    /// <summary>Sends a folder with all that is in it; links, devices, pipes and sockets are left out.</summary>
    /// <exception cref="NetException">Something in it can't be read.</exception>
    public async Task SendFolderAsync(DirectoryInfo folder, string name)
    {
        await WriteAsync(new IpmsgDirectoryHeader(name, 0, IpmsgFileType.Directory, folder.LastWriteTimeUtc)).ConfigureAwait(false);
        foreach (FileSystemInfo entry in Reading(folder, () => Entries(folder).ToArray()))
        {
            if (entry is DirectoryInfo below)
            {
                await SendFolderAsync(below, below.Name).ConfigureAwait(false);
            }
            else
            {
                FileInfo file = (FileInfo)entry;
                long length = Reading(file, () => file.Length);
                await WriteAsync(new IpmsgDirectoryHeader(file.Name, length, IpmsgFileType.Regular, file.LastWriteTimeUtc)).ConfigureAwait(false);
                await SendFileAsync(file.FullName, 0, length).ConfigureAwait(false);
            }
        }
        await WriteAsync(new IpmsgDirectoryHeader(".", 0, IpmsgFileType.ReturnToParent, folder.LastWriteTimeUtc)).ConfigureAwait(false);
    }

    /// <summary>Sends the content of a file from an offset to the length that was told.</summary>
    /// <exception cref="NetException">It can't be read; <see cref="NetError.FileChanged"/>: there is less of it now.</exception>
    public async Task SendFileAsync(string path, long offset, long length)
    {
        using FileSource source = FileSource.OpenSized(path);
        while (offset < length)
        {
            int n = await ReadAsync(source, offset, length).ConfigureAwait(false);
            if (n == 0)
            {
                throw new NetException(NetError.FileChanged, $"'{path}' is shorter than when it was offered: {offset} of {length} bytes.", path);
            }
            await stream.WriteAsync(_buffer.AsMemory(0, n), stop).ConfigureAwait(false);
            offset += n;
        }
    }

    /// <summary>The files of a folder and of those below it, as they are sent.</summary>
    public static IEnumerable<FileInfo> Files(DirectoryInfo folder) =>
        Entries(folder).SelectMany(e => e is DirectoryInfo below ? Files(below) : [(FileInfo)e]);

    private async ValueTask<int> ReadAsync(FileSource source, long offset, long length)
    {
        try
        {
            return await RandomAccess.ReadAsync(source.Handle, _buffer.AsMemory(0, (int)Math.Min(_buffer.Length, length - offset)), offset, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            throw FileErrors.Describe(e, source.Path);
        }
    }

    // What was there when the folder was offered, or a moment ago, may be gone.
    private static T Reading<T>(FileSystemInfo entry, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            throw FileErrors.Describe(e, entry.FullName);
        }
    }

    private static IEnumerable<FileSystemInfo> Entries(DirectoryInfo folder) =>
        folder.GetFileSystemInfos("*", new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Device, IgnoreInaccessible = true })
            .Where(e => e.LinkTarget is null && (e is DirectoryInfo || NativeFile.IsRegular(e.FullName) is not false))
            .OrderBy(e => e.Name, StringComparer.Ordinal);

    private async ValueTask WriteAsync(IpmsgDirectoryHeader header) => await stream.WriteAsync(header.Encode(encoding), stop).ConfigureAwait(false);
}
