using System.Management.Automation;
using PSNetConcurrency.Tests.Tcp;

namespace PSNetConcurrency.Tests.Files;

/// <summary>Ctrl+C in the middle of a transfer leaves no socket, thread, open or temporary file, at either end.</summary>
public sealed class StopTests : TransferSession
{
    [Theory]
    [InlineData("")]
    [InlineData("-Plain")]
    [InlineData("-Verify Slice")]
    public void Ctrl_C_ends_a_send_and_leaves_nothing(string arguments)
    {
        Write("a.bin", 10_000_000);
        ListenerLifeTests.LeavesNothing(shell =>
        {
            Here(shell);
            shell.Run("$s = Start-FramedFileServer inbox");
            using (BackgroundPipeline sending = new(shell, $"$s | Send-FramedFile -Path a.bin -LimitBytesPerSecond 400000 {arguments}"))
            {
                WaitUntil(() => Arrived() > 100_000, "Nothing arrives.");
                sending.Stop();
            }
            Assert.Empty(shell.Run("$Error | ForEach-Object { $_ }"));
            shell.Run("$s | Stop-NetListener");
            Assert.True(IsTidy());
            Assert.Empty(InInbox());
            Assert.Empty(OpenFiles());
        });
    }

    [Fact]
    public void Ctrl_C_ends_a_wait_for_a_receiver_that_does_not_answer() => ListenerLifeTests.LeavesNothing(shell =>
    {
        Here(shell);
        Write("a.bin", 10);
        shell.Run("$mute = Start-TcpEchoServer -Kind Discard");
        PSObject mute = shell.One("$mute");
        using (BackgroundPipeline sending = new(shell, "$mute | Send-FramedFile -Path a.bin -TimeoutSeconds 3600"))
        {
            WaitUntil(() => (long)mute.Properties["BytesReceived"].Value > 0, "Nothing arrives.");
            sending.Stop();
        }
        shell.Run("$mute | Stop-NetListener");
    });

    [Fact]
    public void Ctrl_C_ends_a_receive_in_the_middle_of_a_file_and_leaves_nothing()
    {
        Write("a.bin", 10_000_000);
        ListenerLifeTests.LeavesNothing(shell =>
        {
            Here(shell);
            using PowerShellSession other = new();
            Here(other);
            int port = (int)shell.One("Get-AvailablePort").BaseObject;
            using BackgroundPipeline receiving = new(shell, $"Receive-FramedFile inbox -Port {port} -Count 2");
            using BackgroundPipeline sending = new(other, $"Send-FramedFile 127.0.0.1 {port} -Path a.bin -LimitBytesPerSecond 400000 -RetryCount 20");
            WaitUntil(() => Arrived() > 100_000, "Nothing arrives.");
            receiving.Stop();
            sending.Stop();
            Assert.Empty(shell.Run("Get-NetListener"));
            WaitUntil(IsTidy, "The receiver's files are left.");
            Assert.Empty(shell.Run("$Error | ForEach-Object { $_ }"));
        });
        WaitUntil(() => OpenFiles().Length == 0, "Files are still open.");
    }

    [Fact]
    public void Ctrl_C_ends_a_receive_that_waits() => ListenerLifeTests.LeavesNothing(shell =>
    {
        Here(shell);
        int port = (int)shell.One("Get-AvailablePort").BaseObject;
        using BackgroundPipeline receiving = new(shell, $"Receive-FramedFile inbox -Port {port}");
        using (PowerShellSession other = new())
        {
            other.Run($"$null = Wait-TcpPort 127.0.0.1 {port} -TimeoutSeconds 60");
        }
        receiving.Stop();
        Assert.Empty(shell.Run("Get-NetListener"));
    });

    [Fact]
    public void Stopping_the_server_by_force_leaves_nothing_half()
    {
        Write("a.bin", 10_000_000);
        Serve();
        using PowerShellSession other = new();
        Here(other);
        using BackgroundPipeline sending = new(other, $"Send-FramedFile 127.0.0.1 {Shell.One("$s.Port")} -Path a.bin -LimitBytesPerSecond 400000 -RetryCount 0");
        WaitUntil(() => Arrived() > 100_000, "Nothing arrives.");
        Shell.Run("$s | Stop-NetListener -Force");
        Assert.Empty(sending.End());
        Assert.StartsWith("Peer", Assert.Single(sending.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
        WaitUntil(IsTidy, "The receiver's files are left.");
        Assert.Empty(OpenFiles());
    }

    [Fact]
    public void A_drain_lets_the_file_under_way_arrive()
    {
        byte[] content = Write("a.bin", 1_000_000);
        Serve();
        using PowerShellSession other = new();
        Here(other);
        using BackgroundPipeline sending = new(other, $"Send-FramedFile 127.0.0.1 {Shell.One("$s.Port")} -Path a.bin -LimitBytesPerSecond 400000");
        WaitUntil(() => Arrived() > 100_000, "Nothing arrives.");
        Shell.Run("$s | Stop-NetListener -DrainSeconds 60");
        Assert.Equal("a.bin", Assert.Single(Results(sending.End())).Name);
        Assert.Equal(content, Received("a.bin"));
    }
}
