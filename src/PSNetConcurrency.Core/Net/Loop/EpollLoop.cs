using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>The loop on Linux: epoll, edge-triggered, straight through the C library: no allocation and no second thread an operation.</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class EpollLoop : EventLoop
{
    private const int EventsPerPoll = 512;
    private const ulong WakeToken = ulong.MaxValue;

    // struct epoll_event is packed on x86, and naturally aligned elsewhere.
    private static readonly bool Packed = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86;
    private static readonly int EventSize = Packed ? 12 : 16;
    private static readonly int TokenOffset = Packed ? 4 : 8;

    private readonly int _epoll;
    // A handle that counts its users: a wake from another thread may come when the loop is over, and the number of a descriptor
    // that was closed may be a file's by then.
    private readonly SafeFileHandle _wake;
    private readonly byte[] _events = GC.AllocateArray<byte>(EventsPerPoll * 16, pinned: true);

    // A slot's generation tells a late event of a closed descriptor from one of its successor.
    private readonly List<(IEpollTarget? Target, uint Generation)> _slots = [];
    private readonly Stack<int> _freeSlots = new();

    private DatagramBatch? _datagrams;

    /// <summary>The buffers of the UDP sockets, made for the first of them.</summary>
    public DatagramBatch Datagrams => _datagrams ??= new DatagramBatch();

    public EpollLoop()
    {
        _epoll = Check(Libc.EpollCreate(Libc.CloseOnExec), "epoll_create1");
        try
        {
            int wake = Check(Libc.EventFd(0, Libc.CloseOnExec | Libc.NonBlocking), "eventfd");
            _wake = new SafeFileHandle(wake, ownsHandle: true);
            Control(Libc.EpollAdd, wake, Libc.EpollIn | Libc.EpollEdge, WakeToken);
        }
        catch
        {
            // The last descriptor a process may have was this one: nothing would give it back.
            _wake?.Dispose();
            _ = Libc.Close(_epoll);
            throw;
        }
    }

    public override IDisposable Listen(Socket socket, IAcceptor acceptor) => new EpollAcceptor(this, socket, acceptor);

    public override DatagramChannel Bind(Socket socket, IDatagramHandler handler) => Attached(new EpollDatagramChannel(this, socket, handler));

    public override Channel Connect(IPEndPoint remote, IChannelHandler handler) => EpollChannel.Connect(this, remote, handler);

    /// <summary>Registers a descriptor for all its events, once for its life.</summary>
    public int Register(int fd, IEpollTarget target, int events)
    {
        if (!_freeSlots.TryPop(out int slot))
        {
            slot = _slots.Count;
            _slots.Add((null, 0));
        }
        uint generation = _slots[slot].Generation + 1;
        _slots[slot] = (target, generation);
        try
        {
            Control(Libc.EpollAdd, fd, events | Libc.EpollEdge, ((ulong)generation << 32) | (uint)slot);
        }
        catch
        {
            Unregister(slot);
            throw;
        }
        return slot;
    }

    /// <summary>Asks for other events of a target; those that are there now are told.</summary>
    public void Change(int fd, int slot, int events) => Control(Libc.EpollModify, fd, events | Libc.EpollEdge, ((ulong)_slots[slot].Generation << 32) | (uint)slot);

    /// <summary>Forgets a target; closing its descriptor takes it out of the epoll set.</summary>
    public void Unregister(int slot)
    {
        _slots[slot] = (null, _slots[slot].Generation);
        _freeSlots.Push(slot);
    }

    /// <summary>Forgets a target whose descriptor lives on.</summary>
    public void Forget(int fd, int slot)
    {
        Control(Libc.EpollDelete, fd, 0, 0);
        Unregister(slot);
    }

    public new void Attached(SocketChannel channel) => base.Attached(channel);

    [MethodImpl(HotPath.Options)]
    protected override void Poll(int timeoutMilliseconds)
    {
        int count;
        fixed (byte* events = _events)
        {
            count = Libc.EpollWait(_epoll, events, EventsPerPoll, timeoutMilliseconds);
        }
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> e = _events.AsSpan(i * EventSize, EventSize);
            int flags = MemoryMarshal.Read<int>(e);
            ulong token = MemoryMarshal.Read<ulong>(e[TokenOffset..]);
            if (token == WakeToken)
            {
                ulong ignored;
                _ = Libc.Read((int)_wake.DangerousGetHandle(), &ignored, 8);
                continue;
            }
            (IEpollTarget? target, uint generation) = _slots[(int)(uint)token];
            if (target is not null && generation == (uint)(token >> 32))
            {
                ReadyGuarded(target, flags);
            }
        }
    }

    // A bug in one target costs that target's turn; no delegate, as this runs for every event.
    private static void ReadyGuarded(IEpollTarget target, int events)
    {
        try
        {
            target.Ready(events);
        }
        catch (Exception e)
        {
            Report(e);
        }
    }

    protected override void Wake()
    {
        bool added = false;
        try
        {
            _wake.DangerousAddRef(ref added);
            ulong one = 1;
            _ = Libc.Write((int)_wake.DangerousGetHandle(), &one, 8);
        }
        catch (ObjectDisposedException)
        {
            // The loop is over: nobody is left to be woken.
        }
        finally
        {
            if (added)
            {
                _wake.DangerousRelease();
            }
        }
    }

    protected override void Release()
    {
        _datagrams?.Dispose();
        _wake.Dispose();
        _ = Libc.Close(_epoll);
    }

    private void Control(int operation, int fd, int events, ulong token)
    {
        Span<byte> e = stackalloc byte[16];
        MemoryMarshal.Write(e, in events);
        MemoryMarshal.Write(e[TokenOffset..], in token);
        fixed (byte* p = e)
        {
            Check(Libc.EpollControl(_epoll, operation, fd, p), "epoll_ctl");
        }
    }

    internal static int Check(int result, string call)
    {
        if (result < 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            throw new NetException(NetError.SocketFailure, $"The system refused {call}: {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno}).");
        }
        return result;
    }

    /// <summary>An address as the system writes it, read as an end point.</summary>
    internal static IPEndPoint ReadAddress(ReadOnlySpan<byte> address) => new DatagramAddress(address).ToEndPoint();
}

/// <summary>Something registered with an <see cref="EpollLoop"/>.</summary>
internal interface IEpollTarget
{
    void Ready(int events);
}
