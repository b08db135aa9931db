using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>Receives files from whoever connects; each that is complete is an event with its result.</summary>
internal sealed class FileServerProtocol : StreamProtocol
{
    private readonly ReceiveOptions _options;
    private readonly Destination _destination;

    /// <exception cref="NetException">There is no such folder.</exception>
    public FileServerProtocol(ReceiveOptions options)
    {
        if (!Directory.Exists(options.Destination))
        {
            throw new NetException(NetError.FileNotFound, $"There is no folder '{options.Destination}' to receive files in. Make it first.", options.Destination);
        }
        _options = options;
        _destination = new Destination(options);
        _destination.Incoming.Sweep(ending: false);
    }

    /// <summary>Takes the results beside the events; awaited, so that a slow taker holds the senders back.</summary>
    public Func<FileTransferResult, CancellationToken, ValueTask>? Received { get; init; }

    /// <summary>Asked between files: no more are wanted.</summary>
    public Func<bool> IsEnough { get; init; } = static () => false;

    /// <summary>Is told of files that failed, beside the events.</summary>
    public Action<NetException>? Failed { get; init; }

    public override async Task ServeAsync(NetClient client, Stream stream, CancellationToken stop)
    {
        // Idleness is the listener's to judge.
        using TransferConnection connection = new(stream, _options.Format, client.ToString(), Timeout.InfiniteTimeSpan, stop);
        Stream transport = stream is CountedStream counted ? counted.Inner : stream;
        FileReceiver receiver = new(_options, _destination, new Sink(this, client, stop), connection, transport, client.RemoteEndPoint, GiveUp, stop) { ShouldEnd = () => client.CloseWhenIdle || IsEnough() };
        client.ProtocolState = receiver;
        try
        {
            await receiver.RunAsync().ConfigureAwait(false);
        }
        catch (NetException e) when (receiver.IsPlain)
        {
            // It can't be told why, but a connection that ends in order would say that all of it was taken.
            client.Channel.Abort(e);
            throw;
        }

        void GiveUp() => client.Channel.Abort(new NetException(NetError.PeerReset, $"{client} sends the same file over another connection: its sender has come back after a cut.", client.ToString()));
    }

    public override bool IsBusy(NetClient client) => client.ProtocolState is FileReceiver { IsBusy: true };

    // A sender in the middle of a file must go on, or it is idle.
    public override bool IsWorkingFor(NetClient client) => false;

    public override void OnStopped() => _destination.Incoming.Sweep(ending: true);

    private sealed class Sink(FileServerProtocol protocol, NetClient client, CancellationToken stop) : IReceiveSink
    {
        public ValueTask ReceivedAsync(FileTransferResult result)
        {
            client.CountMessage();
            client.Server.Record(ListenerEventType.Message, client.ToString(), result.Length, result);
            return protocol.Received?.Invoke(result, stop) ?? default;
        }

        public void Failed(NetException reason)
        {
            client.Server.Record(ListenerEventType.Error, client.ToString(), message: reason.Message, error: reason);
            protocol.Failed?.Invoke(reason);
        }
    }
}
