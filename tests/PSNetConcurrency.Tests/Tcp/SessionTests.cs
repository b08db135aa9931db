using System.Management.Automation;
using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Tests.Tcp;

public sealed class SessionTests : IDisposable
{
    private readonly PowerShellSession _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public void A_dialogue_over_one_connection_is_counted()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat Line { \"re $_\" }; $c = $s | New-TcpSession -Name Talk -KeepAlive -NoDelay:$false");
        Assert.Equal(["re a", "re b"], _shell.Run("Send-TcpData -Session $c -InputObject \"a`nb`n\"; Receive-TcpData -Session $c -Line; Receive-TcpData -Session $c -Line").Select(o => (string)o.BaseObject));
        Assert.Equal(4L, _shell.One("$c.BytesSent").BaseObject);
        Assert.Equal(10L, _shell.One("(Get-TcpSession -Name T*).BytesReceived").BaseObject);
        Assert.Equal(_shell.One("$c.LocalEndPoint").BaseObject.ToString(), _shell.One("($s | Receive-NetListener | Where-Object Type -eq Connected).Client").BaseObject);
        _shell.Run("$c | Remove-TcpSession");
        Assert.Empty(_shell.Run("Get-TcpSession"));
        Assert.Equal("Closed", _shell.One("$c.State").ToString());
        _shell.Fails("HandleClosed", "Send-TcpData -Session $c -InputObject x");
    }

    [Fact]
    public void What_is_there_is_taken_up_to_the_maximum_and_the_rest_is_left()
    {
        _shell.Run("$s = Start-TcpServer { 'x' * 5000 }; $c = $s | New-TcpSession; Send-TcpData -Session $c -InputObject go");
        Assert.Equal(5000, _shell.One("$n = 0; while ($n -lt 5000) { $l = (Receive-TcpData -Session $c -MaximumBytes 1000 -ErrorAction Stop).Length; if ($l -gt 1000) { throw $l }; $n += $l }; $n").BaseObject);
    }

    [Theory]
    [InlineData("-UntilClosed")]
    [InlineData("-Count 5000")]
    [InlineData("-Line")]
    public void More_than_the_maximum_of_what_was_asked_for_is_an_error(string asked) =>
        _shell.Fails("MessageTooLarge", $"$s = Start-TcpServer {{ 'x' * 5000 }}; $c = $s | New-TcpSession; Send-TcpData -Session $c -InputObject go; Receive-TcpData -Session $c {asked} -MaximumBytes 1000 -TimeoutSeconds 10");

    [Theory]
    [InlineData("")]
    [InlineData("-SelfSigned")]
    public void Receives_end_by_count_delimiter_line_and_close(string tls)
    {
        _shell.Run($"$s = Start-TcpServer {tls} {{ param($m, $Client) $Client.Close(); \"12345678|first`r`nrest of it\" }}; $c = $s | New-TcpSession; Send-TcpData -Session $c -InputObject go");
        Assert.Equal("12345", _shell.One("Receive-TcpData -Session $c -Count 5").BaseObject);
        Assert.Equal("678", _shell.One("Receive-TcpData -Session $c -Delimiter '|'").BaseObject);
        Assert.Equal("first", _shell.One("Receive-TcpData -Session $c -Line").BaseObject);
        PSObject rest = _shell.One("Receive-TcpData -Session $c -UntilClosed -Detailed");
        Assert.Equal("rest of it", rest.Properties["Data"].Value);
        Assert.Equal("Complete", rest.Properties["EndReason"].Value.ToString());
        _shell.Fails("PeerClosed", "Receive-TcpData -Session $c");
        Assert.Equal("PeerClosed", _shell.One("Receive-TcpData -Session $c -Detailed").Properties["EndReason"].Value.ToString());
        Assert.Equal("PeerClosed", _shell.One("$c.State").ToString());
        _shell.Fails("InvalidArgument", "Receive-TcpData -Session $c -Line -UntilClosed");
    }

    [Theory]
    [InlineData("")]
    [InlineData("-SelfSigned")]
    public void Non_blocking_does_not_wait(string tls)
    {
        _shell.Run($"$s = Start-TcpEchoServer {tls}; $c = $s | New-TcpSession");
        Assert.Empty(_shell.Run("Receive-TcpData -Session $c -NonBlocking"));
        Assert.Equal("WouldBlock", _shell.One("Receive-TcpData -Session $c -NonBlocking -Detailed").Properties["EndReason"].Value.ToString());
        _shell.Run("Send-TcpData -Session $c -InputObject hello; while (-not ($got = Receive-TcpData -Session $c -NonBlocking -Count 5)) { }");
        Assert.Equal("hello", _shell.One("$got").BaseObject);
    }

    [Fact]
    public void A_time_out_keeps_the_bytes_for_the_next_call()
    {
        _shell.Run("$s = Start-TcpEchoServer; $c = $s | New-TcpSession; Send-TcpData -Session $c -InputObject 'half '");
        ErrorRecord error = _shell.Fails("TimedOut", "Receive-TcpData -Session $c -Line -TimeoutSeconds 0.5");
        Assert.Equal("half "u8.ToArray(), ExchangeTests.ReceivedOf(error));
        Assert.Equal("half line", _shell.One("Send-TcpData -Session $c -InputObject \"line`n\"; Receive-TcpData -Session $c -Line").BaseObject);
    }

    [Fact]
    public void A_reset_keeps_what_was_received()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        _shell.Run($"$c = New-TcpSession 127.0.0.1 {((IPEndPoint)listener.LocalEndpoint).Port}");
        using (Socket server = listener.AcceptSocket())
        {
            server.Send("partial"u8);
            // Taken by the client before the reset, which would throw away what is still on the way.
            Assert.Equal("par", _shell.One("Receive-TcpData -Session $c -Count 3").BaseObject);
            server.LingerState = new LingerOption(true, 0);
        }
        ErrorRecord error = _shell.Fails("PeerReset", "Receive-TcpData -Session $c -Count 100");
        Assert.Equal("tial"u8.ToArray(), ExchangeTests.ReceivedOf(error));
        Assert.Equal("Faulted", _shell.One("$c.State").ToString());
        Assert.NotNull(_shell.One("$c.LastError"));
    }

    [Fact]
    public void Shutdown_ends_the_sending_side_only()
    {
        _shell.Run("$s = Start-TcpEchoServer; $c = $s | New-TcpSession; Send-TcpData -Session $c -InputObject x -Shutdown");
        Assert.Contains("ended its sending side", _shell.Fails("HandleClosed", "Send-TcpData -Session $c -InputObject y").Exception.Message, StringComparison.Ordinal);
        Assert.Equal("x", _shell.One("Receive-TcpData -Session $c -UntilClosed").BaseObject);
    }

    [Fact]
    public void A_peer_that_does_not_read_times_a_send_out()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        _shell.Run($"$c = New-TcpSession 127.0.0.1 {((IPEndPoint)listener.LocalEndpoint).Port}");
        _shell.Fails("TimedOut", "Send-TcpData -Session $c -InputObject ([byte[]]::new(32MB)) -TimeoutSeconds 0.5");
        _shell.Fails("HandleClosed", "Send-TcpData -Session $c -InputObject x");
    }

    [Theory]
    [InlineData("")]
    [InlineData("-SelfSigned")]
    public void A_send_arrives_whole_though_the_server_talks_first_and_reads_late(string tls)
    {
        using ManualResetEventSlim go = new();
        // The banner lies unread at the client, which by the system's rule would turn its close into a reset.
        _shell.Run($"$s = Start-TcpServer {tls} -FrameFormat FixedSize,8000000 -MaximumMessageBytes 8MB {{ ($using:go).Wait(); \"got $($_.Length)\".PadRight(8000000) }}", ("go", go));
        _shell.Run("$raw = $s | New-TcpSession");
        using PowerShell send = PowerShell.Create();
        using PowerShellSession other = new();
        send.Runspace = other.Runspace;
        other.Runspace.SessionStateProxy.SetVariable("s", ((PSObject)_shell.One("$s")).BaseObject);
        IAsyncResult run = send.AddScript("$s | Send-TcpData -InputObject ('x' * 8000000)").BeginInvoke();
        go.Set();
        send.EndInvoke(run);
        Assert.Empty(send.Streams.Error);
        _shell.Run("$null = $s | Wait-NetListener -MessageCount 1 -TimeoutSeconds 20; $s | Stop-NetListener -Force");
    }

    [Fact]
    public void A_send_to_a_server_that_greets_and_reads_late_loses_nothing()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using PowerShell send = PowerShell.Create();
        send.Runspace = _shell.Runspace;
        IAsyncResult run = send.AddScript($"Send-TcpData 127.0.0.1 {((IPEndPoint)listener.LocalEndpoint).Port} -InputObject ('x' * 2000000)").BeginInvoke();
        using Socket server = listener.AcceptSocket();
        server.Send("220 welcome\r\n"u8);
        // Not read before the client has given all it can to its system, and would close.
        Assert.False(run.AsyncWaitHandle.WaitOne(500));
        byte[] buffer = new byte[65536];
        int total = 0;
        for (int n; (n = server.Receive(buffer)) > 0;)
        {
            total += n;
        }
        server.Close();
        send.EndInvoke(run);
        Assert.Empty(send.Streams.Error);
        Assert.Equal(2_000_000, total);
    }

    [Fact]
    public void A_send_that_the_server_resets_is_an_error()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using PowerShell send = PowerShell.Create();
        send.Runspace = _shell.Runspace;
        IAsyncResult run = send.AddScript($"Send-TcpData 127.0.0.1 {((IPEndPoint)listener.LocalEndpoint).Port} -InputObject ('x' * 2000000)").BeginInvoke();
        using (Socket server = listener.AcceptSocket())
        {
            server.Receive(new byte[1]);
            server.LingerState = new LingerOption(true, 0);
        }
        send.EndInvoke(run);
        Assert.Equal("PeerReset", Assert.Single(send.Streams.Error).FullyQualifiedErrorId.Split(',')[0]);
    }

    [Fact]
    public void Time_outs_beyond_what_a_timer_holds_are_taken()
    {
        Assert.Equal("x", _shell.One("$s = Start-TcpEchoServer; $s | Invoke-TcpExchange -InputObject x -TimeoutSeconds 31536000").BaseObject);
        _shell.Run("$null = $s | Wait-NetListener -ConnectionCount 1 -TimeoutSeconds 31536000");
    }

    [Fact]
    public void A_local_port_can_be_chosen()
    {
        int port = (int)_shell.One("Get-AvailablePort").BaseObject;
        Assert.Equal(port, ((IPEndPoint)_shell.One($"$s = Start-TcpEchoServer; ($s | New-TcpSession -LocalPort {port}).LocalEndPoint").BaseObject).Port);
        _shell.Fails("PortInUse", $"New-TcpSession $s.ComputerName $s.Port -LocalPort {port}");
    }

    [Fact]
    public void Sessions_are_completed_by_name() =>
        Assert.Contains("Talk", _shell.Run("$null = Start-TcpEchoServer | New-TcpSession -Name Talk; (TabExpansion2 'Remove-TcpSession -Name ' 24).CompletionMatches.CompletionText").Select(o => o.ToString()));
}
