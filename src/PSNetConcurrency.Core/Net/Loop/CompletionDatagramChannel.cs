using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>A UDP socket on the completion loop: one receive under way, and what has come beside it is taken on the loop's turn.</summary>
internal sealed class CompletionDatagramChannel : DatagramChannel, ICompletionTarget
{
    private const int DatagramsPerTurn = 512;

    private readonly CompletionLoop _loop;
    private readonly SocketAddress _from;
    private readonly SocketAddress _to;
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(65536, pinned: true);
    private int _length;

    public CompletionDatagramChannel(CompletionLoop loop, Socket socket, IDatagramHandler handler) : base(loop, socket, handler)
    {
        _loop = loop;
        // Nothing may hold the loop up: neither a full buffer nor a datagram that was there only until its checksum was looked at.
        socket.Blocking = false;
        _from = new SocketAddress(Family);
        _to = new SocketAddress(Family, DatagramAddress.MaximumLength);
        _ = ReceiveAsync();
    }

    public void Completed(Completion what, SocketError error)
    {
        if (error != SocketError.Success)
        {
            TellOf(error);
            if (error is SocketError.ConnectionReset or SocketError.ConnectionRefused or SocketError.MessageSize)
            {
                // That of one datagram.
                _ = ReceiveAsync();
            }
            else
            {
                _loop.Schedule(TimeSpan.FromMilliseconds(100), static s => _ = ((CompletionDatagramChannel)s!).ReceiveAsync(), this);
            }
            return;
        }
        int length = _length;
        for (int i = 0; !IsClosed; i++)
        {
            Deliver(_buffer.AsSpan(0, length), From);
            if (IsClosed || i == DatagramsPerTurn)
            {
                break;
            }
            try
            {
                // Looked for first: where there is nothing the receive would throw.
                if (Socket.Available == 0)
                {
                    break;
                }
                length = Socket.ReceiveFrom(_buffer, SocketFlags.None, _from);
            }
            catch (SocketException e)
            {
                if (e.SocketErrorCode != SocketError.WouldBlock)
                {
                    TellOf(e.SocketErrorCode);
                }
                break;
            }
        }
        BatchEnded();
        _ = ReceiveAsync();
    }

    public override void Send(ReadOnlySpan<byte> data, DatagramAddress to)
    {
        if (IsClosed)
        {
            return;
        }
        SocketError error = HasWaiting ? SocketError.WouldBlock : TrySend(data, to);
        if (error == SocketError.WouldBlock)
        {
            bool first = !HasWaiting;
            Wait(data, to);
            if (first)
            {
                SendWaitingSoon();
            }
        }
        else if (error != SocketError.Success)
        {
            Failed(error);
        }
    }

    protected override SocketError TrySend(ReadOnlySpan<byte> data, DatagramAddress to)
    {
        try
        {
            if (to.Bytes.IsEmpty)
            {
                Socket.Send(data, SocketFlags.None, out SocketError error);
                if (IsOfEarlier(error))
                {
                    Tell(error);
                    if (!IsClosed)
                    {
                        Socket.Send(data, SocketFlags.None, out error);
                    }
                }
                return error;
            }
            to.Bytes.CopyTo(_to.Buffer.Span);
            _to.Size = to.Bytes.Length;
            Socket.SendTo(data, SocketFlags.None, _to);
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    protected override void Close() => Socket.Dispose();

    private DatagramAddress From => new(_from.Buffer.Span[.._from.Size]);

    // No event says when the system takes more: it does within a moment.
    private void SendWaitingSoon() => _loop.Schedule(TimeSpan.FromMilliseconds(1), static s =>
    {
        CompletionDatagramChannel channel = (CompletionDatagramChannel)s!;
        if (!channel.IsClosed && !channel.SendWaiting())
        {
            channel.SendWaitingSoon();
        }
    }, this);

    private async Task ReceiveAsync()
    {
        if (IsClosed)
        {
            return;
        }
        SocketError error = SocketError.Success;
        try
        {
            _from.Size = _from.Buffer.Length;
            _length = await Socket.ReceiveFromAsync(_buffer, SocketFlags.None, _from).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            error = e.SocketErrorCode;
        }
        catch (ObjectDisposedException)
        {
            return;
        }
        _loop.Complete(this, Completion.Receive, error);
    }

    private void TellOf(SocketError error)
    {
        if (error != SocketError.OperationAborted)
        {
            Tell(error);
        }
    }
}
