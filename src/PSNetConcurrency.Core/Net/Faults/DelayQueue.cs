using System.Buffers;
using System.Diagnostics;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Faults;

/// <summary>A datagram that waits, in a rented buffer.</summary>
internal readonly record struct WaitingDatagram(byte[] Buffer, int Length, DatagramFate Fate, bool IsCopy = false)
{
    public ReadOnlySpan<byte> Data => Buffer.AsSpan(0, Length);
}

/// <summary>
/// The datagrams of a proxy that wait for their time, all in one queue with one timer, and the memory they take: it is
/// bounded for all together, and for each direction of a client, so that none takes it all. On the loop.
/// </summary>
internal sealed class DelayQueue(EventLoop loop)
{
    /// <summary>The memory of all that wait.</summary>
    public const long MaximumBytes = 64 * 1024 * 1024;

    /// <summary>The memory of what waits in one direction of one client.</summary>
    public const long MaximumPipeBytes = MaximumBytes / 4;

    // The queue's own place for a datagram; an empty one takes that much too.
    private const int Overhead = 128;

    // Then others on the loop have their turn.
    private const int PerTurn = 1024;

    private readonly PriorityQueue<(DatagramPipe Pipe, WaitingDatagram? Datagram), (long Due, long Order)> _queue = new();
    private long _order;
    private long _bytes;
    private long _timerDue = long.MaxValue;
    private bool _turnTaken;
    private bool _closed;

    /// <summary>The memory of all that wait; may be read at any time.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>A buffer with a copy of the data; null where there is no room.</summary>
    public byte[]? TryCopy(ReadOnlySpan<byte> data, DatagramPipe pipe)
    {
        if (_bytes + data.Length + Overhead > MaximumBytes || pipe.WaitingMemory + data.Length + Overhead > MaximumPipeBytes)
        {
            return null;
        }
        byte[] buffer = ArrayPool<byte>.Shared.Rent(data.Length);
        data.CopyTo(buffer);
        Count(buffer, pipe, 1);
        return buffer;
    }

    /// <summary>Gives a buffer back.</summary>
    public void Return(byte[] buffer, DatagramPipe pipe)
    {
        Count(buffer, pipe, -1);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Calls the pipe's Due with the datagram at that time, one that was added earlier first.</summary>
    public void Add(DatagramPipe pipe, WaitingDatagram datagram, long due) => Enqueue(pipe, datagram, due);

    /// <summary>Calls the pipe's HoldOver at that time.</summary>
    public void AddCall(DatagramPipe pipe, long due) => Enqueue(pipe, null, due);

    /// <summary>Throws away what waits; nothing is called any more.</summary>
    public void Close()
    {
        _closed = true;
        while (_queue.TryDequeue(out (DatagramPipe Pipe, WaitingDatagram? Datagram) next, out _))
        {
            if (next.Datagram is { } datagram)
            {
                Return(datagram.Buffer, next.Pipe);
            }
        }
    }

    private void Enqueue(DatagramPipe pipe, WaitingDatagram? datagram, long due)
    {
        _queue.Enqueue((pipe, datagram), (due, _order++));
        Arm();
    }

    // A timer that is no longer the first is left alone: it finds nothing to do.
    private void Arm()
    {
        if (_closed || _turnTaken || !_queue.TryPeek(out _, out (long Due, long Order) first) || first.Due >= _timerDue)
        {
            return;
        }
        _timerDue = first.Due;
        loop.Schedule(TimeSpan.FromSeconds((double)Math.Max(0, first.Due - Stopwatch.GetTimestamp()) / Stopwatch.Frequency), static queue =>
        {
            DelayQueue self = (DelayQueue)queue!;
            self._timerDue = long.MaxValue;
            self.Run();
        }, this);
    }

    private void Run()
    {
        long now = Stopwatch.GetTimestamp();
        for (int i = 0; i < PerTurn; i++)
        {
            if (!_queue.TryPeek(out (DatagramPipe Pipe, WaitingDatagram? Datagram) next, out (long Due, long Order) at) || at.Due > now)
            {
                Arm();
                return;
            }
            _queue.Dequeue();
            if (next.Datagram is { } datagram)
            {
                next.Pipe.Due(datagram);
            }
            else
            {
                next.Pipe.HoldOver(now);
            }
        }
        if (!_turnTaken)
        {
            _turnTaken = true;
            loop.Post(() =>
            {
                _turnTaken = false;
                Run();
            });
        }
    }

    private void Count(byte[] buffer, DatagramPipe pipe, int sign)
    {
        long cost = sign * (buffer.Length + Overhead);
        Interlocked.Add(ref _bytes, cost);
        pipe.WaitingMemory += cost;
    }
}
