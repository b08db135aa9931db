using System.Management.Automation;

namespace PSNetConcurrency.Tests.Files;

/// <summary>A receiver in the foreground: so many files, so much time.</summary>
public sealed class ReceiveTests : TransferSession
{
    private readonly PowerShellSession _other = new();
    private readonly int _port;

    public ReceiveTests()
    {
        Here(_other);
        _port = (int)Shell.One("Get-AvailablePort").BaseObject;
    }

    [Fact]
    public void It_ends_after_so_many_files_and_tells_each()
    {
        for (int i = 0; i < 5; i++)
        {
            Write($"{i}.bin", 300_000 * i, i);
        }
        using BackgroundPipeline receiving = Receive("-Count 3");
        TransferResult[] sent = Results(_other.Invoke($"Send-FramedFile 127.0.0.1 {_port} -Path ?.bin -RetryCount 1"));
        TransferResult[] received = Results(receiving.End());
        Assert.Equal(["0.bin", "1.bin", "2.bin"], received.Select(r => r.Name));
        Assert.All(received, r => Assert.True(r.Verified));
        Assert.Equal(["0.bin", "1.bin", "2.bin"], InInbox());
        // Those that were not taken any more are errors of the sender, and those that were are confirmed.
        Assert.Equal(["0.bin", "1.bin", "2.bin"], sent.Select(r => r.Name));
        Assert.Equal(2, _other.Errors.Count);
        Assert.Empty(Shell.Run("Get-NetListener"));
    }

    [Fact]
    public void One_file_is_the_default_and_the_sender_hears_of_it()
    {
        byte[] content = Write("a.bin", 400_000);
        using BackgroundPipeline receiving = Receive("");
        Assert.True(Assert.Single(Results(_other.Run($"Send-FramedFile 127.0.0.1 {_port} -Path a.bin"))).Verified);
        Assert.Equal(Path.Combine(Inbox, "a.bin"), Assert.Single(Results(receiving.End())).Path);
        Assert.Equal(content, Received("a.bin"));
    }

    [Fact]
    public void What_is_stored_and_confirmed_is_told_though_it_is_one_too_many()
    {
        Write("a.bin", 500_000);
        Write("b.bin", 550_000);
        using BackgroundPipeline receiving = Receive("-Count 1");
        using PowerShellSession third = new();
        Here(third);
        using BackgroundPipeline one = new(_other, Slowly("a.bin")), two = new(third, Slowly("b.bin"));
        string[] confirmed = [.. Results(one.End().Concat(two.End())).Select(r => r.Name).Order(StringComparer.Ordinal)];
        Assert.Equal(confirmed, Results(receiving.End()).Select(r => r.Name).Order(StringComparer.Ordinal));
        Assert.Equal(confirmed, InInbox());

        // Under way both of them when the first is there.
        string Slowly(string name) => $"Send-FramedFile 127.0.0.1 {_port} -Path {name} -LimitBytesPerSecond 500000 -RetryCount 0";
    }

    [Fact]
    public void Files_that_fail_are_errors_and_do_not_count()
    {
        File.WriteAllText(Path.Combine(Inbox, "a.bin"), "old");
        Write("a.bin", 10);
        Write("b.bin", 10);
        using BackgroundPipeline receiving = Receive("");
        _other.Invoke($"Send-FramedFile 127.0.0.1 {_port} -Path a.bin, b.bin");
        Assert.Equal("b.bin", Assert.Single(Results(receiving.End())).Name);
        ErrorRecord error = Assert.Single(receiving.Errors);
        Assert.Equal("FileExists", error.FullyQualifiedErrorId.Split(',')[0]);
    }

    [Fact]
    public void The_time_is_for_all_of_them()
    {
        Write("a.bin", 10);
        using BackgroundPipeline receiving = Receive("-Count 2 -TimeoutSeconds 5");
        _other.Run($"$null = Send-FramedFile 127.0.0.1 {_port} -Path a.bin");
        Assert.Equal("a.bin", Assert.Single(Results(receiving.End())).Name);
        ErrorRecord error = Assert.Single(receiving.Errors);
        Assert.Equal(("TimedOut", ErrorCategory.OperationTimeout), (error.FullyQualifiedErrorId.Split(',')[0], error.CategoryInfo.Category));
        Assert.Contains("1 of 2 files", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains(receiving.Progress, p => p.StatusDescription.Contains("of 2 files", StringComparison.Ordinal));
    }

    [Fact]
    public void Select_first_ends_it()
    {
        Write("a.bin", 10);
        using BackgroundPipeline receiving = Receive("-Count 1000 | Select-First 1");
        _other.Run($"$null = Send-FramedFile 127.0.0.1 {_port} -Path a.bin");
        Assert.Equal("a.bin", Assert.Single(Results(receiving.End())).Name);
        Assert.Empty(Shell.Run("Get-NetListener"));
        Shell.Run($"$null = Wait-TcpPort 127.0.0.1 {_port} -State Closed -TimeoutSeconds 60");
    }

    [Fact]
    public void It_takes_secrets_and_certificates_as_the_server_does()
    {
        Write("a.bin", 10);
        using System.Security.Cryptography.X509Certificates.X509Certificate2 certificate = TestCertificate.Create("localhost");
        Shell.Runspace.SessionStateProxy.SetVariable("certificate", certificate);
        using BackgroundPipeline receiving = Receive("-Certificate $certificate -SharedSecret letmein");
        string thumbprint = certificate.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256);
        Assert.Single(_other.Run($"Send-FramedFile 127.0.0.1 {_port} -Path a.bin -CertificateThumbprint {thumbprint} -SharedSecret letmein"));
        Assert.Single(receiving.End());
    }

    [Fact]
    public void A_block_is_told_by_which_name_port_and_certificate_it_is_ready()
    {
        byte[] content = Write("a.bin", 10);
        Shell.Run("""
            $received = Receive-FramedFile inbox -SelfSigned -Name Inbox -OnReady {
                $script:ready = $args[0].Name
                Send-FramedFile $args[0].ComputerName $args[0].Port -CertificateThumbprint $args[0].CertificateThumbprint -Path a.bin
            }
            """);
        // What the block writes is not the output.
        Assert.Equal("a.bin", Assert.Single(Results(Shell.Run("$received"))).Name);
        Assert.Equal("Inbox", Shell.One("$ready").BaseObject);
        Assert.Equal(content, Received("a.bin"));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _other.Dispose();
        }
        base.Dispose(disposing);
    }

    // Returns when the port is open.
    private BackgroundPipeline Receive(string arguments)
    {
        BackgroundPipeline receiving = new(Shell, $"Receive-FramedFile inbox -Port {_port} {arguments}");
        _other.Run($"$null = Wait-TcpPort 127.0.0.1 {_port} -TimeoutSeconds 60");
        return receiving;
    }
}
