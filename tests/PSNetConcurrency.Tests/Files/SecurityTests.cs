using System.Management.Automation;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PSNetConcurrency.Tests.Files;

/// <summary>Who may send, to whom, and what somebody else learns or leaves.</summary>
public sealed class SecurityTests : TransferSession
{
    public SecurityTests() => Write("a.bin", 400_000);

    [Theory]
    [InlineData("", "")]
    [InlineData("-SelfSigned", "")]
    [InlineData("", "-Verify Slice -Resume")]
    public void A_secret_that_both_know_opens(string server, string client)
    {
        Serve($"{server} -SharedSecret grüße -Conflict Overwrite");
        Assert.True(Assert.Single(Send($"-Path a.bin -SharedSecret grüße {client}")).Verified);
        // The same in a SecureString, and as a credential's password.
        Assert.Single(Send("-Path a.bin -SharedSecret $secret", ("secret", new NetworkCredential("", "grüße").SecurePassword)));
        Assert.Single(Send("-Path a.bin -SharedSecret $secret", ("secret", new PSCredential("anybody", new NetworkCredential("", "grüße").SecurePassword))));
        Shell.Run("$t = Start-FramedFileServer inbox -Conflict Overwrite -SharedSecret $secret", ("secret", new NetworkCredential("", "geheim").SecurePassword));
        Assert.Single(Shell.Run("$t | Send-FramedFile -Path a.bin -SharedSecret geheim"));
    }

    [Theory]
    [InlineData("-SharedSecret right", "-SharedSecret wrong", "not the receiver's")]
    [InlineData("-SharedSecret right", "", "-SharedSecret")]
    [InlineData("", "-SharedSecret right", "without a shared secret")]
    [InlineData("-SelfSigned -SharedSecret right", "-SharedSecret wrong", "not the receiver's")]
    public void Any_other_secret_does_not(string server, string client, string words)
    {
        Serve(server);
        ErrorRecord error = Shell.Fails("AuthenticationFailed", $"$s | Send-FramedFile -Path a.bin {client}");
        Assert.Equal(ErrorCategory.AuthenticationError, error.CategoryInfo.Category);
        Assert.Contains(words, error.Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("right", error.Exception.Message.Replace("right one", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Empty(InInbox());
    }

    [Fact]
    public void A_plain_sender_can_not_prove_a_secret_and_sees_that_it_failed()
    {
        Serve("-SharedSecret right");
        Shell.Fails("PeerReset", "$s | Send-FramedFile -Path a.bin -Plain");
        Assert.Empty(InInbox());
        Assert.Contains("can't prove", Shell.One("($s | Receive-NetListener).Where{ $_.Type -eq 'Error' }[0].Message").ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-SharedSecret ''", "InvalidArgument")]
    [InlineData("-Plain -SharedSecret x", "InvalidArgument")]
    [InlineData("-Plain -Resume", "InvalidArgument")]
    [InlineData("-Plain -Repair", "InvalidArgument")]
    [InlineData("-SharedSecret 7", "ParameterArgumentTransformationError")]
    [InlineData("-SharedSecret $null", "ParameterArgumentTransformationError")]
    public void What_can_not_be_is_refused_before_anything_is_sent(string arguments, string id)
    {
        Serve();
        Shell.Fails(id, $"$s | Send-FramedFile -Path a.bin {arguments}");
        Assert.Equal(0L, Shell.One("$s.TotalConnection").BaseObject);
    }

    [Fact]
    public void The_pipeline_pins_the_certificate_that_was_made()
    {
        Serve("-SelfSigned");
        Assert.Single(Send("-Path a.bin"));
        Shell.Fails("CertificateNotTrusted", "Send-FramedFile $s.ComputerName $s.Port -Path a.bin -UseTls");
        Shell.Fails("CertificateNotPinned", "Send-FramedFile $s.ComputerName $s.Port -Path a.bin -CertificateThumbprint ('A' * 64)");
        Shell.Run("$t = Start-FramedFileServer inbox -Conflict Overwrite -SelfSigned");
        Assert.Single(Shell.Run("Send-FramedFile $t.ComputerName $t.Port -Path a.bin -SkipCertificateCheck"));
    }

    [Theory]
    [InlineData("SHA256")]
    [InlineData("SHA1")]
    public void Only_senders_with_an_allowed_certificate_get_in(string hash)
    {
        using X509Certificate2 mine = TestCertificate.Create("mine"), other = TestCertificate.Create("other");
        using X509Certificate2 keyless = X509CertificateLoader.LoadCertificate(mine.Export(X509ContentType.Cert));
        Shell.Run("$s = Start-FramedFileServer inbox -SelfSigned -AllowedThumbprint $allowed", ("allowed", mine.GetCertHashString(new HashAlgorithmName(hash))));
        Assert.True(Assert.Single(Send("-Path a.bin -ClientCertificate $mine", ("mine", mine))).Verified);
        File.Delete(Path.Combine(Inbox, "a.bin"));
        Assert.Contains("no private key", Shell.Fails("InvalidArgument", "$s | Send-FramedFile -Path a.bin -ClientCertificate $keyless", ("keyless", keyless)).Exception.Message, StringComparison.Ordinal);
        // In TLS 1.3 the server judges after the client is done: what it hears of it is an alert or a closed connection.
        foreach (string arguments in (string[])["", "-ClientCertificate $other"])
        {
            Shell.Invoke($"$s | Send-FramedFile -Path a.bin -RetryCount 0 {arguments}", ("other", other));
            ErrorRecord error = Assert.Single(Shell.Errors);
            Assert.Contains(error.FullyQualifiedErrorId.Split(',')[0], (string[])["PeerClosed", "PeerReset", "TlsHandshakeFailed", "SocketFailure"]);
        }
        Assert.Empty(InInbox());
        string[] told = [.. Shell.Run("($s | Receive-NetListener).Where{ $_.Type -eq 'Error' }.Message").Select(m => m.ToString())];
        Assert.Equal(2, told.Length);
        Assert.Contains("no certificate", told[0], StringComparison.Ordinal);
        Assert.Contains(other.GetCertHashString(HashAlgorithmName.SHA256), told[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Addresses_that_may_not_connect_are_turned_away()
    {
        Serve("-Deny 127.0.0.0/8");
        // The reset may come while it connects, or when it greets.
        Shell.Invoke("$s | Send-FramedFile -Path a.bin -RetryCount 0");
        Assert.StartsWith("Peer", Assert.Single(Shell.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Empty(InInbox());
    }

    [Fact]
    public void The_name_of_the_certificate_may_be_another_than_that_of_the_computer()
    {
        Serve("-SelfSigned -Name Box -LocalAddress 127.0.0.1 -Allow 127.0.0.1 -MaximumConnection 5 -Backlog 5");
        Assert.Single(Shell.Run("Send-FramedFile -ComputerName 127.0.0.1 -Port $s.Port -Path a.bin -CertificateThumbprint $s.CertificateThumbprint -TlsHostName box.example"));
        Assert.Equal("Box", Shell.One("(Get-NetListener -Name Box).Name").BaseObject);
    }

    [Fact]
    public void A_session_carries_one_call_after_another()
    {
        Serve("-Conflict Overwrite -MaximumConnection 1");
        Shell.Run("$c = $s | New-TcpSession");
        for (int i = 0; i < 3; i++)
        {
            Assert.True(Assert.Single(Results(Shell.Run("Send-FramedFile -Session $c -Path a.bin"))).Verified);
        }
        Assert.Equal(1L, Shell.One("$s.TotalConnection").BaseObject);
        Assert.Equal("Open", Shell.One("$c.State").ToString());
        Assert.True((long)Shell.One("$c.BytesSent").BaseObject > 3 * 400_000);
        // An error of one file leaves the session as it is.
        Shell.Fails("FileNotFound", "Send-FramedFile -Session $c -Path none.bin");
        Assert.Single(Shell.Run("Send-FramedFile -Session $c -Path a.bin -Verify Sample"));
        Shell.Run("Remove-TcpSession $c");
        Assert.Contains("New-TcpSession", Shell.Fails("HandleClosed", "Send-FramedFile -Session $c -Path a.bin").Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_over_tls_proves_a_secret_each_time()
    {
        Serve("-Conflict Overwrite -SelfSigned -SharedSecret right");
        Shell.Run("$c = $s | New-TcpSession");
        for (int i = 0; i < 3; i++)
        {
            Assert.True(Assert.Single(Results(Shell.Run("Send-FramedFile -Session $c -Path a.bin -SharedSecret right"))).Verified);
        }
    }

    [Fact]
    public void A_plain_peer_gets_content_and_says_nothing()
    {
        Write("tree/b.bin", 10);
        Serve();
        TransferResult[] results = Send("-Path a.bin, tree -Recurse -Plain");
        Assert.Equal(["a.bin", "tree", "tree/b.bin"], results.Select(r => r.Name).Order(StringComparer.Ordinal));
        Assert.All(results, r => Assert.Equal((false, "None", (string?)null), (r.Verified, r.VerifyMode, r.Digest)));
        Assert.Equal(400_000, Received("a.bin").Length);
        Assert.Equal(10, Received("tree/b.bin").Length);
    }
}
