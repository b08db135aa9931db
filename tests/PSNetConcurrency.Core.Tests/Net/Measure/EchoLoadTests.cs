using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Measure;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Server.Services;
using PSNetConcurrency.Core.Net.Tls;

namespace PSNetConcurrency.Core.Tests.Net.Measure;

public class EchoLoadTests
{
    [Theory]
    [InlineData(1, 1, 1, 100)]
    [InlineData(8, 64, 1, 5000)]
    [InlineData(8, 64, 16, 5000)]
    [InlineData(3, 16 * 1024, 4, 1000)]
    [InlineData(2, 3_000_000, 2, 10)]
    public async Task A_count_is_exact_and_the_server_saw_every_byte(int connections, int size, int depth, int count)
    {
        using TcpServer server = Echo();
        TcpEchoResult result = await RunAsync(server, o => o with { Connections = connections, Size = size, Depth = depth, Count = count, Duration = null });
        Assert.Equal((count, 0, 0, connections), (result.Exchanges, result.Errors, result.Mismatches, result.Connection));
        Assert.Null(result.FirstError);
        Assert.True(await server.WaitAsync(l => l.ActiveConnection == 0, CancellationToken.None).WaitAsync(Eventually.Limit));
        Assert.Equal((long)count * size, server.BytesReceived);
        Assert.Equal((long)count * size, server.BytesSent);
        Assert.Equal(0, server.ErrorCount);
        Assert.True(result.LatencyMinimum > TimeSpan.Zero);
        Assert.True(result.LatencyMinimum <= result.LatencyP50 && result.LatencyP50 <= result.LatencyP90
            && result.LatencyP90 <= result.LatencyP99 && result.LatencyP99 <= result.LatencyMaximum);
        Assert.Equal(count / result.Elapsed.TotalSeconds, result.PerSecond, tolerance: 1e-6 * result.PerSecond);
        Assert.Equal(result.PerSecond * size, result.BytesPerSecond);
    }

    [Fact]
    public async Task A_duration_counts_what_returns_in_it_and_leaves_the_warm_up_out()
    {
        using TcpServer server = Echo();
        TcpEchoResult result = await RunAsync(server, o => o with { Duration = TimeSpan.FromMilliseconds(200), WarmUp = TimeSpan.FromMilliseconds(200) });
        Assert.Equal((0, 0), (result.Errors, result.Mismatches));
        Assert.Equal(TimeSpan.FromMilliseconds(200), result.Elapsed);
        Assert.InRange(result.Exchanges, 1, (server.BytesReceived / 64) - 1);
    }

    [Fact]
    public async Task A_count_after_a_warm_up_is_exact_too()
    {
        using TcpServer server = Echo();
        TcpEchoResult result = await RunAsync(server, o => o with { Count = 500, Duration = null, Depth = 4, WarmUp = TimeSpan.FromMilliseconds(100) });
        Assert.Equal(500, result.Exchanges);
        Assert.True(server.BytesReceived > 500 * 64);
    }

    [Fact]
    public async Task With_TLS_and_the_certificate_pinned_it_measures_the_same()
    {
        using X509Certificate2 certificate = ServerCertificate.CreateSelfSigned();
        using TcpServer server = TcpServer.Start("Echo", new TcpServerOptions { Certificate = certificate }, new EchoProtocol());
        CertificatePin pin = new(ServerCertificate.Thumbprint(certificate), false, "localhost");
        TcpEchoResult result = await RunAsync(server, o => o with { Connections = 4, Count = 400, Duration = null, Depth = 2, Size = 20_000, Tls = pin });
        Assert.Equal((400, 0, 0, true), (result.Exchanges, result.Errors, result.Mismatches, result.UseTls));

        NetException e = await Assert.ThrowsAsync<NetException>(() => RunAsync(server, o => o with { Tls = pin with { Thumbprint = new string('0', 64) } }));
        Assert.Equal(NetError.CertificateNotPinned, e.Error);
    }

    [Theory]
    [InlineData(Fault.Flip)]
    [InlineData(Fault.Drop)]
    [InlineData(Fault.Swap)]
    [InlineData(Fault.Add)]
    public async Task Wrong_bytes_are_mismatches(Fault fault)
    {
        using TcpServer server = TcpServer.Start("Bad", new TcpServerOptions(), new BadEcho(fault));
        TcpEchoResult result = await RunAsync(server, o => o with { Connections = 4, Depth = 2, Count = 100_000, Duration = null });
        Assert.Equal((0, 4), (result.Errors, result.Mismatches));
        Assert.Equal(NetError.FrameCorrupted, Assert.IsType<NetException>(result.FirstError).Error);
    }

    [Theory]
    [InlineData(Fault.Close, NetError.PeerClosed)]
    [InlineData(Fault.Reset, NetError.PeerReset)]
    [InlineData(Fault.Mute, NetError.TimedOut)]
    public async Task Connections_that_end_or_fall_silent_are_errors(Fault fault, NetError error)
    {
        using TcpServer server = TcpServer.Start("Bad", new TcpServerOptions(), new BadEcho(fault));
        TcpEchoResult result = await RunAsync(server, o => o with { Connections = 4, Count = 100_000, Duration = null, Timeout = TimeSpan.FromSeconds(.5) });
        Assert.Equal((4, 0), (result.Errors, result.Mismatches));
        Assert.Equal(error, Assert.IsType<NetException>(result.FirstError).Error);
        Assert.InRange(result.Exchanges, 1, 4 * 20);
    }

    [Fact]
    public async Task Connections_that_a_full_server_turns_away_are_errors_and_the_others_go_on()
    {
        using TcpServer server = TcpServer.Start("Echo", new TcpServerOptions { MaximumConnection = 3 }, new EchoProtocol());
        TcpEchoResult result = await RunAsync(server, o => o with { Connections = 5, Count = 500, Duration = null });
        Assert.Equal((500, 2, 0), (result.Exchanges, result.Errors, result.Mismatches));
    }

    [Fact]
    public async Task Where_nothing_listens_it_throws()
    {
        int port = PortFinder.Find(ProtocolType.Tcp, 1, null, null)[0];
        NetException e = await Assert.ThrowsAsync<NetException>(() => EchoLoad.RunAsync(new EchoLoadOptions { ComputerName = "127.0.0.1", Port = port }));
        Assert.Equal(NetError.ConnectionRefused, e.Error);
        e = await Assert.ThrowsAsync<NetException>(() => EchoLoad.RunAsync(new EchoLoadOptions { ComputerName = "no such name.invalid", Port = port }));
        Assert.Equal(NetError.NameNotResolved, e.Error);
    }

    [Fact]
    public async Task All_addresses_of_a_name_are_tried()
    {
        using TcpServer server = Echo();
        // localhost is ::1 as well on most machines, where this server does not listen.
        TcpEchoResult result = await RunAsync(server, o => o with { ComputerName = "localhost", Count = 100, Duration = null });
        Assert.Equal((100, 0), (result.Exchanges, result.Errors));
    }

    [Fact]
    public async Task Cancelled_it_ends_at_once_and_leaves_no_connection()
    {
        using TcpServer server = TcpServer.Start("Bad", new TcpServerOptions(), new BadEcho(Fault.Mute));
        using CancellationTokenSource cancel = new();
        Task<TcpEchoResult> run = RunAsync(server, o => o with { Connections = 50, Duration = TimeSpan.FromHours(1), Timeout = TimeSpan.FromHours(1) }, null, cancel.Token);
        Assert.True(await server.WaitAsync(l => l.ActiveConnection == 50, CancellationToken.None).WaitAsync(Eventually.Limit));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(Eventually.Limit));
        Assert.True(await server.WaitAsync(l => l.ActiveConnection == 0, CancellationToken.None).WaitAsync(Eventually.Limit));
    }

    [Fact]
    public async Task Progress_is_told_about_every_second()
    {
        using TcpServer server = Echo();
        List<EchoLoadProgress> steps = [];
        await RunAsync(server, o => o with { Connections = 2, Duration = TimeSpan.FromSeconds(2.5) }, steps.Add);
        Assert.InRange(steps.Count, 1, 3);
        Assert.All(steps, s => Assert.Equal(2, s.Connections));
        Assert.True(steps[0].Exchanges > 0);
    }

    private static TcpServer Echo() => TcpServer.Start("Echo", new TcpServerOptions(), new EchoProtocol());

    private static Task<TcpEchoResult> RunAsync(
        TcpServer server, Func<EchoLoadOptions, EchoLoadOptions> change, Action<EchoLoadProgress>? progress = null, CancellationToken cancellationToken = default) =>
        EchoLoad.RunAsync(change(new EchoLoadOptions { ComputerName = server.ComputerName, Port = server.Port, Connections = 4 }), progress, cancellationToken);
}
