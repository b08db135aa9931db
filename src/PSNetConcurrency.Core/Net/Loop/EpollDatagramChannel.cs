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

    // One more costs the first of them the microsecond that a datagram takes to be sent.
    private const int PromptDatagrams = 8;

    private static readonly TimeSpan ErrorPause = TimeSpan.FromMilliseconds(100);

    private readonly EpollLoop _loop;
    private readonly DatagramBatch _batch;
    private readonly Action _continue;
    private readonly int _fd;
    private readonly int _slot;
    private readonly bool _connected;
    private bool _inBatch;
    private bool _continuing;
    private bool _awaitsRoom;
    private bool _takesTimes;

    public EpollDatagramChannel(EpollLoop loop, Socket socket, IDatagramHandler handler) : base(loop, socket, handler)
    {
        _loop = loop;
        _batch = loop.Datagrams;
        _connected = socket.Connected;
        _continue = () =>
        {
            _continuing = false;
            Read();
        };
        socket.Blocking = false;
        _fd = (int)socket.SafeHandle.DangerousGetHandle();
        // Not for room to send: each datagram that leaves makes some, and would wake the loop.
        _slot = loop.Register(_fd, this, Libc.EpollIn);
    }

    public override bool DefersSending => _inBatch;

    [MethodImpl(HotPath.Options)]
    public void Ready(int events)
    {
        if ((events & Libc.EpollOut) != 0 && _awaitsRoom && SendWaiting() && !IsClosed)
        {
            _awaitsRoom = false;
            _loop.Change(_fd, _slot, Libc.EpollIn);
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
        if (_inBatch && !HasWaiting)
        {
            if (_batch.TryQueue(data, to))
            {
                return;
            }
            Flush();
            if (!HasWaiting && _batch.TryQueue(data, to))
            {
                return;
            }
        }
        // In their order.
        SocketError error = HasWaiting ? SocketError.WouldBlock : TrySend(data, to);
        if (error == SocketError.WouldBlock)
        {
            WaitForRoom(data, to);
        }
        else if (error != SocketError.Success)
        {
            Failed(error);
        }
    }

    public override void TakeReceiveTimes()
    {
        // Elsewhere struct timespec has other widths.
        if (Environment.Is64BitProcess && BitConverter.IsLittleEndian)
        {
            int on = 1;
            _takesTimes = Libc.SetOption(_fd, Libc.SolSocket, Libc.ReceiveTimeOption, &on, sizeof(int)) == 0;
        }
    }

    [MethodImpl(HotPath.Options)]
    public override void SendPromptly(ReadOnlySpan<byte> data, DatagramAddress to)
    {
        Send(data, to);
        if (_inBatch && _batch.Queued >= PromptDatagrams)
        {
            Flush();
        }
    }

    protected override SocketError TrySend(ReadOnlySpan<byte> data, DatagramAddress to)
    {
        fixed (byte* bytes = data, address = to.Bytes)
        {
            bool again = to.Bytes.IsEmpty;
            while (Libc.SendTo(_fd, bytes, (nuint)data.Length, Libc.NoSignal | Libc.DontWait, address, to.Bytes.Length) < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                if (errno == Libc.Interrupted)
                {
                    continue;
                }
                SocketError error = Libc.ToSocketError(errno);
                if (!again || !IsOfEarlier(error))
                {
                    return error;
                }
                again = false;
                Tell(error);
                if (IsClosed)
                {
                    break;
                }
            }
            return SocketError.Success;
        }
    }

    protected override void Closing()
    {
        if (_inBatch)
        {
            Flush();
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
        int errors = 0;
        for (int turn = 0; turn < BatchesPerTurn && !IsClosed; turn++)
        {
            int count = _batch.Receive(_fd, _takesTimes);
            if (count < 0)
            {
                int errno = Marshal.GetLastPInvokeError();
                SocketError error = Libc.ToSocketError(errno);
                if (error == SocketError.WouldBlock)
                {
                    // Only this says that all is taken: behind the error of a connected socket there may be more, without an edge of its own.
                    return;
                }
                if (errno != Libc.Interrupted)
                {
                    errors++;
                    Tell(error);
                }
                continue;
            }
            _inBatch = true;
            try
            {
                for (int i = 0; i < count && !IsClosed; i++)
                {
                    ReceivedAt = _takesTimes ? _batch.ReceivedAt(i) : 0;
                    Deliver(_batch.Data(i), _batch.Address(i));
                }
                BatchEnded();
                Flush();
            }
            finally
            {
                _inBatch = false;
                _batch.Clear();
            }
            if (count == 1 && !_connected)
            {
                // A lone datagram is most often all there is, and what comes from here on is an edge of its own.
                return;
            }
        }
        if (IsClosed || _continuing)
        {
            return;
        }
        _continuing = true;
        if (errors < BatchesPerTurn)
        {
            _loop.Post(_continue);
        }
        else
        {
            // An error that stays, such as a lack of memory, must not keep a processor busy.
            _loop.Schedule(ErrorPause, static channel => ((EpollDatagramChannel)channel!)._continue(), this);
        }
    }

    [MethodImpl(HotPath.Options)]
    private void Flush()
    {
        bool again = true;
        while (!IsClosed && _batch.Queued > 0)
        {
            if (_batch.Send(_fd) > 0)
            {
                again = true;
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
                    WaitForRoom(_batch.QueuedData, _batch.QueuedAddress);
                    _batch.Skip();
                }
                return;
            }
            if (again && _batch.QueuedAddress.Bytes.IsEmpty && IsOfEarlier(error))
            {
                again = false;
                Tell(error);
                continue;
            }
            // That datagram only.
            _batch.Skip();
            Failed(error);
        }
        if (!IsClosed)
        {
            _batch.Clear();
        }
    }

    private void WaitForRoom(ReadOnlySpan<byte> data, DatagramAddress to)
    {
        Wait(data, to);
        if (!_awaitsRoom && HasWaiting && !IsClosed)
        {
            _awaitsRoom = true;
            // Tells of the room also when it came meanwhile.
            _loop.Change(_fd, _slot, Libc.EpollIn | Libc.EpollOut);
        }
    }
}
