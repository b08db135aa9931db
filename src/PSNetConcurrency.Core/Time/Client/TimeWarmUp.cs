using System.Net;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Time;

/// <summary>
/// Has the code that is timed compiled before it is: otherwise the first request or answer of a process leaves late, after its
/// time was noted, by as long as the compiler takes. A server of this process asks itself, once.
/// </summary>
internal static class TimeWarmUp
{
    private const int Requests = 2;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly Lazy<Task> Done = new(RunAsync);

    public static Task OnceAsync() => Done.Value;

    private static async Task RunAsync()
    {
        EventLoop loop = LoopGroup.Rent();
        try
        {
            using UdpServer server = UdpServer.Start("Ntp", new UdpServerOptions { IsPart = true }, new NtpService(new NtpServiceOptions()));
            await new DatagramTimeExchange(loop, new NtpDialogue(), new IPEndPoint(IPAddress.Loopback, server.Port), Requests, TimeSpan.Zero, Limit).RunAsync(CancellationToken.None).ConfigureAwait(false);
            await server.StopAsync(TimeSpan.Zero).ConfigureAwait(false);
        }
        catch (NetException)
        {
            // Without loopback or a free port the first answer is less exact, no more.
        }
        finally
        {
            LoopGroup.Return(loop);
        }
    }
}
