using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>A UDP socket on the epoll loop: up to 64 datagrams a call of the system in both directions (recvmmsg, sendmmsg).</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class EpollDatagramChannel : DatagramChannel, IEpollTarget
{
    // Then others on the loop have their turn.
    private const int BatchesPerTurn = 8;

    private readonly EpollLoop _loop;
    private readonly DatagramBatch _batch;
    private readonly Action _continue;
    private readonly int _fd;
    private readonly int _slot;
    private bool _inBatch;
    private bool _continuing;

    public EpollDatagramChannel(EpollLoop loop, Socket socket, IDatagramHandler handler) : base(loop, socket, handler)
    {
        _loop = loop;
        _batch = loop.Datagrams;
        _continue = () =>
        {
            _continuing = false;
            Read();
        };
        socket.Blocking = false;
        _fd = (int)socket.SafeHandle.DangerousGetHandle();
        _slot = loop.Register(_fd, this, Libc.EpollIn | Libc.EpollOut);
    }

    [MethodImpl(HotPath.Options)]
    public void Ready(int events)
    {
        if ((events & Libc.EpollOut) != 0 && HasWaiting)
        {
            SendWaiting();
        }
        if ((events & (Libc.EpollIn | Libc.EpollErr)) != 0)
        {
            Read();
        }
    }

    [MethodImpl(HotPath.Options)]
    public override void Send(ReadOnlySpan<byte> data, DatagramAddress to)
    {
        if (IsClosed)
        {
            return;
        }
        if (HasWaiting)
        {
            // In their order.
            Wait(data, to);
            return;
        }
        if (_inBatch)
        {
            if (_batch.TryQueue(data, to))
            {
                return;
            }
            Flush();
            if (_batch.TryQueue(data, to))
            {
                return;
            }
        }
        SocketError error = TrySend(data, to);
        if (error == SocketError.WouldBlock)
        {
            Wait(data, to);
        }
        else if (error != SocketError.Success)
        {
            Failed(error);
        }
    }

    protected override SocketError TrySend(ReadOnlySpan<byte> data, DatagramAddress to)
    {
        fixed (byte* bytes = data, address = to.Bytes)
        {
            nint sent;
            do
            {
                sent = Libc.SendTo(_fd, bytes, (nuint)data.Length, Libc.NoSignal, address, to.Bytes.Length);
            }
            while (sent < 0 && Marshal.GetLastPInvokeError() == Libc.Interrupted);
            return sent < 0 ? Libc.ToSocketError(Marshal.GetLastPInvokeError()) : SocketError.Success;
        }
    }

    protected override void Close()
    {
        _loop.Unregister(_slot);
        Socket.Dispose();
    }

    [MethodImpl(HotPath.Options)]
    private void Read()
    {
        for (int turn = 0; turn < BatchesPerTurn && !IsClosed; turn++)
        {
            int count = _batch.Receive(_fd);
            if (count < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                SocketError error = Libc.ToSocketError(errno);
                if (error == SocketError.WouldBlock)
                {
                    return;
                }
                if (errno != Libc.Interrupted)
                {
                    Handler.OnError(this, error);
                }
                continue;
            }
            _inBatch = true;
            try
            {
                for (int i = 0; i < count && !IsClosed; i++)
                {
                    Deliver(_batch.Data(i), _batch.Address(i));
                }
                Flush();
            }
            finally
            {
                _inBatch = false;
                _batch.Clear();
            }
            if (count < DatagramBatch.Size)
            {
                // What comes from here on is an edge of its own.
                return;
            }
        }
        if (!IsClosed && !_continuing)
        {
            _continuing = true;
            _loop.Post(_continue);
        }
    }

    [MethodImpl(HotPath.Options)]
    private void Flush()
    {
        while (!IsClosed && _batch.Queued > 0)
        {
            if (_batch.Send(_fd) > 0)
            {
                continue;
            }
            int errno = Marshal.GetLastPInvokeError();
            if (errno == Libc.Interrupted)
            {
                continue;
            }
            SocketError error = Libc.ToSocketError(errno);
            if (error == SocketError.WouldBlock)
            {
                while (_batch.Queued > 0)
                {
                    Wait(_batch.QueuedData, _batch.QueuedAddress);
                    _batch.Skip();
                }
                return;
            }
            // That datagram only.
            Failed(error);
            _batch.Skip();
        }
        _batch.Clear();
    }
}
