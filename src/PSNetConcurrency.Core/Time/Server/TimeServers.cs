using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Server.Services;

namespace PSNetConcurrency.Core.Time;

/// <summary>Starts time servers: NTP over UDP; Time and Daytime over UDP and, on the same port, TCP.</summary>
internal static class TimeServers
{
    // A port that is free over UDP may be taken over TCP; another one is found soon.
    private const int PortTries = 20;

    /// <summary>The service over UDP. Each has a clock and chances of its own.</summary>
    public static DatagramService Service(TimeServiceKind kind, TimeServerOptions options)
    {
        AnswerDropper dropper = new(options.DropRate, options.Seed);
        return kind switch
        {
            TimeServiceKind.Ntp => new NtpService(options.Ntp with { Clock = Clock(options), Dropper = dropper }),
            TimeServiceKind.Time => new DroppingService(new TimeService(Clock(options)), dropper),
            _ => new DroppingService(new DaytimeService(Clock(options)), dropper),
        };
    }

    /// <summary>Starts what serves a protocol: one listener, or two with the same port number.</summary>
    /// <exception cref="NetException">A port is in use, or the options can't be served.</exception>
    public static IReadOnlyList<NetListener> Start(TimeServiceKind kind, TimeServerOptions options, UdpServerOptions udp, TcpServerOptions tcp)
    {
        for (int tries = 1; ; tries++)
        {
            UdpTimeListener datagrams = UdpTimeListener.Start(kind, options.Offset, udp, Service(kind, options));
            if (kind == TimeServiceKind.Ntp)
            {
                return [datagrams];
            }
            ServerProtocol inner = kind == TimeServiceKind.Time ? new TimeProtocol(Clock(options)) : new DaytimeProtocol(Clock(options));
            try
            {
                return [datagrams, TcpTimeListener.Start(kind, options.Offset, tcp with { Port = datagrams.Port }, new DroppingProtocol(inner, new AnswerDropper(options.DropRate, options.Seed)))];
            }
            catch (NetException e) when (e.Error == NetError.PortInUse && udp.Port == 0 && tries < PortTries)
            {
                datagrams.Dispose();
            }
            catch
            {
                datagrams.Dispose();
                throw;
            }
        }
    }

    private static ShiftedClock Clock(TimeServerOptions options) => new(options.Offset, options.Jitter, options.Seed);
}
