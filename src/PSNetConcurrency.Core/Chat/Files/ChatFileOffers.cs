using System.Net;
using System.Text;
using PSNetConcurrency.Core.Chat.Engine;
using PSNetConcurrency.Core.Chat.Wire;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer;
using PSNetConcurrency.Core.Transfer.Digests;

namespace PSNetConcurrency.Core.Chat.Files;

/// <summary>A file or folder that this peer offers.</summary>
internal sealed record OfferedFile(int Id, string Path, string Name, long Length, bool IsFolder, DateTimeOffset? Modified)
{
    public IpmsgFile Listed => new(Id, Name, Length, Modified, IsFolder ? IpmsgFileType.Directory : IpmsgFileType.Regular);
}

/// <summary>Which files this peer offers to whom: nobody else gets them, and they get nothing else. From any thread.</summary>
internal sealed class ChatFileOffers(int maximum)
{
    private readonly object _gate = new();
    private readonly Dictionary<long, (Outgoing Message, OfferedFile[] Files)> _offers = [];
    private readonly Queue<long> _order = new();
    private int _lastId;

    /// <summary>Looks at files and folders that are to be offered.</summary>
    /// <exception cref="NetException">There is none of that path.</exception>
    public OfferedFile[] Prepare(IReadOnlyList<string> paths)
    {
        if (paths.Count > IpmsgFile.Most)
        {
            throw new NetException(NetError.InvalidArgument, $"A message takes {IpmsgFile.Most} files at most; {paths.Count} were given. Send a folder.", paths.Count);
        }
        return [.. paths.Select(Look)];
    }

    /// <summary>Offers files from the moment that the message is sent.</summary>
    public void Add(Outgoing message, OfferedFile[] files)
    {
        lock (_gate)
        {
            while (_order.Count >= maximum)
            {
                _offers.Remove(_order.Dequeue());
            }
            _offers[message.Number] = (message, files);
            _order.Enqueue(message.Number);
        }
    }

    /// <summary>The file of a request, if it was offered to somebody at that address.</summary>
    public OfferedFile? Find(IpmsgFileRequest request, IpmsgPacket packet, IPAddress address)
    {
        lock (_gate)
        {
            return _offers.TryGetValue(request.PacketNumber, out (Outgoing Message, OfferedFile[] Files) offer) && (IsTo(offer.Message, address) || IsHere(offer.Message, packet, address))
                ? Array.Find(offer.Files, f => f.Id == request.FileId && f.IsFolder == request.IsFolder) ?? Array.Find(offer.Files, f => f.Id == request.DecimalFileId && f.IsFolder == request.IsFolder)
                : null;
        }
    }

    /// <summary>Whom a message with files went to does not want them, or no more.</summary>
    public void Release(long number, IPAddress address)
    {
        lock (_gate)
        {
            if (_offers.TryGetValue(number, out (Outgoing Message, OfferedFile[] Files) offer) && IsTo(offer.Message, address))
            {
                _offers.Remove(number);
            }
        }
    }

    /// <summary>The files that a received message offers.</summary>
    public static ChatFile[] Received(IpmsgPacket packet, ChatMessage message, Func<byte[], string> decode) =>
    [
        .. IpmsgFile.ReadList(packet.Extra.Span, decode)
            .Where(f => f.Type is IpmsgFileType.Regular or IpmsgFileType.Directory or IpmsgFileType.Clipboard)
            .Select(f => new ChatFile($"{message.Id}:{f.Id}", IpmsgText.CleanName(f.Name), f.Size, f.Type == IpmsgFileType.Directory, f.Modified, message)
            {
                FileId = f.Id,
                RawName = f.Name,
                IsUtf8 = packet.Has(IpmsgOptions.Utf8),
            }),
    ];

    // Within this machine a program may connect from another address than it sends datagrams from, as iptux does; no address proves anything there.
    private static bool IsHere(Outgoing message, IpmsgPacket packet, IPAddress address) =>
        IPAddress.IsLoopback(address) && message.To.User is { } user && user.Address.Any(IPAddress.IsLoopback)
        && Name(packet.User).Equals(user.Name, StringComparison.OrdinalIgnoreCase) && Name(packet.Host).Equals(user.Host, StringComparison.OrdinalIgnoreCase);

    private static string Name(ReadOnlyMemory<byte> bytes) => IpmsgText.CleanName(IpmsgText.Utf8.GetString(bytes.Span));

    private static bool IsTo(Outgoing message, IPAddress address) => message.To.User.Address.Contains(address);

    private OfferedFile Look(string path)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        int id = Interlocked.Increment(ref _lastId);
        try
        {
            if (Directory.Exists(path))
            {
                DirectoryInfo folder = new(path);
                return new OfferedFile(id, path, folder.Name, FolderWriter.Files(folder).Sum(f => f.Length), true, folder.LastWriteTimeUtc);
            }
            using FileSource file = FileSource.OpenSized(path);
            return new OfferedFile(id, path, Path.GetFileName(path), file.Length, false, file.Written);
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            throw FileErrors.Describe(e, path);
        }
    }
}
