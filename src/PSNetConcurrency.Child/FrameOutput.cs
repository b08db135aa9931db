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

    // A frame's head.
    private const int Empty = 5;
    private readonly object _gate = new();
    private readonly object _writing = new();
    private WireWriter _batch = new(4096);
    private WireWriter _spare = new(4096);
    private Thread? _flusher;
    private WireWriter? _meanwhile;
    private bool _recording;
    private bool _due;
    private volatile bool _closed;

    /// <summary>Serializes at once: what changes afterwards arrives as it was.</summary>
    public void Record(ChildStreamKind kind, object? value)
    {
        bool large;
        lock (_gate)
        {
            if (_recording)
            {
                // A property's script writes while its object is being read: that comes behind the object.
                WriteWhole(_meanwhile ??= new WireWriter(256), kind, value);
                return;
            }
            if (_batch.Length == 0)
            {
                _batch.BeginFrame(FrameKind.Records);
            }
            _recording = true;
            try
            {
                WriteWhole(_batch, kind, value);
            }
            finally
            {
                _recording = false;
                if (_meanwhile is not null)
                {
                    _batch.Raw(_meanwhile.Written);
                    _meanwhile = null;
                }
                if (_batch.Length == Empty)
                {
                    _batch.Truncate(0);
                }
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

    private static void WriteWhole(WireWriter writer, ChildStreamKind kind, object? value)
    {
        int before = writer.Length;
        try
        {
            RecordWriter.Write(writer, kind, value);
        }
        catch
        {
            writer.Truncate(before);
            throw;
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
