using System.Text;
using PSNetConcurrency.Core.Chat.Wire;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Chat.Files;

/// <summary>Serves the files that a chat peer offers, over TCP: one request a connection, then the content.</summary>
internal sealed class ChatFileProtocol(ChatFileOffers offers, Encoding legacy) : StreamProtocol
{
    // What may still belong to a request that looks whole comes in the same packet nearly always.
    private static readonly TimeSpan GraceTime = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a request may take to arrive.</summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The peer whose files they are; its events tell of them.</summary>
    public NetListener? Peer { get; set; }

    public override async Task ServeAsync(NetClient client, Stream stream, CancellationToken stop)
    {
        if (await ReadRequestAsync(stream, client.ToString(), stop).ConfigureAwait(false) is not { } packet)
        {
            return;
        }
        IpmsgFileRequest request = IpmsgFileRequest.Read(packet)!;
        if (offers.Find(request, packet, client.RemoteEndPoint.Address) is not { } file || request.Offset > file.Length)
        {
            // Closed without a word: the protocol has none. Whether there is such a file is nothing to tell a stranger.
            Peer?.CountRefused();
            Peer?.Record(ListenerEventType.Refused, client.ToString(), message: $"It asked for a file that is not offered to it: {request.PacketNumber}:{request.FileId}.");
            return;
        }
        FolderWriter writer = new(stream, packet.Has(IpmsgOptions.Utf8) ? IpmsgText.Utf8 : legacy, stop);
        client.ProtocolState = file;
        try
        {
            if (file.IsFolder)
            {
                await writer.SendFolderAsync(new DirectoryInfo(file.Path), file.Name).ConfigureAwait(false);
            }
            else
            {
                await writer.SendFileAsync(file.Path, request.Offset, file.Length).ConfigureAwait(false);
            }
        }
        catch (NetException e)
        {
            // An orderly end would look like a shorter file to some programs.
            Peer?.Record(ListenerEventType.Error, client.ToString(), error: e);
            client.Channel.Abort(e);
            throw;
        }
        Peer?.CountSent(client.BytesSent);
        Peer?.Record(ListenerEventType.Output, client.ToString(), client.BytesSent, $"It has fetched '{file.Name}'.");
    }

    public override bool IsBusy(NetClient client) => client.ProtocolState is OfferedFile;

    // Who takes nothing is idle.
    public override bool IsWorkingFor(NetClient client) => false;

    private async Task<IpmsgPacket?> ReadRequestAsync(Stream stream, string client, CancellationToken stop)
    {
        byte[] buffer = new byte[IpmsgFileRequest.MaximumLength];
        int length = 0;
        using CancellationTokenSource limit = Deadline.Start(RequestTime, stop);
        while (length < buffer.Length)
        {
            int n;
            try
            {
                n = await stream.ReadAsync(buffer.AsMemory(length), limit.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                if (IpmsgFileRequest.IsComplete(buffer.AsSpan(0, length), out _))
                {
                    break;
                }
                throw new NetException(NetError.TimedOut, $"{client} did not send a request within {RequestTime.TotalSeconds:0.##} s.", client);
            }
            length += n;
            bool complete = IpmsgFileRequest.IsComplete(buffer.AsSpan(0, length), out bool surely);
            if (n == 0 || surely)
            {
                break;
            }
            if (complete)
            {
                limit.CancelAfter(GraceTime);
            }
        }
        return IpmsgPacket.TryParse(buffer.AsMemory(0, length), out IpmsgPacket? packet) && IpmsgFileRequest.Read(packet) is not null ? packet
            : length == 0 ? null
            : throw new NetException(NetError.FrameCorrupted, $"{client} sent what is no request for a file.", client, received: buffer.AsMemory(0, length));
    }
}
