namespace PSNetConcurrency.Tests.Judges;

public sealed class SocatTests : JudgeSession
{
    private const int Size = 5_000_000;

    [JudgeFact("socat")]
    public void Socat_gets_five_megabytes_back_byte_for_byte_after_its_half_close()
    {
        int port = StartServer("Start-TcpEchoServer");
        Assert.Equal(RandomBytes(Size), Pipe($"TCP:127.0.0.1:{port}"));
        Assert.Equal((long)Size, Shell.One("$s.BytesReceived").BaseObject);
        Assert.Equal((long)Size, Shell.One("$s.BytesSent").BaseObject);
    }

    [JudgeFact("socat", "openssl")]
    public void Socat_gets_five_megabytes_back_byte_for_byte_over_tls()
    {
        MakeCertificate();
        int port = StartServer($"Start-TcpEchoServer -Certificate ([Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPemFile('{CertificatePath}', '{KeyPath}'))");
        Assert.Equal(RandomBytes(Size), Pipe($"OPENSSL:localhost:{port},cafile={CertificatePath}"));
    }

    [JudgeFact("socat")]
    public void An_exchange_with_socat_takes_all_that_comes_until_its_close()
    {
        using JudgeProcess socat = Listen("TCP-LISTEN:0,bind=127.0.0.1", "EXEC:cat", out int port);
        Assert.Equal("back and forth", Shell.One("Invoke-TcpExchange 127.0.0.1 $port 'back and forth' -UntilClosed", ("port", port)).BaseObject);
        socat.Succeeds();
    }

    [JudgeFact("socat", "openssl")]
    public void A_client_pins_the_certificate_of_a_socat_server()
    {
        string thumbprint = MakeCertificate();
        using JudgeProcess socat = Listen($"OPENSSL-LISTEN:0,bind=127.0.0.1,fork,reuseaddr,verify=0,cert={CertificatePath},key={KeyPath}", "EXEC:cat", out int port);
        Assert.Equal("hello", Shell.One("Invoke-TcpExchange 127.0.0.1 $port hello -CertificateThumbprint $thumbprint", ("port", port), ("thumbprint", thumbprint)).BaseObject);
        Assert.Equal(thumbprint.Replace(":", ""), Shell.One("$c = New-TcpSession 127.0.0.1 $port -SkipCertificateCheck; $c.CertificateThumbprint").BaseObject);
        Shell.Fails("CertificateNotTrusted", "Invoke-TcpExchange 127.0.0.1 $port hello -UseTls");
    }

    private static byte[] Pipe(string address)
    {
        using JudgeProcess socat = JudgeProcess.Start("socat", "-t", "60", "-", address);
        socat.Write(RandomBytes(Size));
        socat.CloseInput();
        socat.Succeeds();
        return socat.Output.Bytes;
    }

    private static JudgeProcess Listen(string address, string service, out int port)
    {
        JudgeProcess socat = JudgeProcess.Start("socat", "-d", "-d", address, service);
        port = int.Parse(socat.Error.WaitFor(@"listening on AF=2 127\.0\.0\.1:(\d+)").Groups[1].Value, null);
        return socat;
    }
}
