using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>
/// The loop where there is no epoll: SocketAsyncEventArgs say what is ready, and the loop's thread does the work, so that
/// handlers see the same single thread everywhere.
/// </summary>
internal sealed class CompletionLoop : EventLoop
{
    private readonly ConcurrentQueue<(ICompletionTarget Target, Completion What, SocketError Error)> _completions = new();
    private readonly ManualResetEventSlim _wake = new(false);

    public override IDisposable Listen(Socket socket, IAcceptor acceptor) => new CompletionAcceptor(this, socket, acceptor);

    public override DatagramChannel Bind(Socket socket, IDatagramHandler handler) => Attached(new CompletionDatagramChannel(this, socket, handler));

    public override Channel Connect(IPEndPoint remote, IChannelHandler handler) => CompletionChannel.Connect(this, remote, handler);

    /// <summary>An operation has ended; from any thread.</summary>
    public void Complete(ICompletionTarget target, Completion what, SocketError error)
    {
        _completions.Enqueue((target, what, error));
        _wake.Set();
    }

    public new void Attached(SocketChannel channel) => base.Attached(channel);

    protected override void Poll(int timeoutMilliseconds)
    {
        if (_completions.IsEmpty)
        {
            _wake.Wait(timeoutMilliseconds);
        }
        // Reset before looking: what completes from here on sets it again.
        _wake.Reset();
        for (int count = _completions.Count; count > 0 && _completions.TryDequeue(out var done); count--)
        {
            try
            {
                done.Target.Completed(done.What, done.Error);
            }
            catch (Exception e)
            {
                // A bug in one target costs that target's turn.
                Report(e);
            }
        }
        if (!_completions.IsEmpty)
        {
            _wake.Set();
        }
    }

    protected override void Wake() => _wake.Set();

    // A completion may still come in and set the event; the collector takes both.
    protected override void Release()
    {
    }
}

/// <summary>Which operation ended.</summary>
internal enum Completion
{
    Accept,
    Connect,
    Receive,
    Send,
}

/// <summary>Whatever has an operation under way on a <see cref="CompletionLoop"/>.</summary>
internal interface ICompletionTarget
{
    void Completed(Completion what, SocketError error);
}
