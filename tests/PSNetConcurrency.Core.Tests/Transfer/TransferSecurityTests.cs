using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Tls;
using PSNetConcurrency.Core.Transfer.Sending;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Tests.Transfer;

public class TransferSecurityTests
{
    private static readonly SharedSecret Right = new("correct horse"), Wrong = new("battery staple");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Both_sides_prove_the_secret(bool tls)
    {
        using X509Certificate2 certificate = ServerCertificate.CreateSelfSigned();
        await using TransferRig rig = new(o => o with { Secret = Right }, l => tls ? l with { Certificate = certificate } : l);
        string path = rig.File("a", TransferRig.Bytes(300_000));
        SendOptions options = Options(rig, tls ? certificate : null);
        await rig.SendOneAsync(options with { Secret = Right }, path);
        Assert.Equal(TransferRig.Bytes(300_000), rig.Received("a"));
        string other = rig.File("b", [1]);
        await rig.FailsAsync(NetError.AuthenticationFailed, options with { Secret = Wrong }, other);
        Assert.Contains("-SharedSecret", (await rig.FailsAsync(NetError.AuthenticationFailed, options, other)).Message, StringComparison.Ordinal);
        await rig.AllGoneAsync();
        await rig.StopAsync();
        Assert.Equal(["a"], rig.InTarget());
    }

    [Fact]
    public async Task A_receiver_that_does_not_know_the_secret_gets_nothing()
    {
        await using TransferRig rig = new();
        await rig.FailsAsync(NetError.AuthenticationFailed, rig.To() with { Secret = Right }, rig.File("a", [1]));
        Assert.Empty(rig.InTarget());
    }

    [Fact]
    public async Task Who_stands_between_can_not_pass_the_proofs_on()
    {
        using X509Certificate2 real = ServerCertificate.CreateSelfSigned(), own = ServerCertificate.CreateSelfSigned();
        await using TransferRig rig = new(o => o with { Secret = Right }, l => l with { Certificate = real });
        // TLS to both sides, bytes passed on as they are: the sender does not check the certificate.
        using TcpListener between = new(IPAddress.Loopback, 0);
        between.Start();
        Task passing = PassOnAsync(between, own, rig.Server.Port, rig.Limit);
        SendOptions options = rig.To(((IPEndPoint)between.LocalEndpoint).Port);
        options = options with { Secret = Right, RetryCount = 0, Connect = options.Connect! with { Tls = new CertificatePin(null, SkipCheck: true, "127.0.0.1") } };
        await rig.FailsAsync(NetError.AuthenticationFailed, options, rig.File("a", [1]));
        between.Stop();
        await passing;
        Assert.Empty(rig.InTarget());
    }

    [Fact]
    public void A_secret_is_refused_over_an_open_connection_that_leaves_the_machine()
    {
        using MemoryStream open = new();
        SharedSecret.RequireSafe(open, IPAddress.Loopback);
        SharedSecret.RequireSafe(open, IPAddress.IPv6Loopback);
        Assert.Equal(NetError.InsecureConnection, Assert.Throws<NetException>(() => SharedSecret.RequireSafe(open, IPAddress.Parse("192.0.2.1"))).Error);
        Assert.Equal(NetError.InsecureConnection, Assert.Throws<NetException>(() => SharedSecret.RequireSafe(open, null)).Error);
    }

    [Fact]
    public async Task Only_senders_with_a_pinned_certificate_get_in()
    {
        using X509Certificate2 server = ServerCertificate.CreateSelfSigned(), mine = ServerCertificate.CreateSelfSigned("me"), other = ServerCertificate.CreateSelfSigned("other");
        await using TransferRig rig = new(listen: l => l with { Certificate = server, AllowedThumbprints = [ServerCertificate.Thumbprint(mine)] });
        SendOptions options = Options(rig, server);
        string path = rig.File("a", [1, 2, 3]);
        await rig.SendOneAsync(With(options, mine), path);
        Assert.Equal([1, 2, 3], rig.Received("a"));
        foreach (SendOptions bad in new[] { options, With(options, other) })
        {
            SendOutcome outcome = Assert.Single(await rig.SendAsync(bad with { RetryCount = 0 }, rig.File("b", [1])));
            Assert.NotNull(outcome.Failure);
        }
        Assert.Equal(["a"], rig.InTarget());
        Assert.Equal(0, rig.Server.MessageCount - 1);
    }

    [Fact]
    public async Task A_sender_that_pins_another_certificate_sends_nothing()
    {
        using X509Certificate2 server = ServerCertificate.CreateSelfSigned(), other = ServerCertificate.CreateSelfSigned();
        await using TransferRig rig = new(listen: l => l with { Certificate = server });
        await rig.FailsAsync(NetError.CertificateNotPinned, Options(rig, other), rig.File("a", [1]));
    }

    private static SendOptions Options(TransferRig rig, X509Certificate2? pinned)
    {
        SendOptions options = rig.To();
        return pinned is null ? options : options with { Connect = options.Connect! with { Tls = new CertificatePin(ServerCertificate.Thumbprint(pinned), SkipCheck: false, "127.0.0.1") } };
    }

    private static SendOptions With(SendOptions options, X509Certificate2 certificate) =>
        options with { Connect = options.Connect! with { Tls = options.Connect.Tls! with { ClientCertificate = certificate } } };

    private static async Task PassOnAsync(TcpListener listener, X509Certificate2 certificate, int port, CancellationToken limit)
    {
        using TcpClient victim = await listener.AcceptTcpClientAsync(limit), onward = new();
        await onward.ConnectAsync(IPAddress.Loopback, port, limit);
        using SslStream left = new(victim.GetStream()), right = new(onward.GetStream());
        await left.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, limit);
        await right.AuthenticateAsClientAsync(new CertificatePin(null, SkipCheck: true, "x").ClientOptions(_ => { }), limit);
        await Task.WhenAll(CopyAsync(left, right, limit), CopyAsync(right, left, limit));
    }

    private static async Task CopyAsync(SslStream from, SslStream to, CancellationToken limit)
    {
        try
        {
            await from.CopyToAsync(to, limit);
            await to.ShutdownAsync();
        }
        catch (IOException)
        {
            // One side broke off: that is what is hoped for.
        }
    }
}
