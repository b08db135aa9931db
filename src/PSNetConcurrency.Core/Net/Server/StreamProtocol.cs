namespace PSNetConcurrency.Core.Net.Server;

/// <summary>
/// What a TCP listener does with clients whose conversation is one asynchronous method over a stream: for work that reads
/// and writes files, which would hold up a loop and everybody on it. No thread waits for a client that is silent.
/// </summary>
public abstract class StreamProtocol : ServerProtocol
{
    /// <summary>
    /// Serves one client, off the loop, to the end of its conversation; the connection is closed when it returns. What it
    /// throws is an event, and an <see cref="OperationCanceledException"/> after <paramref name="stop"/> is not.
    /// </summary>
    public abstract Task ServeAsync(NetClient client, Stream stream, CancellationToken stop);

    public sealed override void OnData(NetClient client, ReadOnlySpan<byte> data)
    {
    }
}
