using System.Net;
using PSNetConcurrency.Core.Net.Faults;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Soak;

/// <summary>What rounds do with listeners.</summary>
internal static class Listeners
{
    public static FaultProxyListener Proxy(int port, NetFault fault, Round round) =>
        FaultProxyListener.Start(new TcpServerOptions(), new FaultProxyProtocol("127.0.0.1", port, [IPAddress.Loopback], fault, round.Random.NextInt64()));

    /// <summary>Fetches the events as a user would; every client must be gone, and the listener still there.</summary>
    public static async Task SettleAsync(this NetListener listener, bool hasClients = false)
    {
        SoakException.Require(listener.State == ListenerState.Listening, $"{listener} is {listener.State}: {listener.LastError}");
        if (!hasClients)
        {
            await Until.TrueAsync(() => listener.ActiveConnection == 0, $"{listener} has let go of its clients");
        }
        while (listener.Events.TryTake(out _))
        {
        }
    }

    public static Task EndAsync(this NetListener listener) => listener.StopAsync(TimeSpan.Zero).WaitAsync(TimeSpan.FromSeconds(30));
}
