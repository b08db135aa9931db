using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Time;

/// <summary>Asks servers for the time. A server that does not answer, or not as it should, is a result that says so, never an exception.</summary>
public static class NetworkTimeClient
{
    /// <summary>Asks one server, so often as the query says. Any number may run at once.</summary>
    public static async Task<NetworkTime> QueryAsync(TimeQuery query, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(query);
        IPAddress[] addresses;
        try
        {
            addresses = await TcpConnector.ResolveAsync(query.Server, query.Timeout, stop).ConfigureAwait(false);
        }
        catch (NetException e) when (e.Error == NetError.NameNotResolved)
        {
            return Empty(query, null) with { Problem = [TimeProblem.Of(TimeProblem.NameNotResolved, e.Message)] };
        }
        if (query.Protocol != TimeServiceKind.Ntp && query.Transport == NetTransport.Tcp)
        {
            return await AskStreamAsync(query, addresses, stop).ConfigureAwait(false);
        }
        EventLoop loop = LoopGroup.Rent();
        try
        {
            await TimeWarmUp.OnceAsync().WaitAsync(stop).ConfigureAwait(false);
            return await AskDatagramAsync(query, loop, addresses, stop).ConfigureAwait(false);
        }
        finally
        {
            LoopGroup.Return(loop);
        }
    }

    private static async Task<NetworkTime> AskDatagramAsync(TimeQuery query, EventLoop loop, IPAddress[] addresses, CancellationToken stop)
    {
        HashSet<AddressFamily> silent = [];
        NetworkTime? last = null;
        foreach (IPAddress address in addresses)
        {
            // Where one address of a family is silent, most often no way leads to that family; then one of the other is tried.
            if (silent.Contains(address.AddressFamily))
            {
                continue;
            }
            IPEndPoint remote = new(address, query.PortToAsk);
            TimeDialogue dialogue = query.Protocol == TimeServiceKind.Ntp ? new NtpDialogue() : new SecondsDialogue(query.Protocol);
            TimeSpan interval = query.Interval ?? (IPAddress.IsLoopback(address) ? TimeQuery.LoopbackInterval : TimeQuery.PoliteInterval);
            DatagramTimeExchange exchange = new(loop, dialogue, remote, query.Count, interval, query.Timeout);
            SocketError error = await exchange.RunAsync(stop).ConfigureAwait(false);
            last = Result(query, remote, dialogue, exchange.Sent, error);
            if (error == SocketError.Success || dialogue.Samples.Count > 0)
            {
                break;
            }
            if (error == SocketError.TimedOut)
            {
                silent.Add(address.AddressFamily);
            }
        }
        return last!;
    }

    private static async Task<NetworkTime> AskStreamAsync(TimeQuery query, IPAddress[] addresses, CancellationToken stop)
    {
        SecondsDialogue dialogue = new(query.Protocol);
        IPEndPoint? remote = null;
        SocketError error = SocketError.Success;
        int sent = 0;
        while (sent < query.Count && error == SocketError.Success)
        {
            if (sent > 0)
            {
                await Task.Delay(query.Interval ?? (IPAddress.IsLoopback(remote!.Address) ? TimeQuery.LoopbackInterval : TimeQuery.PoliteInterval), stop).ConfigureAwait(false);
            }
            (error, IPAddress? address) = await StreamTimeExchange.AskAsync(dialogue, addresses, query.PortToAsk, query.Timeout, stop).ConfigureAwait(false);
            remote = address is null ? null : new IPEndPoint(address, query.PortToAsk);
            sent++;
        }
        return Result(query, remote, dialogue, sent, error);
    }

    private static NetworkTime Empty(TimeQuery query, IPEndPoint? remote) => new()
    {
        Server = query.Server,
        Port = query.PortToAsk,
        Protocol = query.Protocol,
        Transport = query.Protocol == TimeServiceKind.Ntp ? NetTransport.Udp : query.Transport,
        RemoteEndPoint = remote,
    };

    private static NetworkTime Result(TimeQuery query, IPEndPoint? remote, TimeDialogue dialogue, int sent, SocketError error)
    {
        TimeSample? best = dialogue.Samples.MinBy(s => s.Delay);
        NetworkTime result = dialogue.Describe(Empty(query, remote) with
        {
            Sent = sent,
            Received = dialogue.Samples.Count,
            Discarded = dialogue.Discarded,
            KissCode = dialogue.KissCode,
        }, best);
        // One that has answered well and then wants to be left in peace has still told the time; one that refuses this machine has not.
        if (best is null || dialogue.KissCode is "DENY" or "RSTR")
        {
            return result with { Problem = [Why(query, remote, dialogue, error)] };
        }
        TimeSpan? jitter = dialogue.Samples.Count < 2 ? null
            : TimeSpan.FromTicks((long)Math.Sqrt(dialogue.Samples.Where(s => s != best).Average(s => Math.Pow(s.Offset - best.Offset, 2))));
        return result with
        {
            Time = LocalTime.From(best.T4 + best.Offset),
            Offset = TimeSpan.FromTicks(best.Offset),
            Delay = TimeSpan.FromTicks(best.Delay),
            RootDistance = TimeSpan.FromTicks(best.Distance) + jitter.GetValueOrDefault(),
            Jitter = jitter,
            T1 = LocalTime.From(best.T1),
            T2 = LocalTime.From(best.T2),
            T3 = LocalTime.From(best.T3),
            T4 = LocalTime.From(best.T4),
        };
    }

    private static string Why(TimeQuery query, IPEndPoint? remote, TimeDialogue dialogue, SocketError error)
    {
        if ((dialogue.Fault ?? dialogue.DiscardReason) is { } reason)
        {
            return reason;
        }
        return error switch
        {
            SocketError.TimedOut or SocketError.Success => TimeProblem.Of(TimeProblem.NoReply, $"{remote} did not answer within {TimeWords.Of(query.Timeout)}. A firewall may drop the packets, or nothing serves {query.Protocol} there."),
            SocketError.ConnectionRefused or SocketError.ConnectionReset => TimeProblem.Of(TimeProblem.Refused, $"nothing listens on port {query.PortToAsk} of {remote?.Address}, or it closed the connection."),
            _ => TimeProblem.Of(TimeProblem.Unreachable, $"{remote} can't be reached: {new SocketException((int)error).Message}."),
        };
    }
}
