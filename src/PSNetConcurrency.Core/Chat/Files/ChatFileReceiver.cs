using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PSNetConcurrency.Core.Chat.Wire;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer;
using PSNetConcurrency.Core.Transfer.Receiving;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Chat.Files;

/// <summary>
/// Fetches one offered file or folder. Nothing has its final name before all of it is there; a file whose connection breaks goes
/// on where it broke.
/// </summary>
/// <param name="file">What was offered.</param>
/// <param name="options">Where it goes.</param>
/// <param name="from">Where its sender is.</param>
/// <param name="local">The address of this machine to connect from: the one that the file was offered to.</param>
/// <param name="legacy">The encoding of the sender's program, where it is not UTF-8.</param>
/// <param name="request">Makes the packet that asks for it from an offset on.</param>
/// <param name="progress">Told how far it is.</param>
internal sealed class ChatFileReceiver(ChatFile file, ChatReceiveOptions options, IPEndPoint from, IPAddress local, Encoding legacy, Func<long, Task<byte[]>> request, IProgress<ChatFileProgress>? progress)
{
    private const int BufferSize = 256 * 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private readonly Destination _destination = new(new ReceiveOptions { Destination = options.Destination, Conflict = options.Conflict, MaximumBytes = options.MaximumBytes });

    private string Sender => $"{file.From} ({from})";

    /// <summary>A name that is one part of a path, and shows as it is.</summary>
    /// <exception cref="NetException"><see cref="NetError.UnsafePath"/>.</exception>
    public static string SafePart(string name)
    {
        string[] parts = SafeName.Split(name);
        return parts.Length == 1 && IpmsgText.CleanText(name) == name ? name
            : throw new NetException(NetError.UnsafePath, $"The name '{IpmsgText.CleanName(name)}' is refused: {(parts.Length > 1 ? "it leads to another folder" : "it has characters that turn the direction of writing")}.", IpmsgText.CleanName(name));
    }

    /// <exception cref="NetException">It could not be had, or not stored.</exception>
    public async Task<FileTransferResult> ReceiveAsync(CancellationToken stop)
    {
        if (!Directory.Exists(options.Destination))
        {
            throw new NetException(NetError.FileNotFound, $"There is no folder '{options.Destination}' to receive files in. Make it first.", options.Destination);
        }
        FileOffer offer = new() { Id = file.FileId, Name = SafePart(file.RawName), Length = file.Length, ModifiedUtc = file.ModifiedAt?.UtcDateTime, Verify = TransferVerification.None };
        long begun = Stopwatch.GetTimestamp();
        _destination.Incoming.Sweep(ending: false);
        try
        {
            FileTransferResult result = file.IsFolder ? await FolderAsync(offer, stop).ConfigureAwait(false) : await FileAsync(offer, stop).ConfigureAwait(false);
            return result with { Duration = Stopwatch.GetElapsedTime(begun), RemoteEndPoint = from, VerifyMode = TransferVerification.None };
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            throw FileErrors.Describe(e, Path.Combine(options.Destination, offer.Name));
        }
        finally
        {
            // Not as one that ends: what a file server of the same folder waits for stays.
            _destination.Incoming.Sweep(ending: false);
        }
    }

    private async Task<FileTransferResult> FileAsync(FileOffer offer, CancellationToken stop)
    {
        Placement place = _destination.Place(offer);
        if (place.Exists && options.Conflict == FileConflict.Skip)
        {
            return new FileTransferResult { Name = offer.Name, Path = place.Path, Length = offer.Length, BytesSkipped = offer.Length, Skipped = true };
        }
        _destination.RequireRoom(offer, offer.Length);
        using PartialFile part = PartialFile.Create(_destination.Incoming, offer);
        long done = 0;
        int attempt = 1;
        for (int failures = 0; ; attempt++)
        {
            long before = done;
            NetException failure;
            try
            {
                await using Stream stream = await AskAsync(before, stop).ConfigureAwait(false);
                byte[] buffer = new byte[BufferSize];
                while (done < offer.Length)
                {
                    int n = await ReadAsync(stream, buffer.AsMemory(0, (int)Math.Min(buffer.Length, offer.Length - done)), stop).ConfigureAwait(false);
                    if (n == 0)
                    {
                        break;
                    }
                    await RandomAccess.WriteAsync(part.Handle, buffer.AsMemory(0, n), done, stop).ConfigureAwait(false);
                    done += n;
                    progress?.Report(new ChatFileProgress(file.Name, done, offer.Length));
                }
                if (done == offer.Length)
                {
                    break;
                }
                failure = done == 0
                    ? new NetException(NetError.TransferRefused, $"{Sender} closed the connection without sending '{file.Name}': it is offered no more, or not to this address.", file)
                    : new NetException(NetError.PeerClosed, $"{Sender} closed the connection after {done} of {offer.Length} bytes of '{file.Name}'.", file);
            }
            catch (NetException e)
            {
                failure = e;
            }
            // A connection that brought something was broken; one that brought nothing may have been refused.
            failures = done > before ? 1 : failures + 1;
            if (attempt > options.RetryCount || (done == before && failures > 1) || failure.Error == NetError.TransferRefused)
            {
                throw failure;
            }
            await Task.Delay(FirstPause * Math.Pow(2, Math.Min(attempt, 6)), stop).ConfigureAwait(false);
        }
        string? path = _destination.Commit(part, offer, place.Path);
        return new FileTransferResult { Name = offer.Name, Path = path ?? place.Path, Length = offer.Length, BytesSent = done, Skipped = path is null, Attempt = attempt, Resumed = attempt > 1 };
    }

    private async Task<FileTransferResult> FolderAsync(FileOffer offer, CancellationToken stop)
    {
        string target = SafeName.Resolve(options.Destination, [offer.Name]).Path;
        if (Path.Exists(target) && options.Conflict is FileConflict.Fail or FileConflict.Overwrite)
        {
            throw new NetException(NetError.FileExists, $"There is a '{offer.Name}' in the destination already, and a folder is never replaced. Receive it with -Conflict Rename, or move the other.", target);
        }
        if (Path.Exists(target) && options.Conflict == FileConflict.Skip)
        {
            return new FileTransferResult { Name = offer.Name, Path = target, IsFolder = true, Length = offer.Length, Skipped = true };
        }
        _destination.RequireRoom(offer, offer.Length);
        string building = _destination.Incoming.CreateFolder();
        try
        {
            await using Stream stream = await AskAsync(0, stop).ConfigureAwait(false);
            await using TimedStream timed = new(stream, options.Timeout, Sender);
            FolderReader reader = new(timed, bytes => IpmsgText.Decode(bytes, file.IsUtf8, legacy), options, Sender, (name, bytes) => progress?.Report(new ChatFileProgress(name, bytes, offer.Length)), stop);
            string root = Path.Combine(building, "root");
            await reader.ReadAsync(root).ConfigureAwait(false);
            return new FileTransferResult { Name = offer.Name, Path = Name(root, target), IsFolder = true, Length = reader.Total, BytesSent = reader.Total };
        }
        finally
        {
            Directory.Delete(building, recursive: true);
        }
    }

    private string Name(string built, string target)
    {
        for (int n = 0; ; n++)
        {
            string name = n == 0 ? target : Destination.Numbered(target, n);
            try
            {
                if (!Path.Exists(name))
                {
                    Directory.Move(built, name);
                    return name;
                }
            }
            catch (IOException) when (Path.Exists(name))
            {
                // Somebody else took it in this moment.
            }
            if (options.Conflict != FileConflict.Rename || n >= 10_000)
            {
                throw new NetException(NetError.FileExists, $"There is a '{Path.GetFileName(target)}' in the destination already.", target);
            }
        }
    }

    private async Task<Stream> AskAsync(long offset, CancellationToken stop)
    {
        Socket socket = new(from.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using CancellationTokenSource limit = Deadline.Start(options.Timeout, stop);
        try
        {
            if (local.AddressFamily == from.AddressFamily && !local.Equals(IPAddress.Any) && !local.Equals(IPAddress.IPv6Any))
            {
                socket.Bind(new IPEndPoint(local, 0));
            }
            await socket.ConnectAsync(from, limit.Token).ConfigureAwait(false);
            NetworkStream stream = new(socket, ownsSocket: true);
            await stream.WriteAsync(await request(offset).ConfigureAwait(false), limit.Token).ConfigureAwait(false);
            return stream;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw NetException.FromSocket(e, Sender);
        }
        catch (IOException e) when (e.InnerException is SocketException inner)
        {
            socket.Dispose();
            throw NetException.FromSocket(inner, Sender);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            socket.Dispose();
            throw new NetException(NetError.TimedOut, $"{Sender} did not accept a connection within {options.Timeout.TotalSeconds:0.###} s. A firewall may drop TCP on its port {from.Port}.", file);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async ValueTask<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken stop)
    {
        TimedStream timed = new(stream, options.Timeout, Sender);
        return await timed.ReadAsync(buffer, stop).ConfigureAwait(false);
    }
}
