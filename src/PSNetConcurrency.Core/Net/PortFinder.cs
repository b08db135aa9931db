using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Core.Net;

/// <summary>Finds ports that nothing uses.</summary>
public static class PortFinder
{
    /// <summary>
    /// Finds <paramref name="count"/> different ports that can be bound on every local address right now.
    /// </summary>
    /// <remarks>
    /// Without a range the system chooses from its ephemeral ports. All are held until the last is found, so none comes twice.
    /// A port found free may be taken by another program a moment later: a server that takes port 0 itself has no such gap.
    /// </remarks>
    /// <exception cref="NetException"><see cref="NetError.NoPortAvailable"/>: the range holds too few free ports.</exception>
    public static IReadOnlyList<int> Find(ProtocolType protocol, int count, int? minimum, int? maximum)
    {
        int low = minimum ?? (maximum is null ? 0 : 1024), high = maximum ?? (minimum is null ? 0 : 65535);
        if (low > high)
        {
            throw new NetException(NetError.InvalidArgument, $"The minimum, {low}, is above the maximum, {high}.", low);
        }
        List<Socket> held = [];
        List<int> found = [];
        try
        {
            if (high == 0)
            {
                // Bounded: the system may hand out a port that is taken on the other address family.
                for (int tries = 0; found.Count < count && tries < (2 * count) + 64; tries++)
                {
                    Try(0);
                }
            }
            else
            {
                int size = high - low + 1, start = Random.Shared.Next(size);
                for (int i = 0; found.Count < count && i < size; i++)
                {
                    Try(low + ((start + i) % size));
                }
            }
        }
        finally
        {
            held.ForEach(s => s.Dispose());
        }
        return found.Count == count
            ? found
            : throw new NetException(NetError.NoPortAvailable, high == 0
                ? $"Only {found.Count} of {count} {protocol} ports could be found free; the system's ephemeral range is nearly used up."
                : $"Only {found.Count} of {count} {protocol} ports are free between {low} and {high}. Widen the range, or ask for fewer.", high == 0 ? null : $"{low}-{high}");

        void Try(int port)
        {
            Socket socket = Open(protocol);
            try
            {
                socket.Bind(new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, port));
                held.Add(socket);
                found.Add(((IPEndPoint)socket.LocalEndPoint!).Port);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                socket.Dispose();
            }
        }
    }

    private static Socket Open(ProtocolType protocol)
    {
        SocketType type = protocol == ProtocolType.Udp ? SocketType.Dgram : SocketType.Stream;
        if (!Socket.OSSupportsIPv6)
        {
            return new Socket(AddressFamily.InterNetwork, type, protocol);
        }
        return new Socket(AddressFamily.InterNetworkV6, type, protocol) { DualMode = true };
    }
}
