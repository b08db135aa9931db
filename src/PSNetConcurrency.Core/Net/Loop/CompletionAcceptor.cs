using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>A listening socket on the completion loop: one accept under way at a time.</summary>
internal sealed class CompletionAcceptor : ICompletionTarget, IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(100);

    private readonly CompletionLoop _loop;
    private readonly Socket _socket;
    private readonly IAcceptor _acceptor;
    private readonly SocketAsyncEventArgs _accept = new();
    private bool _disposed;

    public CompletionAcceptor(CompletionLoop loop, Socket socket, IAcceptor acceptor)
    {
        _loop = loop;
        _socket = socket;
        _acceptor = acceptor;
        _accept.Completed += (_, e) => _loop.Complete(this, Completion.Accept, e.SocketError);
        Next();
    }

    public void Completed(Completion what, SocketError error)
    {
        Socket? accepted = _accept.AcceptSocket;
        _accept.AcceptSocket = null;
        if (_disposed)
        {
            accepted?.Dispose();
            _accept.Dispose();
            return;
        }
        if (error == SocketError.Success && accepted is not null)
        {
            Take(accepted);
        }
        else if (error is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
        {
            _acceptor.OnAcceptFailed(error);
            _loop.Schedule(RetryDelay, static s => ((CompletionAcceptor)s!).Next(), this);
            return;
        }
        Next();
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _socket.Dispose();
        }
    }

    private void Next()
    {
        if (!_disposed && !_socket.AcceptAsync(_accept))
        {
            _loop.Complete(this, Completion.Accept, _accept.SocketError);
        }
    }

    private void Take(Socket accepted)
    {
        IPEndPoint remote;
        try
        {
            remote = (IPEndPoint)accepted.RemoteEndPoint!;
        }
        catch (SocketException)
        {
            // Reset while it waited.
            accepted.Dispose();
            return;
        }
        if (remote.Address.IsIPv4MappedToIPv6)
        {
            remote = new IPEndPoint(remote.Address.MapToIPv4(), remote.Port);
        }
        if (_acceptor.OnAccept(remote) is not { } handler)
        {
            accepted.Close(0);
            return;
        }
        CompletionChannel channel = new(_loop, handler, accepted, remote);
        _acceptor.OnAccepted(channel);
        channel.Established();
    }
}
