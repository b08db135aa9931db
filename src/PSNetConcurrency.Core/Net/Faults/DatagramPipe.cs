using System.Diagnostics;

namespace PSNetConcurrency.Core.Net.Faults;

/// <summary>
/// One direction of a client through the proxy. Datagrams are lost, truncated, corrupted, duplicated and held back as they
/// come; then the bandwidth and the delay say when they are passed on. Where nothing does, they are at once, uncopied.
/// All of it runs on the loop.
/// </summary>
internal sealed class DatagramPipe
{
    /// <summary>How many datagrams are held back at once at most; one more passes at once.</summary>
    public const int MaximumHeld = 64;

    private readonly DatagramFlow _flow;
    private readonly FaultDirection _direction;
    private readonly UdpFaultProxyService _proxy;
    private readonly DelayQueue _delays;
    private readonly DatagramFaultCount _count;
    private HoldBack<WaitingDatagram>? _held;
    private DatagramDraw _draw;
    private FaultPacer _pacer;
    private long _lastDue;
    private long _lastPassed;
    private long _callDue = long.MaxValue;
    private long _waitingBytes;

    public DatagramPipe(DatagramFlow flow, FaultDirection direction, UdpFaultProxyService proxy, DelayQueue delays)
    {
        _flow = flow;
        _direction = direction;
        _proxy = proxy;
        _delays = delays;
        _count = proxy.Statistic.Of(direction);
        _draw = new DatagramDraw(proxy.Seed, flow.Number, direction);
    }

    /// <summary>Datagrams that wait, held back or delayed.</summary>
    public int Waiting { get; private set; }

    /// <summary>The memory they take.</summary>
    public long WaitingMemory { get; set; }

    private NetFault Fault => _proxy.FaultOf(_direction);

    /// <summary>The link has another speed: what was reserved at the old one is not waited for.</summary>
    public void FreeLink() => _pacer.FreeLink();

    public void Take(ReadOnlySpan<byte> data)
    {
        NetFault fault = Fault;
        _count.CountReceived();
        DatagramFate fate = _draw.Next(fault, data.Length);
        if (fate.Faults != DatagramFaults.None)
        {
            _proxy.Statistic.AddDecision(_flow.Number, _direction, data.Length, fate);
            if (fate.Has(DatagramFaults.Lost))
            {
                return;
            }
            data = data[..fate.Length];
            if (fate.Has(DatagramFaults.Corrupted))
            {
                data = _proxy.Flip(data, fate.Bit);
            }
            if (fate.Has(DatagramFaults.Reordered) && TryHold(data, fate, fault))
            {
                return;
            }
        }
        Forward(data, fate, fault);
        if (_held is { Count: > 0 })
        {
            _held.CountPassed();
            // Of those whose time is over too: the call for them may be late.
            Release(Stopwatch.GetTimestamp());
        }
    }

    /// <summary>The time of what is held back is over, of some of it.</summary>
    public void HoldOver(long now)
    {
        _callDue = long.MaxValue;
        Release(now);
    }

    /// <summary>The time of a delayed datagram has come.</summary>
    public void Due(in WaitingDatagram datagram)
    {
        Waited(datagram);
        Pass(datagram.Data, datagram.Fate.Number, datagram.IsCopy);
        _delays.Return(datagram.Buffer, this);
        _proxy.Passed();
    }

    private bool TryHold(ReadOnlySpan<byte> data, in DatagramFate fate, NetFault fault)
    {
        _held ??= new HoldBack<WaitingDatagram>(MaximumHeld);
        if (!_held.HasRoom)
        {
            return false;
        }
        if (TryWait(data, fault) is not { } buffer)
        {
            Overflow(fate);
            return true;
        }
        long deadline = Stopwatch.GetTimestamp() + (long)((fault.ReorderMilliseconds ?? NetFault.DefaultReorderMilliseconds) / 1000 * Stopwatch.Frequency);
        _held.Hold(new WaitingDatagram(buffer, data.Length, fate), fault.ReorderDistance ?? NetFault.DefaultReorderDistance, deadline);
        _count.CountDelayed();
        CallForHeld();
        return true;
    }

    private void Release(long now)
    {
        while (_held!.TryTake(now, out WaitingDatagram datagram))
        {
            Waited(datagram);
            Forward(datagram.Data, datagram.Fate, Fault);
            _delays.Return(datagram.Buffer, this);
        }
        CallForHeld();
        _proxy.Passed();
    }

    // Few calls are under way: none for each that is held, and those are not waited for long.
    private void CallForHeld()
    {
        long next = _held!.NextDeadline;
        if (next < _callDue)
        {
            _callDue = next;
            _delays.AddCall(this, next);
        }
    }

    private void Forward(ReadOnlySpan<byte> data, in DatagramFate fate, NetFault fault)
    {
        bool copies = fate.Has(DatagramFaults.Duplicated);
        if (!fault.DelaysDatagrams && !(fault.KeepOrder && Waiting > (_held?.Count ?? 0)))
        {
            Pass(data, fate.Number, isCopy: false);
            if (copies)
            {
                Pass(data, fate.Number, isCopy: true);
            }
            return;
        }
        long now = Stopwatch.GetTimestamp();
        if (!TryDelay(data, fate, fault, now, fate.Jitter, out WaitingDatagram datagram, out long due))
        {
            Overflow(fate);
            return;
        }
        if (!copies)
        {
            _delays.Add(this, datagram, due);
        }
        else if (TryDelay(data, fate, fault, now, fate.CopyJitter, out WaitingDatagram copy, out long copyDue))
        {
            // What comes second is the copy, to those who see it come.
            _delays.Add(this, datagram, Math.Min(due, copyDue));
            _delays.Add(this, copy with { IsCopy = true }, Math.Max(due, copyDue));
        }
        else
        {
            _delays.Add(this, datagram, due);
            _count.CountOverflowed();
        }
    }

    private bool TryDelay(ReadOnlySpan<byte> data, in DatagramFate fate, NetFault fault, long now, double jitter, out WaitingDatagram datagram, out long due)
    {
        datagram = default;
        due = 0;
        if (TryWait(data, fault) is not { } buffer)
        {
            return false;
        }
        datagram = new WaitingDatagram(buffer, data.Length, fate);
        due = fault.BandwidthBytesPerSecond is { } rate ? _pacer.Reserve(data.Length, now, now, rate) : now;
        due += FaultPacer.Delay(fault, jitter);
        if (fault.KeepOrder)
        {
            due = Math.Max(due, _lastDue);
        }
        _lastDue = Math.Max(due, _lastDue);
        _count.CountDelayed();
        return true;
    }

    // A copy of what is to wait; null where there is no room. One alone may always wait, as the one that a link is sending.
    private byte[]? TryWait(ReadOnlySpan<byte> data, NetFault fault)
    {
        if (Waiting > 0 && _waitingBytes + data.Length > fault.QueueBytes)
        {
            return null;
        }
        byte[]? buffer = _delays.TryCopy(data, this);
        if (buffer is not null)
        {
            Waiting++;
            _waitingBytes += data.Length;
        }
        return buffer;
    }

    private void Waited(in WaitingDatagram datagram)
    {
        Waiting--;
        _waitingBytes -= datagram.Length;
    }

    // With its copy, where it was to have one.
    private void Overflow(in DatagramFate fate)
    {
        _count.CountOverflowed();
        if (fate.Has(DatagramFaults.Duplicated))
        {
            _count.CountOverflowed();
        }
    }

    private void Pass(ReadOnlySpan<byte> data, long number, bool isCopy)
    {
        if (!_flow.Send(_direction, data))
        {
            _count.CountFailed();
            return;
        }
        _count.CountPassed(data.Length);
        if (number > _lastPassed)
        {
            _lastPassed = number;
        }
        else if (!isCopy)
        {
            _count.CountReordered();
        }
    }
}
