using System.Buffers;
using System.Diagnostics;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Faults;

/// <summary>
/// One direction of a connection through the proxy. Bytes are corrupted and gathered as they come, wait in a queue, and are
/// sliced, delayed, paced and cut as they leave it; what is in the queue is bounded by not reading the source.
/// All of it runs on the loop.
/// </summary>
internal sealed class FaultPipe
{
    private const int TurnBytes = 256 * 1024, LeastQueue = 1024 * 1024, MostQueue = 16 * LeastQueue, MostPacedQueue = 64 * LeastQueue;
    private const int ChunkCost = 96;

    private readonly FaultConnection _connection;
    private readonly FaultDirection _direction;
    private readonly FaultStatistic _statistic;
    private readonly Queue<Chunk> _queue = new();
    private readonly Action _turn;
    private Channel _source = null!;
    private Channel _destination = null!;
    private NetFault _fault = NetFault.None;
    private Corruptor _corruptor;
    private FaultPacer _pacer;
    private FaultGather _gather;
    private LoopTimer? _gatherTimer;
    private LoopTimer? _timer;
    private long _timerDue;
    private long _taken;
    private long _delivered;
    private long _cutAt = long.MaxValue;
    private FaultCut _cut;
    private long _held;
    private long _limit = LeastQueue;
    private int _start;
    private int _slice;
    private long _due;
    private int _piece;
    private long _release;
    private bool _sliceBegun;
    private bool _turnTaken;
    private bool _paused;
    private bool _stalled;
    private bool _open;

    public FaultPipe(FaultConnection connection, FaultDirection direction, long seed, FaultStatistic statistic)
    {
        _connection = connection;
        _direction = direction;
        _statistic = statistic;
        _corruptor = new Corruptor(FaultSeed.For(seed, connection.Number, direction, 0));
        _pacer = new FaultPacer(FaultSeed.For(seed, connection.Number, direction, 1));
        _turn = () =>
        {
            _turnTaken = false;
            Pump();
        };
    }

    /// <summary>What arrives at the end of the queue: bytes, or how the source ended.</summary>
    private readonly record struct Chunk(byte[]? Buffer, int Length, long Arrived, NetFault Fault, bool Whole = false, Exception? Reset = null);

    /// <summary>Nothing more will be delivered: the end was passed on, or the connection is over.</summary>
    public bool Ended { get; private set; }

    /// <summary>Whether something is on its way that will be delivered.</summary>
    public bool IsBusy => !Ended && !_stalled && (_queue.Count > 0 || _gather.Length > 0 || (_open && _destination.PendingBytes > 0));

    /// <summary>Whether something waits for the pipe's own delays, rather than for a destination that does not take it.</summary>
    public bool IsDelaying => IsBusy && (!_open || _destination.PendingBytes == 0);

    public void Open(Channel source, Channel destination)
    {
        _source = source;
        _destination = destination;
        _open = true;
        Pump();
    }

    /// <summary>Has the faults work on what comes from now on. The speed of the link and the cuts also concern what is under way.</summary>
    public void Apply(NetFault fault)
    {
        fault = fault.For(_direction);
        bool regather = _gather.Length > 0 && (fault.CoalesceBytes != _fault.CoalesceBytes || fault.CoalesceMilliseconds != _fault.CoalesceMilliseconds);
        if (fault.BandwidthBytesPerSecond != _fault.BandwidthBytesPerSecond)
        {
            _piece = 0;
            _pacer.FreeLink();
        }
        _fault = fault;
        _corruptor.SetRate(fault.CorruptRate, _taken);
        (_cutAt, _cut) = fault.FirstCut();
        _stalled &= _delivered >= _cutAt && _cut == FaultCut.Stall;
        // What is in flight on a link of that length and speed must fit, or the bound would be a second limit of the bandwidth.
        double inFlight = (fault.LatencyMilliseconds + fault.JitterMilliseconds) / 1000 * (fault.BandwidthBytesPerSecond ?? 125_000_000) * 1.5;
        _limit = (long)Math.Clamp(inFlight, LeastQueue, fault.BandwidthBytesPerSecond is null ? MostQueue : MostPacedQueue);
        if (regather)
        {
            Flush();
        }
        Pump();
    }

    public void Take(ReadOnlySpan<byte> data)
    {
        if (Ended)
        {
            return;
        }
        if (CanSkipTheQueue(data.Length))
        {
            _taken += data.Length;
            Deliver(data);
            if (_delivered == _cutAt)
            {
                Pump();
            }
            return;
        }
        if (_fault.Coalesces)
        {
            Gather(data);
            return;
        }
        byte[] buffer = ArrayPool<byte>.Shared.Rent(data.Length);
        data.CopyTo(buffer);
        Corrupt(buffer.AsSpan(0, data.Length));
        Enqueue(new Chunk(buffer, data.Length, Stopwatch.GetTimestamp(), _fault));
        Pump();
    }

    /// <summary>The source has ended, in order or (with a reason) by a reset; the destination learns of it after all that came before.</summary>
    public void End(Exception? reset = null)
    {
        if (Ended)
        {
            return;
        }
        if (_gather.Length > 0)
        {
            Flush();
        }
        Enqueue(new Chunk(null, 0, Stopwatch.GetTimestamp(), _fault, Reset: reset));
        Pump();
    }

    /// <summary>The destination takes bytes again.</summary>
    public void Drained() => Pump();

    /// <summary>Lets go of everything. What still comes from the source is thrown away.</summary>
    public void Release()
    {
        Ended = true;
        _timer?.Cancel();
        _gatherTimer?.Cancel();
        _gather.Clear();
        while (_queue.TryDequeue(out Chunk chunk))
        {
            Return(chunk);
        }
        _held = 0;
        UpdateReading();
    }

    private bool CanSkipTheQueue(int length) =>
        _fault.IsDirect && _queue.Count == 0 && _gather.Length == 0 && !_turnTaken && _destination.PendingBytes == 0
        && _corruptor.Next - _taken >= length && _cutAt - _delivered >= length;

    private void Gather(ReadOnlySpan<byte> data)
    {
        if (_gather.Length > 0)
        {
            _statistic.CountCoalesced();
        }
        else
        {
            _gatherTimer = _destination.Loop.Schedule(TimeSpan.FromMilliseconds(_fault.CoalesceMilliseconds ?? NetFault.DefaultCoalesceMilliseconds),
                static pipe => ((FaultPipe)pipe!).GatherOver(), this);
        }
        Corrupt(_gather.Add(data));
        if (_gather.Length >= (_fault.CoalesceBytes ?? NetFault.MaximumCoalesceBytes))
        {
            GatherOver();
        }
    }

    private void GatherOver()
    {
        Flush();
        Pump();
    }

    private void Flush()
    {
        _gatherTimer?.Cancel();
        (byte[] buffer, int length) = _gather.Take();
        Enqueue(new Chunk(buffer, length, Stopwatch.GetTimestamp(), _fault, Whole: true));
    }

    private void Corrupt(Span<byte> data)
    {
        long end = _taken + data.Length;
        while (_corruptor.Next < end)
        {
            long offset = _corruptor.Next;
            byte mask = _corruptor.Take();
            data[(int)(offset - _taken)] ^= mask;
            _statistic.AddCorrupted(_connection.Number, _direction, offset, mask);
        }
        _taken = end;
    }

    private void Enqueue(Chunk chunk)
    {
        _queue.Enqueue(chunk);
        _held += CostOf(chunk);
    }

    private void Pump()
    {
        if (!_open || Ended)
        {
            return;
        }
        Move();
        UpdateReading();
        _connection.Moved();
    }

    // Moves what may leave the queue now; whatever holds the rest calls back: a timer, the destination, the next turn, the source.
    private void Move()
    {
        int budget = TurnBytes;
        while (!Ended && !_turnTaken && !IsCut() && _destination.PendingBytes == 0 && _queue.TryPeek(out Chunk head))
        {
            if (!_sliceBegun)
            {
                BeginSlice(head);
            }
            long now = Stopwatch.GetTimestamp();
            if (WaitsFor(_due, now))
            {
                return;
            }
            if (head.Buffer is null)
            {
                PassEnd(head.Reset);
                return;
            }
            if (_piece == 0)
            {
                BeginPiece(head, now);
            }
            if (WaitsFor(_release, now))
            {
                return;
            }
            int length = (int)Math.Min(_piece, _cutAt - _delivered);
            Deliver(head.Buffer.AsSpan(_start, length));
            Advance(head, length);
            budget -= length;
            // A slice is a segment of its own: the next one waits for another turn. And a long queue leaves the others theirs.
            if (budget <= 0 || (_fault.SliceSize is not null && !_sliceBegun))
            {
                _turnTaken = true;
                _destination.Loop.Post(_turn);
            }
        }
    }

    private void BeginSlice(Chunk head)
    {
        _sliceBegun = true;
        _slice = head.Length - _start;
        if (_fault.SliceSize is { } size && size < _slice)
        {
            _slice = size;
        }
        _piece = 0;
        _due = _pacer.Due(head.Arrived, head.Fault);
        if (head.Length > 0 && (head.Fault.LatencyMilliseconds > 0 || head.Fault.JitterMilliseconds > 0))
        {
            _statistic.CountDelayed();
        }
    }

    private void BeginPiece(Chunk head, long now)
    {
        _piece = _slice;
        _release = 0;
        if (_fault.BandwidthBytesPerSecond is { } rate)
        {
            // What was joined stays so, and waits until the last of it is through.
            _piece = head.Whole ? _slice : Math.Min(_slice, FaultPacer.Quantum(rate));
            _release = _pacer.Reserve(_piece, _due, now, rate);
        }
    }

    private bool WaitsFor(long due, long now)
    {
        if (due <= now)
        {
            return false;
        }
        if (_timer is null || _timerDue > due)
        {
            _timer?.Cancel();
            _timerDue = due;
            _timer = _destination.Loop.Schedule(TimeSpan.FromSeconds((double)(due - now) / Stopwatch.Frequency), static state =>
            {
                FaultPipe pipe = (FaultPipe)state!;
                pipe._timer = null;
                pipe.Pump();
            }, this);
        }
        return true;
    }

    private void Deliver(ReadOnlySpan<byte> data)
    {
        _delivered += data.Length;
        _statistic.CountDelivered(_direction, data.Length);
        _connection.Send(_direction, data);
    }

    private void Advance(Chunk head, int length)
    {
        _start += length;
        _slice -= length;
        _piece -= length;
        if (_slice == 0)
        {
            _sliceBegun = false;
            if (_fault.SliceSize is not null)
            {
                _statistic.CountSlice();
            }
        }
        if (_start == head.Length)
        {
            _start = 0;
            _queue.Dequeue();
            _held -= CostOf(head);
            Return(head);
        }
    }

    private bool IsCut()
    {
        if (_delivered < _cutAt)
        {
            return false;
        }
        if (!_stalled)
        {
            _statistic.CountCut(_cut);
            switch (_cut)
            {
                case FaultCut.Stall:
                    _stalled = true;
                    break;
                case FaultCut.Close:
                    PassEnd(null);
                    break;
                case FaultCut.Reset:
                    _connection.Reset(_destination, null);
                    break;
            }
        }
        return true;
    }

    private void PassEnd(Exception? reset)
    {
        if (reset is not null)
        {
            _connection.Reset(_destination, reset);
            return;
        }
        Release();
        _destination.ShutdownSend();
        _connection.PipeEnded();
    }

    private void UpdateReading()
    {
        if (!_open)
        {
            return;
        }
        // Read again a little below, so that a full queue does not stop and start the source with every piece; not far
        // below, or what is in flight would run dry.
        bool pause = _held > (_paused ? _limit / 8 * 7 : _limit);
        if (pause != _paused)
        {
            _paused = pause;
            if (pause)
            {
                _source.PauseReading();
            }
            else
            {
                _source.ResumeReading();
            }
        }
    }

    // By length: a rented buffer may be up to twice as large, but counted so it would leave too little in flight.
    private static int CostOf(Chunk chunk) => ChunkCost + chunk.Length;

    private static void Return(Chunk chunk)
    {
        if (chunk.Buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(chunk.Buffer);
        }
    }
}
