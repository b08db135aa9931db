using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency;

/// <summary>Where a listener is in its life.</summary>
public enum ListenerState
{
    /// <summary>It takes clients.</summary>
    Listening,

    /// <summary>It takes no new clients and lets those inside finish.</summary>
    Draining,

    /// <summary>It is over.</summary>
    Stopped,
}

/// <summary>What carries a listener's data.</summary>
public enum NetTransport
{
    /// <summary>Connections.</summary>
    Tcp,

    /// <summary>Datagrams.</summary>
    Udp,
}

/// <summary>
/// Something that runs in the background and serves the network: a server, a receiver, a proxy, a chat peer.
/// The handle that Get-, Wait-, Receive- and Stop-NetListener take. Its counts may be read at any time.
/// </summary>
public abstract class NetListener : IDisposable
{
    private static int _lastId;

    private readonly object _gate = new();
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _changed;
    private int _waiters;
    private long _totalConnection;
    private long _activeConnection;
    private long _messageCount;
    private long _bytesReceived;
    private long _bytesSent;
    private long _errorCount;
    private long _refusedCount;

    protected NetListener(string kind, string? name, IPEndPoint localEndPoint, NetTransport transport = NetTransport.Tcp, bool isPart = false)
    {
        Transport = transport;
        // Part of another listener: nobody sees it, and the numbers that people see have no gap.
        Id = isPart ? 0 : Interlocked.Increment(ref _lastId);
        Kind = kind;
        Name = string.IsNullOrEmpty(name) ? $"{kind}{Id}" : name;
        LocalEndPoint = localEndPoint;
        StartTime = DateTimeOffset.Now;
    }

    /// <summary>A number of its own in this process.</summary>
    public int Id { get; }

    public string Name { get; }

    /// <summary>What it serves: Echo, Script, FaultProxy and so on.</summary>
    public string Kind { get; }

    /// <summary>Tcp or Udp.</summary>
    public NetTransport Transport { get; }

    public ListenerState State { get; private set; }

    /// <summary>The address and port it is bound to; the real port also where 0 was asked for.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>The address a client on this machine uses; binds to -ComputerName by property name.</summary>
    public string ComputerName => LocalEndPoint.Address switch
    {
        { } a when a.Equals(IPAddress.Any) => IPAddress.Loopback.ToString(),
        // Dual mode: IPv4's loopback is there also where the machine has IPv6 turned off.
        { } a when a.Equals(IPAddress.IPv6Any) => IPAddress.Loopback.ToString(),
        { } a => a.ToString(),
    };

    public int Port => LocalEndPoint.Port;

    public long ActiveConnection => Interlocked.Read(ref _activeConnection);

    public long TotalConnection => Interlocked.Read(ref _totalConnection);

    /// <summary>Messages received, of a UDP server its datagrams; for a server without message limits, such as echo, the pieces in which its data came.</summary>
    public long MessageCount => Interlocked.Read(ref _messageCount);

    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    public long BytesSent => Interlocked.Read(ref _bytesSent);

    public long ErrorCount => Interlocked.Read(ref _errorCount);

    /// <summary>Connections turned away: by -Allow or -Deny, or because the listener was full. Of a UDP server the datagrams it dropped.</summary>
    public long RefusedCount => Interlocked.Read(ref _refusedCount);

    public DateTimeOffset StartTime { get; }

    /// <summary>The SHA-256 thumbprint of its TLS certificate; null without TLS.</summary>
    public string? CertificateThumbprint { get; protected init; }

    /// <summary>Whether clients must use TLS.</summary>
    public bool UseTls => CertificateThumbprint is not null;

    /// <summary>The last failure, or null.</summary>
    public Exception? LastError { get; private set; }

    /// <summary>What happened; fetched with Receive-NetListener.</summary>
    internal EventLog Events { get; } = new();

    /// <summary>Ends when the listener has stopped and all it held is released.</summary>
    internal Task Stopped => _stopped.Task;

    /// <summary>
    /// Stops it: takes no more clients, lets those inside finish for as long as <paramref name="drain"/> allows, then
    /// closes what is left. May be called again, and from any thread; the task ends when everything is released.
    /// </summary>
    public Task StopAsync(TimeSpan drain)
    {
        lock (_gate)
        {
            if (State == ListenerState.Listening)
            {
                State = ListenerState.Draining;
            }
        }
        BeginStop(drain);
        return Stopped;
    }

    /// <summary>Stops it at once, without waiting.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Waits until <paramref name="condition"/> holds (true) or the listener has stopped without it (false).</summary>
    public async Task<bool> WaitAsync(Func<NetListener, bool> condition, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _waiters);
        try
        {
            while (true)
            {
                Task changed;
                lock (_gate)
                {
                    _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    changed = _changed.Task;
                }
                if (condition(this))
                {
                    return true;
                }
                if (State == ListenerState.Stopped)
                {
                    return false;
                }
                await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiters);
        }
    }

    public override string ToString() => $"{Name} {LocalEndPoint}";

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _ = StopAsync(TimeSpan.Zero);
        }
    }

    /// <summary>Begins to stop; may be called several times, with less and less patience. Must end in <see cref="MarkStopped"/>.</summary>
    protected abstract void BeginStop(TimeSpan drain);

    /// <summary>Makes the listener of a socket, which is released where that fails.</summary>
    private protected static T Make<T>(Socket socket, Func<Socket, T> create) where T : NetListener
    {
        T listener;
        try
        {
            listener = create(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        listener.Record(ListenerEventType.Started);
        return listener;
    }

    /// <summary>Everything is released.</summary>
    protected void MarkStopped()
    {
        lock (_gate)
        {
            if (State == ListenerState.Stopped)
            {
                return;
            }
            State = ListenerState.Stopped;
        }
        Record(ListenerEventType.Stopped);
        Events.Complete();
        _stopped.TrySetResult();
    }

    internal void CountConnected()
    {
        Interlocked.Increment(ref _totalConnection);
        Interlocked.Increment(ref _activeConnection);
    }

    internal void CountDisconnected() => Interlocked.Decrement(ref _activeConnection);

    internal void CountRefused()
    {
        Interlocked.Increment(ref _refusedCount);
        Changed();
    }

    // Counters are written by one loop only, most often once a message: a plain addition published by a store would do,
    // but an uncontended interlocked one costs a few nanoseconds and is right for every listener.
    internal void CountReceived(long bytes)
    {
        Interlocked.Add(ref _bytesReceived, bytes);
        Changed();
    }

    internal void CountSent(long bytes) => Interlocked.Add(ref _bytesSent, bytes);

    /// <summary>What came and was answered together: once for many datagrams.</summary>
    internal void CountDatagrams(long messages, long received, long sent)
    {
        Interlocked.Add(ref _bytesSent, sent);
        Interlocked.Add(ref _bytesReceived, received);
        if (messages > 0)
        {
            Interlocked.Add(ref _messageCount, messages);
        }
        Changed();
    }

    internal void CountMessage()
    {
        Interlocked.Increment(ref _messageCount);
        Changed();
    }

    /// <summary>Keeps an event for Receive-NetListener and wakes whoever waits for a change.</summary>
    internal void Record(ListenerEventType type, string? client = null, long bytes = 0, object? message = null, Exception? error = null)
    {
        if (error is not null)
        {
            LastError = error;
            Interlocked.Increment(ref _errorCount);
        }
        Events.Add(new ListenerEvent(Id, DateTimeOffset.Now, type, client, bytes, message, error));
        Changed();
    }

    private void Changed()
    {
        if (Volatile.Read(ref _waiters) == 0)
        {
            return;
        }
        TaskCompletionSource? changed;
        lock (_gate)
        {
            changed = _changed;
            _changed = null;
        }
        changed?.TrySetResult();
    }
}
