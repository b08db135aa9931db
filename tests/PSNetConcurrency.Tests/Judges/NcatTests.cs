namespace PSNetConcurrency.Tests.Judges;

public sealed class NcatTests : JudgeSession
{
    [JudgeFact("ncat")]
    public void Ncat_gets_back_what_it_sent_after_its_half_close()
    {
        int port = StartServer("Start-TcpEchoServer");
        using JudgeProcess ncat = JudgeProcess.Start("ncat", "127.0.0.1", $"{port}");
        ncat.Write("one\ntwo\n");
        ncat.Output.WaitFor("^two$");
        ncat.Write("grüße");
        ncat.CloseInput();
        Assert.Equal("one\ntwo\ngrüße", ncat.Succeeds());
    }

    [JudgeFact("ncat")]
    public void Ncat_talks_tls_to_a_self_signed_server()
    {
        int port = StartServer("Start-TcpEchoServer -SelfSigned");
        using JudgeProcess ncat = JudgeProcess.Start("ncat", "-v", "--ssl", "127.0.0.1", $"{port}");
        // ncat prints what it is shown: the SHA-1 fingerprint in groups of four digits.
        string sha1 = ncat.Error.WaitFor(@"SHA-1 fingerprint: ([0-9A-F ]+)").Groups[1].Value;
        ncat.Write("over TLS\n");
        ncat.Output.WaitFor("^over TLS$");
        Assert.Equal("pinned", Shell.One("Invoke-TcpExchange 127.0.0.1 $s.Port pinned -CertificateThumbprint $sha1", ("sha1", sha1)).BaseObject);
    }

    [JudgeFact("ncat", "openssl")]
    public void Ncat_trusts_a_server_with_a_given_certificate_and_no_other()
    {
        MakeCertificate();
        int port = StartServer($"Start-TcpEchoServer -Certificate ([Security.Cryptography.X509Certificates.X509Certificate2]::CreateFromPemFile('{CertificatePath}', '{KeyPath}'))");
        using JudgeProcess ncat = JudgeProcess.Start("ncat", "--ssl-verify", "--ssl-trustfile", CertificatePath, "localhost", $"{port}");
        ncat.Write("trusted\n");
        ncat.Output.WaitFor("^trusted$");

        int other = StartServer("Start-TcpEchoServer -SelfSigned");
        using JudgeProcess wary = JudgeProcess.Start("ncat", "-v", "--ssl-verify", "--ssl-trustfile", CertificatePath, "localhost", $"{other}");
        Assert.NotEqual(0, wary.WaitForExit());
        Assert.Contains("Certificate verification failed", wary.Error.Text, StringComparison.Ordinal);
    }

    [JudgeFact("ncat")]
    public void Ncat_serves_a_dialogue_with_a_session()
    {
        using JudgeProcess ncat = Listen(out int port);
        Shell.Run("$c = New-TcpSession 127.0.0.1 $port; Send-TcpData -Session $c -InputObject \"to ncat`n\"", ("port", port));
        ncat.Output.WaitFor("^to ncat$");
        ncat.Write("first\r\nsecond\nrest");
        Assert.Equal("first", Shell.One("Receive-TcpData -Session $c -Line").BaseObject);
        Assert.Equal("second", Shell.One("Receive-TcpData -Session $c -Line").BaseObject);
        ncat.CloseInput();
        Assert.Equal("rest", Shell.One("Receive-TcpData -Session $c -UntilClosed").BaseObject);
        Shell.Run("Send-TcpData -Session $c -InputObject last; $c | Remove-TcpSession");
        Assert.Equal("to ncat\nlast", ncat.Succeeds());
    }

    [JudgeFact("ncat")]
    public void A_session_closes_in_order_so_that_ncat_gets_all_of_a_large_send()
    {
        byte[] sent = RandomBytes(3_000_000);
        using JudgeProcess ncat = Listen(out int port);
        Shell.Run("Send-TcpData 127.0.0.1 $port -InputObject $sent", ("port", port), ("sent", sent));
        ncat.Succeeds();
        Assert.Equal(sent, ncat.Output.Bytes);
    }

    [JudgeFact("ncat")]
    public void A_client_pins_the_certificate_that_ncat_made_by_the_thumbprint_that_ncat_prints()
    {
        using JudgeProcess ncat = Listen(out int port, "--ssl", "--keep-open", "--exec", "/bin/cat");
        string sha1 = ncat.Error.WaitFor(@"SHA-1 fingerprint: ([0-9A-F ]+)").Groups[1].Value;
        (string, object?)[] variables = [("port", port), ("sha1", sha1)];
        Assert.Equal("hello", Shell.One("Invoke-TcpExchange 127.0.0.1 $port hello -CertificateThumbprint $sha1", variables).BaseObject);
        Shell.Fails("CertificateNotTrusted", "Invoke-TcpExchange 127.0.0.1 $port hello -UseTls");
        string wrong = (sha1[0] == '0' ? '1' : '0') + sha1[1..];
        Shell.Fails("CertificateNotPinned", "Invoke-TcpExchange 127.0.0.1 $port hello -CertificateThumbprint $wrong", ("wrong", wrong));
    }

    // ncat takes no port 0. It says when it listens: a port test would be its client.
    private JudgeProcess Listen(out int port, params string[] options)
    {
        port = FreePorts(1)[0];
        JudgeProcess ncat = JudgeProcess.Start("ncat", ["-v", "-l", "127.0.0.1", $"{port}", .. options]);
        ncat.Error.WaitFor("Listening on");
        return ncat;
    }
}
