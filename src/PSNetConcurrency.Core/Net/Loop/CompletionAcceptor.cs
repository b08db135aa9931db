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
            try
            {
                Take(accepted);
            }
            catch (Exception e)
            {
                // Whatever is wrong with it, the next is still to be taken.
                EventLoop.Report(e);
            }
        }
        else if (!IsOfOneConnection(error))
        {
            accepted?.Dispose();
            _loop.Schedule(RetryDelay, static s => ((CompletionAcceptor)s!).Next(), this);
            _acceptor.OnAcceptFailed(error);
            return;
        }
        Next();
    }

    /// <summary>Whether the error is that of a connection that was being accepted; all else lasts, and asking again at once would spin.</summary>
    internal static bool IsOfOneConnection(SocketError error) => error
        is SocketError.ConnectionReset
        or SocketError.ConnectionAborted
        or SocketError.Interrupted
        or SocketError.TimedOut
        or SocketError.NetworkDown
        or SocketError.NetworkReset
        or SocketError.NetworkUnreachable
        or SocketError.HostDown
        or SocketError.HostUnreachable
        or SocketError.ProtocolOption
        or SocketError.OperationNotSupported;

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
        IChannelHandler? handler;
        try
        {
            remote = (IPEndPoint)accepted.RemoteEndPoint!;
            // Here, where it may fail: macOS refuses options to a socket whose peer is gone.
            CompletionChannel.Prepare(accepted);
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
        try
        {
            handler = _acceptor.OnAccept(remote);
        }
        catch
        {
            accepted.Close(0);
            throw;
        }
        if (handler is null)
        {
            accepted.Close(0);
            return;
        }
        new CompletionChannel(_loop, handler, accepted, remote).Accepted(_acceptor);
    }
}
