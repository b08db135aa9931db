using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Core.Net.Loop;

/// <summary>
/// One thread that serves any number of connections: epoll on Linux, completions (SocketAsyncEventArgs) elsewhere.
/// Handlers run on it and never block; everything else reaches it through <see cref="Post"/>.
/// </summary>
public abstract class EventLoop
{
    private const int ReceiveBufferSize = 256 * 1024;

    private readonly Thread _thread;
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly Queue<SocketChannel> _reads = new();
    private readonly PriorityQueue<LoopTimer, long> _timers = new();
    private readonly HashSet<SocketChannel> _channels = [];
    private readonly HashSet<DatagramChannel> _datagramChannels = [];
    private readonly byte[] _receiveBuffer = GC.AllocateUninitializedArray<byte>(ReceiveBufferSize, pinned: true);
    private int _wakePending;
    private bool _stopping;

    protected EventLoop()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "PSNetConcurrency loop" };
    }

    /// <summary>Whether the caller is on the loop's thread.</summary>
    public bool IsInLoop => Thread.CurrentThread == _thread;

    internal Span<byte> ReceiveBuffer => _receiveBuffer;

    /// <summary>Starts a loop of the kind that is fastest on this system.</summary>
    internal static EventLoop Start() => Start(OperatingSystem.IsLinux() ? new EpollLoop() : new CompletionLoop());

    /// <summary>Starts a loop of a given kind.</summary>
    internal static EventLoop Start(EventLoop loop)
    {
        loop._thread.Start();
        return loop;
    }

    /// <summary>Runs <paramref name="work"/> on the loop, soon; from any thread.</summary>
    public void Post(Action work)
    {
        _posted.Enqueue(work);
        if (!IsInLoop && Interlocked.Exchange(ref _wakePending, 1) == 0)
        {
            Wake();
        }
    }

    /// <summary>Calls back after <paramref name="delay"/>, on the loop; late perhaps, early never. Called on the loop.</summary>
    public LoopTimer Schedule(TimeSpan delay, Action<object?> callback, object? state = null)
    {
        LoopTimer timer = new(callback, state);
        _timers.Enqueue(timer, Stopwatch.GetTimestamp() + (long)Math.Ceiling(Math.Max(0, delay.TotalSeconds) * Stopwatch.Frequency));
        return timer;
    }

    /// <summary>Takes the connections of a listening socket until the returned handle is disposed. Called on the loop.</summary>
    public abstract IDisposable Listen(Socket socket, IAcceptor acceptor);

    /// <summary>Serves a bound UDP socket, which is the channel's from here on, until that is disposed. Called on the loop.</summary>
    public abstract DatagramChannel Bind(Socket socket, IDatagramHandler handler);

    /// <summary>Connects; the outcome is the handler's OnConnected or OnClosed. Called on the loop.</summary>
    public abstract Channel Connect(IPEndPoint remote, IChannelHandler handler);

    /// <summary>Ends the loop and its thread; every channel that is left is aborted. From any thread.</summary>
    internal void Stop() => Post(() => _stopping = true);

    /// <summary>Waits for the thread to be gone, so that a count of threads right after is true.</summary>
    internal void Join(TimeSpan limit)
    {
        if (!IsInLoop)
        {
            _thread.Join(limit);
        }
    }

    /// <summary>Tells of a failure that has nobody else to be told.</summary>
    internal static void Report(Exception e) => Trace.TraceError($"PSNetConcurrency: {e}");

    internal void QueueRead(SocketChannel channel) => _reads.Enqueue(channel);

    internal void Detached(SocketChannel channel) => _channels.Remove(channel);

    internal void Detached(DatagramChannel channel) => _datagramChannels.Remove(channel);

    protected void Attached(SocketChannel channel) => _channels.Add(channel);

    protected DatagramChannel Attached(DatagramChannel channel)
    {
        _datagramChannels.Add(channel);
        return channel;
    }

    /// <summary>Waits for events (-1: for ever, 0: not at all) and hands them to their channels.</summary>
    protected abstract void Poll(int timeoutMilliseconds);

    /// <summary>Ends a <see cref="Poll"/> that waits; from any thread.</summary>
    protected abstract void Wake();

    /// <summary>Releases what the system holds for the loop, on its thread, as the last thing it does.</summary>
    protected abstract void Release();

    private void Run()
    {
        while (!_stopping)
        {
            Poll(_reads.Count > 0 || !_posted.IsEmpty ? 0 : NextTimeout());
            RunTimers();
            RunPosted();
            for (int turns = _reads.Count; turns > 0; turns--)
            {
                RunGuarded(static channel => ((SocketChannel)channel!).ReadQueued(), _reads.Dequeue());
            }
        }
        foreach (SocketChannel channel in _channels.ToArray())
        {
            RunGuarded(static channel => ((SocketChannel)channel!).Abort(), channel);
        }
        foreach (DatagramChannel channel in _datagramChannels.ToArray())
        {
            RunGuarded(static channel => ((DatagramChannel)channel!).Dispose(), channel);
        }
        RunPosted();
        Release();
    }

    private void RunPosted()
    {
        // Cleared first, and seen to be cleared before the queue is looked at: what is posted from here on wakes the loop again.
        if (Volatile.Read(ref _wakePending) != 0)
        {
            Interlocked.Exchange(ref _wakePending, 0);
        }
        if (_posted.IsEmpty)
        {
            return;
        }
        for (int count = _posted.Count; count > 0 && _posted.TryDequeue(out Action? work); count--)
        {
            RunGuarded(static work => ((Action)work!)(), work);
        }
    }

    // A bug in one piece of work costs that piece; the loop has others to serve.
    private static void RunGuarded(Action<object?> work, object? state)
    {
        try
        {
            work(state);
        }
        catch (Exception e)
        {
            Report(e);
        }
    }

    private int NextTimeout()
    {
        if (!_timers.TryPeek(out _, out long due))
        {
            return -1;
        }
        double milliseconds = (due - Stopwatch.GetTimestamp()) * 1000d / Stopwatch.Frequency;
        return (int)Math.Clamp(Math.Ceiling(milliseconds), 0, int.MaxValue);
    }

    private void RunTimers()
    {
        if (_timers.Count == 0)
        {
            return;
        }
        // Not Environment.TickCount64: it is as coarse as the system's tick, 4 to 16 ms, and timers would end that much too early.
        long now = Stopwatch.GetTimestamp();
        while (_timers.TryPeek(out LoopTimer? timer, out long due) && due <= now)
        {
            _timers.Dequeue();
            RunGuarded(static timer => ((LoopTimer)timer!).Fire(), timer);
        }
    }
}

/// <summary>A call to come; <see cref="Cancel"/> it on the loop.</summary>
public sealed class LoopTimer
{
    private Action<object?>? _callback;
    private object? _state;

    internal LoopTimer(Action<object?> callback, object? state)
    {
        _callback = callback;
        _state = state;
    }

    public void Cancel()
    {
        _callback = null;
        _state = null;
    }

    internal void Fire() => _callback?.Invoke(_state);
}
