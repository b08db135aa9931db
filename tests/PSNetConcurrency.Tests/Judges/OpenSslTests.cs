namespace PSNetConcurrency.Tests.Judges;

public sealed class OpenSslTests : JudgeSession
{
    [JudgeFact("openssl")]
    public void Openssl_talks_tls_1_2_to_a_self_signed_server() => Talks("-tls1_2", "TLSv1.2");

    [JudgeFact("openssl")]
    public void Openssl_talks_tls_1_3_to_a_self_signed_server() => Talks("-tls1_3", "TLSv1.3");

    [JudgeFact("openssl")]
    public void A_self_signed_certificate_is_for_localhost_and_its_addresses()
    {
        using JudgeProcess client = Connect(StartServer("Start-TcpEchoServer -SelfSigned"));
        string certificate = ShownCertificate(client);
        string text = JudgeProcess.Run("openssl", "x509", "-noout", "-text", "-in", certificate);
        Assert.Contains("DNS:localhost", text, StringComparison.Ordinal);
        Assert.Contains("IP Address:127.0.0.1", text, StringComparison.Ordinal);
        Assert.Contains("TLS Web Server Authentication", text, StringComparison.Ordinal);

        using JudgeProcess trusting = Connect((int)Shell.One("$s.Port").BaseObject, "-CAfile", certificate, "-verify_return_error", "-verify_ip", "127.0.0.1");
        trusting.Output.WaitFor(@"Verify return code: 0 \(ok\)");
        using JudgeProcess elsewhere = Connect((int)Shell.One("$s.Port").BaseObject, "-CAfile", certificate, "-verify_return_error", "-verify_hostname", "example.org");
        Assert.NotEqual(0, elsewhere.WaitForExit());
    }

    [JudgeFact("openssl")]
    public void A_client_talks_to_the_server_of_openssl()
    {
        string thumbprint = MakeCertificate();
        foreach (string version in (string[])["-tls1_2", "-tls1_3"])
        {
            using JudgeProcess server = JudgeProcess.Start("openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", CertificatePath, "-key", KeyPath, "-rev", version);
            string port = server.Output.WaitFor(@"^ACCEPT 127\.0\.0\.1:(\d+)").Groups[1].Value;
            // It answers each line reversed.
            Assert.Equal("olleh", Shell.One("Invoke-TcpExchange 127.0.0.1 $port hello -FrameFormat Line -CertificateThumbprint $thumbprint",
                ("port", port), ("thumbprint", thumbprint)).BaseObject);
        }
    }

    private void Talks(string option, string version)
    {
        using JudgeProcess client = Connect(StartServer("Start-TcpEchoServer -SelfSigned"), option);
        client.Output.WaitFor($@"{version}, Cipher is");
        Assert.Equal(Shell.One("$s.CertificateThumbprint").BaseObject, Fingerprint("-in", ShownCertificate(client)).Replace(":", ""));
        client.Write("there and back\n");
        client.Output.WaitFor("^there and back$");
        // The server says goodbye as TLS wants it, which openssl counts as a good end.
        Shell.Run("$s | Stop-NetListener");
        Assert.Equal(0, client.WaitForExit());
    }

    private static JudgeProcess Connect(int port, params string[] options) =>
        JudgeProcess.Start("openssl", ["s_client", "-connect", $"127.0.0.1:{port}", .. options]);

    private string ShownCertificate(JudgeProcess client)
    {
        File.WriteAllText(CertificatePath, client.Output.WaitFor("-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----").Value + "\n");
        return CertificatePath;
    }
}
