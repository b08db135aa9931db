using System.Net;
using PSNetConcurrency.Core.Net.Client;

namespace PSNetConcurrency.Core.Net.Measure;

/// <summary>Measures what a link does to datagrams, by sending numbered ones to an echo server.</summary>
public static class UdpLink
{
    /// <summary>Measures the first address that does not refuse.</summary>
    /// <param name="options">What to measure.</param>
    /// <param name="progress">Gets a look at the counts of sent and received, which it may call from any thread.</param>
    /// <param name="stop">Gives up at once.</param>
    /// <exception cref="NetException">The name has no address, or the datagrams are too large.</exception>
    public static async Task<UdpLinkResult> MeasureAsync(UdpLinkOptions options, Action<Func<(int Sent, int Received)>>? progress, CancellationToken stop)
    {
        IPAddress[] addresses = await TcpConnector.ResolveAsync(options.ComputerName, stop).ConfigureAwait(false);
        UdpLinkResult? last = null;
        NetException? unreachable = null;
        foreach (IPAddress address in addresses)
        {
            try
            {
                using UdpLinkRun run = new(options, new IPEndPoint(address, options.Port), stop);
                progress?.Invoke(() => (run.Sent, run.Received));
                UdpLinkResult result = await run.RunAsync().ConfigureAwait(false);
                if (result.Received > 0 || result.Status is not (UdpLinkStatus.Refused or UdpLinkStatus.Unreachable))
                {
                    return result;
                }
                // The answer that tells most: a host that refuses is up.
                last = last is { Status: UdpLinkStatus.Refused } ? last : result;
            }
            catch (NetException e) when (e.Error == NetError.HostUnreachable)
            {
                unreachable = e;
            }
        }
        return last ?? throw unreachable!;
    }
}
