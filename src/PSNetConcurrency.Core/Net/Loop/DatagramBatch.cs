using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>
/// The buffers of recvmmsg and sendmmsg, one set a loop, shared by its UDP sockets: they are used within one turn. The memory
/// of large datagrams is the system's to give only when such come.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class DatagramBatch : IDisposable
{
    /// <summary>Datagrams a call of the system.</summary>
    public const int Size = 64;

    private const int BufferSize = 65536;

    // A page and a cache line more than the longest datagram: buffers a power of two apart would share the same few lines of the processor's caches.
    private const int Stride = BufferSize + 4096 + 64;
    private const int AddressSize = 32;
    private const int CopySize = 2 * BufferSize;

    // A control message is a length, a level and a type, then here a struct timespec: all of 8 bytes, as on every 64-bit system.
    private const int ControlHeader = 16, ControlSize = 64;

    private readonly byte* _memory;
    private readonly byte* _data;
    private readonly byte* _addresses;
    private readonly byte* _copies;
    private readonly byte* _copiedAddresses;
    private readonly byte* _control;
    private readonly Message* _received;
    private readonly Message* _sent;
    private readonly Buffer* _receiveBuffers;
    private readonly Buffer* _sendBuffers;
    private int _receivedCount;
    private bool _takesTimes;
    private int _count;
    private int _first;
    private int _copied;

    public DatagramBatch()
    {
        int messages = Size * sizeof(Message), buffers = Size * sizeof(Buffer);
        int total = (Size * Stride) + CopySize + (2 * Size * AddressSize) + (Size * ControlSize) + (2 * messages) + (2 * buffers);
        byte* at = _memory = (byte*)NativeMemory.AlignedAlloc((nuint)total, 64);
        _data = at;
        at += Size * Stride;
        _copies = at;
        at += CopySize;
        _addresses = at;
        at += Size * AddressSize;
        _copiedAddresses = at;
        at += Size * AddressSize;
        _control = at;
        at += Size * ControlSize;
        _received = (Message*)at;
        at += messages;
        _sent = (Message*)at;
        at += messages;
        _receiveBuffers = (Buffer*)at;
        at += buffers;
        _sendBuffers = (Buffer*)at;
        NativeMemory.Clear(_received, (nuint)(2 * (messages + buffers)));
        for (int i = 0; i < Size; i++)
        {
            _receiveBuffers[i] = new Buffer { Data = _data + (i * Stride), Length = BufferSize };
            _received[i].Header.Buffers = &_receiveBuffers[i];
            _received[i].Header.BufferCount = 1;
            _received[i].Header.Address = _addresses + (i * AddressSize);
            _received[i].Header.AddressLength = AddressSize;
            _sent[i].Header.Buffers = &_sendBuffers[i];
            _sent[i].Header.BufferCount = 1;
        }
    }

    /// <summary>How many datagrams are queued to be sent.</summary>
    public int Queued => _count - _first;

    public ReadOnlySpan<byte> QueuedData => new(_sendBuffers[_first].Data, (int)_sendBuffers[_first].Length);

    public DatagramAddress QueuedAddress => new(new ReadOnlySpan<byte>(_sent[_first].Header.Address, _sent[_first].Header.AddressLength));

    /// <summary>Receives what has come, without waiting; -1 for an error, which is the last P/Invoke error.</summary>
    /// <param name="fd">The socket.</param>
    /// <param name="times">Whether to take the times at which they came too, from a socket that has them told.</param>
    [MethodImpl(HotPath.Options)]
    public int Receive(int fd, bool times = false)
    {
        if (times != _takesTimes)
        {
            SetTimes(times);
        }
        // The system has written how long the addresses were: that of an IPv4 socket would cut short those of an IPv6 one.
        for (int i = 0; i < _receivedCount; i++)
        {
            _received[i].Header.AddressLength = AddressSize;
            _received[i].Header.ControlLength = times ? ControlSize : 0u;
        }
        int count = Libc.ReceiveMessages(fd, _received, Size, Libc.DontWait, null);
        _receivedCount = count > 0 ? count : 0;
        return count;
    }

    [MethodImpl(HotPath.Options)]
    public ReadOnlySpan<byte> Data(int i) => new(_data + (i * Stride), (int)_received[i].Length);

    /// <summary>The sender of a received datagram.</summary>
    [MethodImpl(HotPath.Options)]
    public DatagramAddress Address(int i) => new(new ReadOnlySpan<byte>(_addresses + (i * AddressSize), _received[i].Header.AddressLength));

    /// <summary>When a datagram came, as the system's clock told it (SO_TIMESTAMPNS), in ticks of UTC; 0 where that is not known.</summary>
    [MethodImpl(HotPath.Options)]
    public long ReceivedAt(int i)
    {
        byte* control = _control + (i * ControlSize);
        if (_received[i].Header.ControlLength < ControlHeader + (2 * sizeof(long)) || *(long*)(control + 8) != Libc.ReceiveTimeMessage)
        {
            return 0;
        }
        long seconds = *(long*)(control + ControlHeader), nanoseconds = *(long*)(control + ControlHeader + sizeof(long));
        return DateTime.UnixEpoch.Ticks + (seconds * TimeSpan.TicksPerSecond) + (nanoseconds / TimeSpan.NanosecondsPerTick);
    }

    /// <summary>Queues a datagram to be sent; false when there is no room. What lies in a received datagram is not copied: it stays as it is until the batch is sent.</summary>
    [MethodImpl(HotPath.Options)]
    public bool TryQueue(ReadOnlySpan<byte> data, DatagramAddress to)
    {
        if (_count == Size)
        {
            return false;
        }
        fixed (byte* bytes = data, address = to.Bytes)
        {
            byte* kept = bytes;
            if (bytes < _data || bytes >= _data + (Size * Stride))
            {
                if (data.Length > CopySize - _copied)
                {
                    return false;
                }
                kept = _copies + _copied;
                data.CopyTo(new Span<byte>(kept, data.Length));
                _copied += data.Length;
            }
            byte* keptAddress = address;
            if (address < _addresses || address >= _addresses + (Size * AddressSize))
            {
                keptAddress = _copiedAddresses + (_count * AddressSize);
                to.Bytes.CopyTo(new Span<byte>(keptAddress, AddressSize));
            }
            _sendBuffers[_count] = new Buffer { Data = kept, Length = (nuint)data.Length };
            _sent[_count].Header.Address = to.Bytes.IsEmpty ? null : keptAddress;
            _sent[_count].Header.AddressLength = to.Bytes.Length;
            _count++;
            return true;
        }
    }

    /// <summary>Sends what is queued; the number of datagrams the system took, or -1.</summary>
    [MethodImpl(HotPath.Options)]
    public int Send(int fd)
    {
        int sent = Libc.SendMessages(fd, _sent + _first, (uint)Queued, Libc.NoSignal | Libc.DontWait);
        if (sent > 0)
        {
            _first += sent;
        }
        return sent;
    }

    /// <summary>Leaves the first queued datagram out.</summary>
    public void Skip() => _first++;

    /// <summary>Forgets what is queued.</summary>
    public void Clear() => _count = _first = _copied = 0;

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    private void SetTimes(bool times)
    {
        _takesTimes = times;
        for (int i = 0; i < Size; i++)
        {
            _received[i].Header.Control = times ? _control + (i * ControlSize) : null;
            _received[i].Header.ControlLength = times ? ControlSize : 0u;
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Buffer
    {
        public byte* Data;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        public byte* Address;
        public int AddressLength;
        public Buffer* Buffers;
        public nuint BufferCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct Message
    {
        public Header Header;
        public uint Length;
    }
}
