using System.Net.Sockets;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Chat.Files;

/// <summary>Reads a stream and tells a silent or broken peer as the failures they are. Disposes of nothing.</summary>
internal sealed class TimedStream(Stream inner, TimeSpan timeout, string peer) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource limit = Deadline.Start(timeout, cancellationToken);
        try
        {
            return await inner.ReadAsync(buffer, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NetException(NetError.TimedOut, $"{peer} sent nothing for {timeout.TotalSeconds:0.###} s.", peer);
        }
        catch (IOException e) when (e.InnerException is SocketException socket)
        {
            throw NetException.FromSocket(socket, peer);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}
