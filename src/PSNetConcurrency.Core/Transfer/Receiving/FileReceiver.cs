using System.Net;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>The receiver's side of one connection: greets, and takes files and folders until the sender ends.</summary>
internal sealed class FileReceiver
{
    private const long MostPassedOver = 64 * 1024 * 1024;

    private readonly ReceiveOptions _options;
    private readonly Destination _destination;
    private readonly IReceiveSink _sink;
    private readonly TransferConnection _connection;
    private readonly IPEndPoint? _remote;
    private readonly ReceiverGreeting _greeting;
    private readonly FileTaker _taker;
    private string _sender = "";
    private int _files;

    /// <param name="options">What to do with files.</param>
    /// <param name="destination">Where they go; shared by all connections.</param>
    /// <param name="sink">Who is told.</param>
    /// <param name="connection">The connection; its owner disposes of it.</param>
    /// <param name="stream">The stream below, a socket's or TLS over one.</param>
    /// <param name="remote">The sender.</param>
    /// <param name="giveUp">Ends this connection, when its sender has come back in another.</param>
    /// <param name="stop">Ends everything.</param>
    public FileReceiver(ReceiveOptions options, Destination destination, IReceiveSink sink, TransferConnection connection, Stream stream, IPEndPoint? remote, Action giveUp, CancellationToken stop)
    {
        _options = options;
        _destination = destination;
        _sink = sink;
        _connection = connection;
        _remote = remote;
        _greeting = new ReceiverGreeting(options, connection, stream, remote);
        _taker = new FileTaker(options, destination, sink, connection, remote, giveUp, stop);
    }

    /// <summary>Whether a file is under way.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Whether the peer knows the dictionary frame and nothing else, so that it can be told nothing.</summary>
    public bool IsPlain { get; private set; }

    /// <summary>Asked between files whether to end.</summary>
    public Func<bool> ShouldEnd { get; init; } = static () => false;

    /// <summary>The conversation, to its end.</summary>
    /// <exception cref="NetException">The connection broke, or what came is no transfer.</exception>
    public async Task RunAsync()
    {
        DictionaryHeader? header = await _connection.ReadHeaderAsync(IsOurs).ConfigureAwait(false);
        if (header is null)
        {
            // Somebody looked whether the port is open.
            return;
        }
        if (!IsOurs(header))
        {
            await RunPlainAsync(header).ConfigureAwait(false);
            return;
        }
        _sender = await _greeting.AnswerAsync(header).ConfigureAwait(false);
        while (!ShouldEnd() && await _connection.ReadNextAsync().ConfigureAwait(false) is { } next)
        {
            string? message = next.GetString(TransferKeys.Message);
            if (message == TransferKeys.End)
            {
                break;
            }
            if (message == TransferKeys.Hello)
            {
                // Another call over the same session.
                _sender = await _greeting.AnswerAsync(next).ConfigureAwait(false);
                continue;
            }
            if (message is not (TransferKeys.File or TransferKeys.Folder))
            {
                throw new NetException(NetError.FrameCorrupted, $"{_connection.Peer} sent '{message}' where a file was to come.", message);
            }
            await CountFileAsync().ConfigureAwait(false);
            FileOffer offer = FileOffer.Parse(next, _options.Format, _sender);
            IsBusy = true;
            await _taker.TakeAsync(offer).ConfigureAwait(false);
            IsBusy = false;
        }
        await _connection.FlushAsync().ConfigureAwait(false);
    }

    private static bool IsOurs(DictionaryHeader header) => header.GetString(TransferKeys.Message) is not null;

    private async ValueTask CountFileAsync()
    {
        if (++_files > _options.MaximumFile)
        {
            NetException reason = new(NetError.TransferRefused, $"The receiver takes {_options.MaximumFile} files and folders over one connection, and no more. Its -MaximumFile says how many.", _connection.Peer);
            if (!IsPlain)
            {
                await _greeting.RefuseAsync(reason).ConfigureAwait(false);
                await PassOverAsync().ConfigureAwait(false);
            }
            throw reason;
        }
    }

    // What the sender has under way: closing with unread input is a reset, which would take the reason away.
    private async Task PassOverAsync()
    {
        try
        {
            for (long passed = 0; passed < MostPassedOver;)
            {
                passed += (await _connection.ReadSomeAsync(MostPassedOver).ConfigureAwait(false)).Length;
            }
        }
        catch (NetException)
        {
            // The sender has heard, and closed.
        }
    }

    // A plain peer: header, content, header, content, and no answer.
    private async Task RunPlainAsync(DictionaryHeader first)
    {
        IsPlain = true;
        if (_options.Secret is not null)
        {
            throw new NetException(NetError.AuthenticationFailed, $"{_connection.Peer} is a plain peer, which can't prove the shared secret.", _connection.Peer);
        }
        PlainReceiver plain = new(_options, _destination, _sink, _connection, _remote);
        for (DictionaryHeader? header = first; header is not null && !ShouldEnd(); header = await _connection.ReadHeaderAsync(static _ => false).ConfigureAwait(false))
        {
            await CountFileAsync().ConfigureAwait(false);
            IsBusy = true;
            await plain.TakeAsync(header).ConfigureAwait(false);
            IsBusy = false;
        }
    }
}
