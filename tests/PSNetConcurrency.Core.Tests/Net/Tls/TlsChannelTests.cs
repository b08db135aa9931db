using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Measure;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Tls;

namespace PSNetConcurrency.Core.Tests.Net.Tls;

public class TlsChannelTests
{
    [Fact]
    public async Task A_handler_that_closed_gets_nothing_more_although_records_came_together()
    {
        CloseAtFirst protocol = new();
        using X509Certificate2 certificate = ServerCertificate.CreateSelfSigned();
        using TcpServer server = TcpServer.Start("Close", new TcpServerOptions { Certificate = certificate }, protocol);
        TcpEchoResult result = await EchoLoad.RunAsync(new EchoLoadOptions
        {
            ComputerName = server.ComputerName,
            Port = server.Port,
            Connections = 4,
            Size = 500_000,
            Count = 100,
            Duration = null,
            Tls = new CertificatePin(null, true, "localhost"),
        }).WaitAsync(Eventually.Limit);
        Assert.Equal(4, result.Errors);
        Assert.True(await server.WaitAsync(l => l.ActiveConnection == 0, CancellationToken.None).WaitAsync(Eventually.Limit));
        Assert.Equal((4, 0), (protocol.Closed, protocol.Late));
    }

    [Fact]
    public async Task A_handler_that_throws_costs_its_connection_and_is_told_as_it_is()
    {
        FormatException bug = new("a bug");
        using X509Certificate2 certificate = ServerCertificate.CreateSelfSigned();
        using TcpServer server = TcpServer.Start("Throw", new TcpServerOptions { Certificate = certificate }, new ThrowAtFirst(bug));
        using TcpClient client = new();
        await client.ConnectAsync(server.LocalEndPoint);
        await using SslStream tls = new(client.GetStream(), false, (_, presented, _, _) => presented?.GetCertHashString() == certificate.GetCertHashString());
        await tls.AuthenticateAsClientAsync("localhost");
        await tls.WriteAsync(new byte[1]);
        await Assert.ThrowsAnyAsync<IOException>(async () => await tls.ReadAsync(new byte[1]).AsTask().WaitAsync(Eventually.Limit));
        Assert.True(await server.WaitAsync(l => l.ActiveConnection == 0, CancellationToken.None).WaitAsync(Eventually.Limit));
        Assert.Same(bug, server.LastError);
    }

    [Fact]
    public async Task The_end_is_seen_behind_bytes_that_follow_the_end_of_tls()
    {
        using X509Certificate2 certificate = ServerCertificate.CreateSelfSigned();
        Patient protocol = new();
        using TcpServer server = TcpServer.Start("Patient", new TcpServerOptions { Certificate = certificate }, protocol);
        using TcpClient client = new();
        await client.ConnectAsync(server.LocalEndPoint);
        await using SslStream tls = new(client.GetStream(), false, (_, presented, _, _) => presented?.GetCertHashString() == certificate.GetCertHashString());
        await tls.AuthenticateAsClientAsync("localhost");
        await tls.ShutdownAsync();
        await client.GetStream().WriteAsync(new byte[100_000]);
        await Eventually.TrueAsync(() => protocol.Ended, "the end of TLS is told");
        client.LingerState = new LingerOption(true, 0);
        client.Close();
        Assert.True(await server.WaitAsync(l => l.ActiveConnection == 0, CancellationToken.None).WaitAsync(Eventually.Limit));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bytes_behind_a_read_that_ended_in_a_close_are_not_kept(bool fails)
    {
        Stub channel = new();
        ChannelStream stream = new(channel);
        Task<int> read = ReadThenAsync(stream, () =>
        {
            if (fails)
            {
                stream.Fail(new InvalidDataException("closed"));
            }
            else
            {
                stream.Discard();
            }
        });
        stream.Feed(new byte[10]);
        Assert.True(read.IsCompleted);
        Assert.Equal(4, await read);
        Assert.False(channel.Paused);
        stream.Feed(new byte[10]);
        Assert.False(channel.Paused);
    }

    [Fact]
    public void Bytes_that_nobody_reads_pause_the_channel_until_they_are_discarded()
    {
        Stub channel = new();
        ChannelStream stream = new(channel);
        stream.Feed(new byte[10]);
        Assert.True(channel.Paused);
        stream.Discard();
        Assert.False(channel.Paused);
    }

    private static async Task<int> ReadThenAsync(ChannelStream stream, Action then)
    {
        int n = await stream.ReadAsync(new byte[4].AsMemory()).ConfigureAwait(false);
        then();
        return n;
    }

    private sealed class Stub() : Channel(null!, null!)
    {
        public bool Paused { get; private set; }

        public override IPEndPoint? LocalEndPoint => null;

        public override IPEndPoint? RemoteEndPoint => null;

        public override int PendingBytes => 0;

        public override long LastReceived => 0;

        public override long LastTaken => 0;

        public override bool KeepsUnreadOnReset { get; set; }

        public override bool IsClosed => false;

        public override bool InputEnded => false;

        public override void Send(ReadOnlySpan<byte> data)
        {
        }

        public override void PauseReading() => Paused = true;

        public override void ResumeReading() => Paused = false;

        public override void ShutdownSend()
        {
        }

        public override void Close(bool linger = false)
        {
        }

        public override void Abort(Exception? reason = null)
        {
        }
    }

    private sealed class ThrowAtFirst(Exception bug) : ServerProtocol
    {
        public override void OnData(NetClient client, ReadOnlySpan<byte> data) => throw bug;
    }

    private sealed class Patient : ServerProtocol
    {
        public volatile bool Ended;

        public override void OnData(NetClient client, ReadOnlySpan<byte> data)
        {
        }

        public override void OnInputEnded(NetClient client) => Ended = true;
    }

    private sealed class CloseAtFirst : ServerProtocol
    {
        public int Closed { get; private set; }

        public int Late { get; private set; }

        public override void OnData(NetClient client, ReadOnlySpan<byte> data)
        {
            if (client.ProtocolState is not null)
            {
                Late++;
                return;
            }
            client.ProtocolState = this;
            Closed++;
            client.Channel.Close(linger: true);
        }
    }
}
