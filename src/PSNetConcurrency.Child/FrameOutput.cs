using PSNetConcurrency.Child.Values;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Child;

/// <summary>
/// Sends frames. Records gather in a batch that goes out when it is large, on the thread of who writes, which so waits for a parent
/// that does not read; or within a moment, on a thread of its own, however long the script then sleeps.
/// </summary>
internal sealed class FrameOutput(Stream stream)
{
    private const int LargeBatch = 48 * 1024;
    private readonly object _gate = new();
    private readonly object _writing = new();
    private WireWriter _batch = new(4096);
    private WireWriter _spare = new(4096);
    private Thread? _flusher;
    private bool _due;
    private volatile bool _closed;

    /// <summary>Serializes at once: what changes afterwards arrives as it was.</summary>
    public void Record(ChildStreamKind kind, object? value)
    {
        bool large;
        lock (_gate)
        {
            if (_batch.Length == 0)
            {
                _batch.BeginFrame(FrameKind.Records);
            }
            int before = _batch.Length;
            try
            {
                RecordWriter.Write(_batch, kind, value);
            }
            catch
            {
                _batch.Truncate(before == 5 ? 0 : before);
                throw;
            }
            large = _batch.Length >= LargeBatch;
            if (!large && !_due)
            {
                _due = true;
                if (_flusher is null)
                {
                    _flusher = new Thread(FlushSoon) { IsBackground = true, Name = "Child output" };
                    _flusher.Start();
                }
                Monitor.PulseAll(_gate);
            }
        }
        if (large)
        {
            Flush();
        }
    }

    /// <summary>Sends a frame after all records so far.</summary>
    public void Send(WireWriter frame)
    {
        lock (_writing)
        {
            FlushLocked();
            Write(frame);
        }
    }

    public void Flush()
    {
        lock (_writing)
        {
            FlushLocked();
        }
    }

    /// <summary>Nothing is written any more.</summary>
    public void Close()
    {
        lock (_writing)
        {
            _closed = true;
        }
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
        }
    }

    private void FlushLocked()
    {
        WireWriter full;
        lock (_gate)
        {
            _due = false;
            if (_batch.Length == 0)
            {
                return;
            }
            full = _batch;
            _batch = _spare;
            _spare = full;
        }
        full.EndFrame(0);
        Write(full);
        full.Truncate(0);
    }

    private void Write(WireWriter frame)
    {
        if (_closed)
        {
            return;
        }
        try
        {
            stream.Write(frame.Written);
        }
        catch (IOException)
        {
            // Nobody reads any more; whether that ends the child is for its input to say.
            _closed = true;
        }
    }

    private void FlushSoon()
    {
        while (true)
        {
            lock (_gate)
            {
                while (!_due)
                {
                    if (_closed)
                    {
                        return;
                    }
                    Monitor.Wait(_gate);
                }
                // What is written within this moment goes out together.
                Monitor.Wait(_gate, 2);
                if (!_due)
                {
                    continue;
                }
            }
            Flush();
        }
    }
}
