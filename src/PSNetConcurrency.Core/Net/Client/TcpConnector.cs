using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Core.Net.Client;

/// <summary>
/// Connects to a host by trying every address it has, as RFC 8305 (Happy Eyeballs) has it: one after the other, the next
/// already after 250 ms without an answer, and the first that accepts is taken.
/// </summary>
public static class TcpConnector
{
    private static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>What came of a connect: the socket, if one accepted, and every address that was tried, in order.</summary>
    public sealed record Outcome(Socket? Socket, TimeSpan Latency, IPAddress? Address, IReadOnlyList<AddressAttempt> Attempts, SocketError LastError);

    /// <summary>Finds the addresses of a name or literal.</summary>
    /// <exception cref="NetException"><see cref="NetError.NameNotResolved"/>.</exception>
    public static async Task<IPAddress[]> ResolveAsync(string computerName, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(computerName, out IPAddress? literal))
        {
            return [literal];
        }
        try
        {
            // Not every system's resolver can be stopped; what it finds later is nobody's.
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(computerName, cancellationToken).WaitAsync(cancellationToken).ConfigureAwait(false);
            if (addresses.Length > 0)
            {
                return addresses;
            }
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw NotResolved(e);
        }
        throw NotResolved(null);

        NetException NotResolved(Exception? e) => new(NetError.NameNotResolved,
            $"'{computerName}' can't be resolved to an address{(e is null ? "" : $": {e.Message}")}. Check the spelling and the DNS settings.", computerName, e);
    }

    /// <summary>Finds the addresses of a name within a time limit.</summary>
    /// <exception cref="NetException"><see cref="NetError.NameNotResolved"/>, also where no answer came in time.</exception>
    public static async Task<IPAddress[]> ResolveAsync(string computerName, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = Deadline.Start(timeout, cancellationToken);
        try
        {
            return await ResolveAsync(computerName, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NetException(NetError.NameNotResolved, $"The name servers did not tell an address of '{computerName}' within {timeout.TotalSeconds:0.###} s.", computerName);
        }
    }

    /// <summary>Tries the addresses until one accepts or all have failed; it is no error here when none does.</summary>
    public static async Task<Outcome> TryConnectAsync(IReadOnlyList<IPAddress> addresses, int port, int localPort, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = Deadline.Start(timeout, cancellationToken);
        AddressAttempt?[] attempts = new AddressAttempt?[addresses.Count];
        List<Task<(int Index, Socket? Socket, SocketError Error)>> running = [];
        SocketError lastError = SocketError.Success;
        int next = 0;
        while (true)
        {
            if (next < addresses.Count)
            {
                running.Add(AttemptAsync(next++));
            }
            if (running.Count == 0)
            {
                return new Outcome(null, default, null, Tried(), lastError);
            }
            Task wakeUp = Task.WhenAny(running);
            if (next < addresses.Count)
            {
                try
                {
                    await wakeUp.WaitAsync(AttemptDelay, CancellationToken.None).ConfigureAwait(false);
                }
                catch (TimeoutException)
                {
                    continue;
                }
            }
            else
            {
                await wakeUp.ConfigureAwait(false);
            }
            foreach (var ended in running.Where(t => t.IsCompleted).ToArray())
            {
                running.Remove(ended);
                (int index, Socket? socket, SocketError error) = await ended.ConfigureAwait(false);
                if (socket is null)
                {
                    lastError = error;
                    continue;
                }
                await limit.CancelAsync().ConfigureAwait(false);
                foreach (var loser in running)
                {
                    (await loser.ConfigureAwait(false)).Socket?.Dispose();
                }
                return new Outcome(socket, attempts[index]!.Elapsed, addresses[index], Tried(), SocketError.Success);
            }
            cancellationToken.ThrowIfCancellationRequested();
        }

        IReadOnlyList<AddressAttempt> Tried() => attempts.OfType<AddressAttempt>().ToArray();

        async Task<(int, Socket?, SocketError)> AttemptAsync(int index)
        {
            IPAddress address = addresses[index];
            long start = Stopwatch.GetTimestamp();
            Socket? socket = null;
            SocketError error;
            string? words = null;
            try
            {
                socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                if (localPort > 0)
                {
                    socket.Bind(new IPEndPoint(address.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, localPort));
                }
                await socket.ConnectAsync(new IPEndPoint(address, port), limit.Token).ConfigureAwait(false);
                attempts[index] = new AddressAttempt(address, TcpPortState.Open, Stopwatch.GetElapsedTime(start), null);
                return (index, socket, SocketError.Success);
            }
            catch (OperationCanceledException)
            {
                error = SocketError.TimedOut;
                words = "No answer in the time allowed.";
            }
            catch (SocketException e)
            {
                error = e.SocketErrorCode;
                words = e.Message;
            }
            socket?.Dispose();
            attempts[index] = new AddressAttempt(address, StateOf(error), Stopwatch.GetElapsedTime(start), words);
            return (index, null, error);
        }
    }

    /// <summary>Connects, or tells why not.</summary>
    /// <exception cref="NetException">No address accepted, or the name has none.</exception>
    public static async Task<Socket> ConnectAsync(string computerName, int port, int localPort, TimeSpan timeout, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        IPAddress[] addresses = await ResolveAsync(computerName, timeout, cancellationToken).ConfigureAwait(false);
        Outcome outcome = await TryConnectAsync(addresses, port, localPort, timeout - Stopwatch.GetElapsedTime(start), cancellationToken).ConfigureAwait(false);
        if (outcome.Socket is not null)
        {
            return outcome.Socket;
        }
        string target = $"{computerName}:{port}";
        string tried = outcome.Attempts.Count > 1 ? $" Tried: {string.Join(", ", outcome.Attempts)}." : "";
        throw outcome.LastError switch
        {
            SocketError.TimedOut => new NetException(NetError.TimedOut,
                $"{target} did not accept a connection within {timeout.TotalSeconds:0.###} s. A firewall may drop the packets.{tried}", target),
            SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable when localPort > 0 => new NetException(NetError.PortInUse, $"The local port {localPort} is in use. Leave out -LocalPort for any that is free.", localPort),
            SocketError e => Told(NetException.FromSocket(new SocketException((int)e), target), tried),
        };
    }

    private static NetException Told(NetException e, string tried) =>
        tried.Length == 0 ? e : new NetException(e.Error, e.Message + tried, e.Target, e.InnerException);

    private static TcpPortState StateOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused or SocketError.ConnectionReset => TcpPortState.Refused,
        SocketError.TimedOut => TcpPortState.TimedOut,
        _ => TcpPortState.Unreachable,
    };
}
