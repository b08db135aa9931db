using System.Text;
using Microsoft.Win32.SafeHandles;
using PSNetConcurrency.Core.Chat.Wire;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Receiving;

namespace PSNetConcurrency.Core.Chat.Files;

/// <summary>Takes a folder's stream apart and builds the folder at a place of the receiver's own. Names lead nowhere but below it.</summary>
internal sealed class FolderReader(Stream stream, Func<byte[], string> decode, ChatReceiveOptions options, string peer, Action<string, long> progress, CancellationToken stop)
{
    private const int DeepestFolder = 100;

    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;
    private long _total;
    private int _count;

    /// <summary>The bytes of all files.</summary>
    public long Total => _total;

    /// <exception cref="NetException">The stream ended too early, is none, or goes beyond a bound.</exception>
    public async Task ReadAsync(string root)
    {
        Stack<(string Path, DateTimeOffset? Modified)> folders = new();
        do
        {
            IpmsgDirectoryHeader header = await HeaderAsync().ConfigureAwait(false);
            if (header.Type == IpmsgFileType.ReturnToParent)
            {
                if (!folders.TryPop(out (string Path, DateTimeOffset? Modified) left))
                {
                    throw Corrupted("it leaves a folder that it has not entered");
                }
                if (left.Modified is { } modified)
                {
                    Directory.SetLastWriteTimeUtc(left.Path, modified.UtcDateTime);
                }
                continue;
            }
            if (folders.Count == 0 && header.Type != IpmsgFileType.Directory)
            {
                throw Corrupted("it does not begin with the folder");
            }
            if (++_count > options.MaximumFile)
            {
                throw new NetException(NetError.MessageTooLarge, $"The folder of {peer} has more than the {options.MaximumFile} files and folders that are taken.", peer);
            }
            // The folder itself goes by the name that was chosen here.
            string path = folders.Count == 0 ? root : Path.Combine(folders.Peek().Path, ChatFileReceiver.SafePart(header.Name));
            switch (header.Type)
            {
                case IpmsgFileType.Directory:
                    if (folders.Count >= DeepestFolder)
                    {
                        throw Corrupted($"it is more than {DeepestFolder} folders deep");
                    }
                    Directory.CreateDirectory(path);
                    folders.Push((path, header.Modified));
                    await SkipAsync(header.Size).ConfigureAwait(false);
                    break;
                case IpmsgFileType.Regular:
                    await FileAsync(path, header).ConfigureAwait(false);
                    break;
                default:
                    await SkipAsync(header.Size).ConfigureAwait(false);
                    break;
            }
        }
        while (folders.Count > 0);
    }

    private async Task FileAsync(string path, IpmsgDirectoryHeader header)
    {
        if (header.Size > options.MaximumBytes - _total)
        {
            throw new NetException(NetError.MessageTooLarge, $"The folder of {peer} has more than the {options.MaximumBytes} bytes that are taken.", peer);
        }
        using SafeFileHandle handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
        for (long at = 0; at < header.Size;)
        {
            ReadOnlyMemory<byte> some = await SomeAsync(header.Size - at).ConfigureAwait(false);
            await RandomAccess.WriteAsync(handle, some, at, stop).ConfigureAwait(false);
            at += some.Length;
            _total += some.Length;
            progress(header.Name, _total);
        }
        if (header.Modified is { } modified)
        {
            File.SetLastWriteTimeUtc(handle, modified.UtcDateTime);
        }
    }

    private async Task SkipAsync(long bytes)
    {
        if (bytes > options.MaximumBytes - _total)
        {
            throw Corrupted("what has no content is told to have some");
        }
        while (bytes > 0)
        {
            bytes -= (await SomeAsync(bytes).ConfigureAwait(false)).Length;
        }
    }

    private async Task<IpmsgDirectoryHeader> HeaderAsync()
    {
        while (true)
        {
            int length = IpmsgDirectoryHeader.LengthOf(_buffer.AsSpan(_start, _end - _start));
            if (length < 0)
            {
                throw Corrupted("it has no header where one must be");
            }
            if (length > 0 && length <= _end - _start)
            {
                IpmsgDirectoryHeader header = IpmsgDirectoryHeader.Read(_buffer.AsSpan(_start, length), decode) ?? throw Corrupted("a header in it can't be read");
                _start += length;
                return header;
            }
            await FillAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> SomeAsync(long most)
    {
        if (_start == _end)
        {
            await FillAsync().ConfigureAwait(false);
        }
        int n = (int)Math.Min(most, _end - _start);
        _start += n;
        return _buffer.AsMemory(_start - n, n);
    }

    private async Task FillAsync()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        int n = await stream.ReadAsync(_buffer.AsMemory(_end), stop).ConfigureAwait(false);
        _end += n;
        if (n == 0)
        {
            throw new NetException(NetError.PeerClosed, $"{peer} closed the connection in the middle of the folder, after {_total} bytes of files.", peer);
        }
    }

    private NetException Corrupted(string why) => new(NetError.FrameCorrupted, $"What {peer} sent is no folder: {why}.", peer);
}
