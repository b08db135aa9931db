using System.Management.Automation;

namespace PSNetConcurrency.Tests.Tcp;

public sealed class ExchangeTests : IDisposable
{
    private readonly PowerShellSession _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public void A_server_object_pipes_into_an_exchange()
    {
        Assert.Equal("hello", _shell.One("$s = Start-TcpEchoServer; $s | Invoke-TcpExchange -InputObject hello").BaseObject);
        PSObject result = _shell.One("$s | Invoke-TcpExchange -InputObject 'grüße' -Detailed");
        Assert.Equal("grüße", result.Properties["Reply"].Value);
        Assert.Equal(7, result.Properties["Bytes"].Value);
        Assert.True((TimeSpan)result.Properties["Latency"].Value > TimeSpan.Zero);
    }

    [Fact]
    public void Tls_is_pinned_from_the_object_and_a_wrong_pin_is_refused()
    {
        Assert.Equal("secret", _shell.One("$s = Start-TcpEchoServer -SelfSigned; $s | Invoke-TcpExchange -InputObject secret").BaseObject);
        ErrorRecord error = _shell.Fails("CertificateNotPinned", "$s | Invoke-TcpExchange -InputObject x -CertificateThumbprint ('00' * 32)");
        Assert.Equal(ErrorCategory.AuthenticationError, error.CategoryInfo.Category);
        _shell.Fails("CertificateNotTrusted", "Invoke-TcpExchange $s.ComputerName $s.Port x -UseTls");
        Assert.Equal("x", _shell.One("Invoke-TcpExchange $s.ComputerName $s.Port x -SkipCertificateCheck").BaseObject);
    }

    [Fact]
    public void A_frame_that_is_too_long_names_the_peer_and_keeps_its_bytes()
    {
        ErrorRecord error = _shell.Fails("MessageTooLarge", "$s = Start-TcpEchoServer; $s | Invoke-TcpExchange -FrameFormat Line -InputObject ('a' * 100) -MaximumBytes 10");
        Assert.Equal($"127.0.0.1:{_shell.One("$s.Port")}", error.TargetObject);
        Assert.Equal("aaaaaaaaaa", _shell.One("-join [char[]] $e.Received[0..9]", ("e", error.Exception)).BaseObject);
    }

    [Fact]
    public void Plain_text_to_a_tls_server_does_not_hang() =>
        _shell.Fails("PeerReset", "$s = Start-TcpEchoServer -SelfSigned; Invoke-TcpExchange $s.ComputerName $s.Port \"GET / HTTP/1.0`r`n`r`n\" -TimeoutSeconds 15");

    [Fact]
    public void Tls_to_a_plain_server_is_explained() =>
        _shell.Fails("TlsHandshakeFailed", "$s = Start-TcpServer { 'this is no TLS' }; Invoke-TcpExchange $s.ComputerName $s.Port x -SkipCertificateCheck -TimeoutSeconds 15");

    [Theory]
    [InlineData("''")]
    [InlineData("'  '")]
    [InlineData("$null")]
    [InlineData("@()")]
    public void Blank_input_is_refused_with_a_reason(string blank)
    {
        ErrorRecord error = _shell.Fails("BlankInput", $"$s = Start-TcpEchoServer; Invoke-TcpExchange $s.ComputerName $s.Port -InputObject {blank}");
        Assert.Contains("-AllowEmpty", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_line_is_a_message_where_it_is_allowed() =>
        Assert.Equal("", _shell.One("$s = Start-TcpServer -FrameFormat Line { $_ }; $s | Invoke-TcpExchange -InputObject '' -AllowEmpty -FrameFormat Line").BaseObject);

    [Fact]
    public void A_listener_piped_without_a_message_is_explained() =>
        _shell.Fails("BlankInput", "Start-TcpEchoServer | Invoke-TcpExchange");

    [Fact]
    public void A_message_by_position_behind_a_listener_or_a_session_is_the_message()
    {
        Assert.Equal(["hello", "hello"], _shell.Run("$s = Start-TcpEchoServer -Name A; $t = Start-TcpEchoServer -Name B; $s, $t | Invoke-TcpExchange hello").Select(o => (string)o.BaseObject));
        Assert.Equal("over it", _shell.One("$s | New-TcpSession | Invoke-TcpExchange 'over it'").BaseObject);
        // A host is one still where a port is given, or messages come.
        Assert.Equal("a", _shell.One("'a' | Invoke-TcpExchange 127.0.0.1 $s.Port").BaseObject);
        Assert.Single(_shell.Run("$s | Send-TcpData 'one way'; $s | Wait-NetListener -ConnectionCount 4 -TimeoutSeconds 20"));
    }

    [Fact]
    public void Nothing_until_the_close_is_the_peers_close() =>
        _shell.Fails("PeerClosed", "$s = Start-TcpServer -FrameFormat Line { }; $s | Invoke-TcpExchange -InputObject \"x`n\" -UntilClosed -TimeoutSeconds 20");

    [Fact]
    public void An_empty_reply_is_the_peers_close() =>
        Assert.Contains("closed the connection without an answer", _shell.Fails("PeerClosed",
            "$s = Start-TcpServer { param($Message, $Client) $Client.Close() }; Invoke-TcpExchange $s.ComputerName $s.Port x").Exception.Message, StringComparison.Ordinal);

    [Fact]
    public void A_time_out_keeps_what_was_received()
    {
        ErrorRecord error = _shell.Fails("TimedOut", "$s = Start-TcpServer { param($m, $Client) $Client.Send('half') }; Invoke-TcpExchange $s.ComputerName $s.Port x -FrameFormat Line -TimeoutSeconds 1.5");
        Assert.Equal("half"u8.ToArray(), ReceivedOf(error));
        Assert.Equal(ErrorCategory.OperationTimeout, error.CategoryInfo.Category);
    }

    [Fact]
    public void A_close_in_mid_message_keeps_what_was_received()
    {
        ErrorRecord error = _shell.Fails("PeerClosed", "$s = Start-TcpServer { param($m, $Client) $Client.Send('half'); $Client.Close() }; Invoke-TcpExchange $s.ComputerName $s.Port x -FrameFormat Line");
        Assert.Equal("half"u8.ToArray(), ReceivedOf(error));
    }

    [Fact]
    public void A_byte_array_stays_one_message_through_the_pipeline()
    {
        PSObject reply = _shell.One("$s = Start-TcpEchoServer; [byte[]](0, 1, 255) | Invoke-TcpExchange $s.ComputerName $s.Port -AsByteStream");
        Assert.Equal(new byte[] { 0, 1, 255 }, (byte[])reply.BaseObject);
        Assert.Equal(1L, _shell.One("$s.TotalConnection").BaseObject);
    }

    [Fact]
    public void Framed_messages_share_a_connection_and_unframed_ones_do_not()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat LengthField,2,Little { $_ }");
        Assert.Equal(["a", "b", "c"], _shell.Run("'a', 'b', 'c' | Invoke-TcpExchange $s.ComputerName $s.Port -FrameFormat LengthField,2,Little").Select(o => o.BaseObject));
        Assert.Equal(1L, _shell.One("$s.TotalConnection").BaseObject);
        _shell.Run("$e = Start-TcpEchoServer; 'a', 'b', 'c' | Invoke-TcpExchange $e.ComputerName $e.Port");
        Assert.Equal(3L, _shell.One("$e.TotalConnection").BaseObject);
    }

    [Fact]
    public void Until_closed_takes_everything()
    {
        PSObject reply = _shell.One("$s = Start-TcpEchoServer; $text = 'x' * 3000000; $s | Invoke-TcpExchange -InputObject $text -UntilClosed -TimeoutSeconds 60");
        Assert.Equal(3_000_000, ((string)reply.BaseObject).Length);
    }

    [Fact]
    public void Encodings_go_by_name_and_code_page()
    {
        _shell.Run("$s = Start-TcpServer -Encoding gb18030 -FrameFormat Line { param($Message) $Message + '好' }");
        Assert.Equal("你好", _shell.One("$s | Invoke-TcpExchange -InputObject 你 -FrameFormat Line -Encoding 54936").BaseObject);
        Assert.Equal("ParameterArgumentTransformationError", _shell.Fails("ParameterArgumentTransformationError", "$s | Invoke-TcpExchange -InputObject x -Encoding nosuch").FullyQualifiedErrorId.Split(',')[0]);
    }

    [Fact]
    public void A_frame_format_that_is_none_is_explained() =>
        Assert.Contains("LengthField", _shell.Fails("ParameterArgumentTransformationError", "Invoke-TcpExchange localhost 1 x -FrameFormat Bogus").Exception.Message, StringComparison.Ordinal);

    [Fact]
    public void A_refused_connection_names_host_and_port() =>
        Assert.Contains("refused", _shell.Fails("ConnectionRefused", "$p = Get-AvailablePort; Invoke-TcpExchange 127.0.0.1 $p x").Exception.Message, StringComparison.Ordinal);

    [Fact]
    public void A_name_that_does_not_exist_is_told() =>
        Assert.Equal(ErrorCategory.ObjectNotFound, _shell.Fails("NameNotResolved", "Invoke-TcpExchange no-such-host.invalid 80 x").CategoryInfo.Category);

    [Fact]
    public void A_reply_above_the_limit_is_an_error() =>
        _shell.Fails("MessageTooLarge", "$s = Start-TcpServer { 'x' * 5000 }; $s | Invoke-TcpExchange -InputObject x -FrameFormat Line -MaximumBytes 1000");

    internal static byte[] ReceivedOf(ErrorRecord error) => (byte[])error.Exception.GetType().GetProperty("Received")!.GetValue(error.Exception)!;
}
