using PSNetConcurrency.Child.Values;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Child;

/// <summary>
/// Reads what the parent sends, on a thread of its own that nothing holds up: so it always sees the end of the stream, which means
/// that the parent is gone.
/// </summary>
internal sealed class FrameInput(Stream stream)
{
    private readonly object _gate = new();
    private readonly Queue<byte[]> _items = new();
    private byte[]? _job;
    private bool _jobIsWarm;
    private bool _detached;
    private bool _inputEnded;
    private bool _stopped;

    /// <summary>The parent asked to stop.</summary>
    public Action? StopRequested { get; set; }

    /// <summary>The parent is gone, and the job does not live on without it.</summary>
    public Action? ParentGone { get; set; }

    public void Start() => new Thread(ReadAll) { IsBackground = true, Name = "Child input" }.Start();

    /// <summary>Waits for a Run or Warm frame.</summary>
    public byte[] WaitForJob(out bool isWarm)
    {
        lock (_gate)
        {
            while (_job is null)
            {
                Monitor.Wait(_gate);
            }
            byte[] job = _job;
            _job = null;
            isWarm = _jobIsWarm;
            return job;
        }
    }

    /// <summary>Waits for the next object's bytes; null at their end, or once stopped.</summary>
    public byte[]? WaitForItem()
    {
        lock (_gate)
        {
            while (_items.Count == 0 && !_inputEnded && !_stopped)
            {
                Monitor.Wait(_gate);
            }
            return _items.Count > 0 && !_stopped ? _items.Dequeue() : null;
        }
    }

    /// <summary>Whether objects have come that nobody has taken.</summary>
    public bool HasItems
    {
        get
        {
            lock (_gate)
            {
                return _items.Count > 0;
            }
        }
    }

    public void StopWaiting()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void ReadAll()
    {
        byte[] head = new byte[5];
        try
        {
            while (Fill(head))
            {
                int length = BitConverter.ToInt32(head, 0);
                if (length is < 1 or > Wire.MaxFrame)
                {
                    break;
                }
                byte[] payload = new byte[length - 1];
                if (!Fill(payload))
                {
                    break;
                }
                Take((FrameKind)head[4], payload);
            }
        }
        catch (IOException)
        {
            // As good as its end.
        }
        if (_detached)
        {
            // It has sent all there will be, and that is still to be read.
            Take(FrameKind.EndInput, []);
            return;
        }
        ParentGone?.Invoke();
        StopWaiting();
    }

    private void Take(FrameKind kind, byte[] payload)
    {
        if (kind == FrameKind.Stop)
        {
            StopRequested?.Invoke();
            return;
        }
        if (kind == FrameKind.Run)
        {
            // Here, before the next read: the end of the stream may be what comes next, and the job is run much later.
            _detached = JobFrame.IsDetached(payload);
        }
        lock (_gate)
        {
            switch (kind)
            {
                case FrameKind.Run:
                case FrameKind.Warm:
                    _job = payload;
                    _jobIsWarm = kind == FrameKind.Warm;
                    break;
                case FrameKind.Input:
                    _items.Enqueue(payload);
                    break;
                case FrameKind.EndInput:
                    _inputEnded = true;
                    break;
            }
            Monitor.PulseAll(_gate);
        }
    }

    private bool Fill(byte[] bytes)
    {
        int at = 0;
        while (at < bytes.Length)
        {
            int count = stream.Read(bytes, at, bytes.Length - at);
            if (count <= 0)
            {
                return false;
            }
            at += count;
        }
        return true;
    }
}
