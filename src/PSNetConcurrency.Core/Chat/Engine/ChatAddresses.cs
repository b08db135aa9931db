using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;

namespace PSNetConcurrency.Core.Chat.Engine;

/// <summary>Addresses as people write them, and this machine's own.</summary>
internal static class ChatAddresses
{
    /// <summary>Every address of this machine.</summary>
    public static IEnumerable<IPAddress> Own() =>
        NetworkInterface.GetAllNetworkInterfaces().SelectMany(n => n.GetIPProperties().UnicastAddresses).Select(a => a.Address).Append(IPAddress.Loopback).Append(IPAddress.IPv6Loopback);

    /// <summary>Whether it can be the name of a machine or an address, with or without a port.</summary>
    public static (string Host, int Port) Split(string text, int defaultPort)
    {
        if (IPAddress.TryParse(text, out IPAddress? address))
        {
            return (address.ToString(), defaultPort);
        }
        int colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            return (text, defaultPort);
        }
        return colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535
            ? (text[..colon].Trim('[', ']'), port)
            : throw new NetException(NetError.InvalidArgument, $"'{text}' is no address. Write a machine's name or address, and a port where it is not {defaultPort}: server1, 192.168.1.7:2426, [fe80::1]:2425.", text);
    }

    /// <summary>The address that a text names.</summary>
    /// <exception cref="NetException">It names none.</exception>
    public static async Task<IPEndPoint> ResolveAsync(string text, int defaultPort, bool hasIPv6, CancellationToken cancellationToken)
    {
        (string host, int port) = Split(text, defaultPort);
        IPAddress[] found = await TcpConnector.ResolveAsync(host, TimeSpan.FromSeconds(10), cancellationToken).ConfigureAwait(false);
        IPAddress address = found.FirstOrDefault(a => a.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
            ?? (hasIPv6 ? found[0] : throw new NetException(NetError.NameNotResolved, $"'{host}' has no IPv4 address, and the peer is bound to one. Start it with -AnyAddress or an IPv6 -LocalAddress.", text));
        return new IPEndPoint(address, port);
    }
}
