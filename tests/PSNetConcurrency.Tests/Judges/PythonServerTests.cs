using System.Management.Automation;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>Servers in Python that treat our clients badly.</summary>
public sealed class PythonServerTests : JudgeSession
{
    // Serves one client with the code that is put in, after the client's first bytes.
    private const string Server = """
        import socket, struct, sys
        listener = socket.create_server(('127.0.0.1', 0))
        print(listener.getsockname()[1])
        client, _ = listener.accept()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        asked = client.recv(65536)

        def reset():
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            client.close()

        """;

    [JudgeFact("python3")]
    public void A_reset_keeps_every_byte_that_came_before_it()
    {
        foreach (int count in (int[])[0, 1, 1000, 40_000])
        {
            using JudgeProcess python = Start($"client.sendall(bytes(i * 7 % 251 for i in range({count})))\nreset()");
            ErrorRecord error = Shell.Fails("PeerReset", "Invoke-TcpExchange 127.0.0.1 $port go -UntilClosed");
            Assert.Equal(Enumerable.Range(0, count).Select(i => (byte)(i * 7 % 251)), Received(error));
            Assert.Equal(ErrorCategory.ConnectionError, error.CategoryInfo.Category);
            python.Succeeds();
        }
    }

    [JudgeFact("python3")]
    public void A_reset_in_the_middle_of_a_frame_keeps_its_beginning()
    {
        using JudgeProcess python = Start("client.sendall(struct.pack('>I', 100) + b'beginning')\nreset()");
        ErrorRecord error = Shell.Fails("PeerReset", "Invoke-TcpExchange 127.0.0.1 $port go -FrameFormat LengthField");
        Assert.Equal("\0\0\0dbeginning"u8.ToArray(), Received(error));
    }

    [JudgeFact("python3")]
    public void A_close_in_the_middle_of_a_frame_is_no_message()
    {
        using JudgeProcess python = Start("client.sendall(struct.pack('>I', 5) + b'whole' + struct.pack('>I', 100) + b'beginning')\nclient.close()");
        Shell.Run("$c = New-TcpSession 127.0.0.1 $port");
        Assert.Equal("whole", Shell.One("Invoke-TcpExchange -Session $c -InputObject go -FrameFormat LengthField").BaseObject);
        python.Succeeds();
        ErrorRecord error = Shell.Fails("PeerClosed", "Invoke-TcpExchange -Session $c -InputObject on -FrameFormat LengthField -TimeoutSeconds 60");
        Assert.Equal("\0\0\0dbeginning"u8.ToArray(), Received(error));
    }

    [JudgeFact("python3")]
    public void A_close_in_the_middle_of_a_line_is_told_with_what_came()
    {
        using JudgeProcess python = Start("client.sendall(b'one\\r\\ntw')\nclient.close()");
        Shell.Run("$c = New-TcpSession 127.0.0.1 $port; Send-TcpData -Session $c -InputObject go");
        Assert.Equal("one", Shell.One("Receive-TcpData -Session $c -Line").BaseObject);
        PSObject result = Shell.One("Receive-TcpData -Session $c -Count 10 -Detailed");
        Assert.Equal("PeerClosed", result.Properties["EndReason"].Value.ToString());
        Assert.Equal("tw", result.Properties["Data"].Value);
    }

    [JudgeFact("python3")]
    public void A_frame_that_a_time_out_found_half_is_whole_in_the_next_exchange()
    {
        using JudgeProcess python = Start("client.sendall(struct.pack('>I', 11) + b'bit')\nclient.recv(65536)\nfor byte in b' by byte':\n    client.sendall(bytes([byte]))\nclient.recv(1)");
        Shell.Run("$c = New-TcpSession 127.0.0.1 $port");
        ErrorRecord error = Shell.Fails("TimedOut", "Invoke-TcpExchange -Session $c -InputObject go -FrameFormat LengthField -TimeoutSeconds 0.5");
        Assert.Equal("\0\0\0\u000bbit"u8.ToArray(), Received(error));
        Assert.Equal("bit by byte", Shell.One("Invoke-TcpExchange -Session $c -InputObject on -FrameFormat LengthField; $c | Remove-TcpSession").BaseObject);
        python.Succeeds();
    }

    [JudgeFact("python3")]
    public void A_server_that_says_nothing_costs_the_time_allowed_and_no_more()
    {
        using JudgeProcess python = Start("client.sendall(b'half a')\nclient.recv(1)");
        ErrorRecord error = Shell.Fails("TimedOut", "Invoke-TcpExchange 127.0.0.1 $port go -FrameFormat Line -TimeoutSeconds 0.5");
        Assert.Equal("half a"u8.ToArray(), Received(error));
        python.Succeeds();
    }

    [JudgeFact("python3")]
    public void An_echo_larger_than_all_buffers_comes_back_while_it_is_sent()
    {
        using JudgeProcess python = Start("""
            while asked:
                client.sendall(asked)
                asked = client.recv(65536)
            """);
        byte[] sent = RandomBytes(20_000_000);
        Assert.Equal(sent, Shell.One("Invoke-TcpExchange 127.0.0.1 $port $sent -UntilClosed -AsByteStream", ("sent", sent)).BaseObject);
    }

    [JudgeFact("python3", "openssl")]
    public void A_tls_client_says_goodbye_so_that_its_end_is_no_truncation()
    {
        MakeCertificate();
        string server = $$"""
            import socket, ssl, sys
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain({{$"'{CertificatePath}', '{KeyPath}'"}})
            listener = socket.create_server(('127.0.0.1', 0))
            print(listener.getsockname()[1])
            for _ in range(3):
                client, _ = listener.accept()
                # Raises an error where the connection ends without TLS's own end.
                with context.wrap_socket(client, server_side=True, suppress_ragged_eofs=False) as tls:
                    data = b''
                    while piece := tls.recv(65536):
                        data += piece
                    print(data.decode())
            """;
        using JudgeProcess python = StartScript(server);
        Shell.Run("Send-TcpData 127.0.0.1 $port -InputObject one -SkipCertificateCheck");
        Shell.Run("$c = New-TcpSession 127.0.0.1 $port -SkipCertificateCheck; Send-TcpData -Session $c -InputObject two; $c | Remove-TcpSession");
        Shell.Run("$c = New-TcpSession 127.0.0.1 $port -SkipCertificateCheck; Send-TcpData -Session $c -InputObject three -Shutdown; $c | Remove-TcpSession");
        Assert.EndsWith("one\ntwo\nthree\n", python.Succeeds(), StringComparison.Ordinal);
    }

    private static byte[] Received(ErrorRecord error) =>
        Assert.IsType<byte[]>(PSObject.AsPSObject(error.Exception).Properties["Received"].Value);

    private JudgeProcess Start(string then) => StartScript(Server + then);

    private JudgeProcess StartScript(string script)
    {
        JudgeProcess python = JudgeProcess.Python(script);
        Shell.Run("$port = [int]$told", ("told", python.Output.WaitFor(@"^(\d+)\n").Groups[1].Value));
        return python;
    }
}
