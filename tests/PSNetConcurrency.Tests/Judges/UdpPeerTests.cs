using System.Management.Automation;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>Datagrams to and from python3, ncat and socat.</summary>
public sealed class UdpPeerTests : JudgeSession
{
    private const string PythonEcho = """
        import socket
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("127.0.0.1", 0))
        print(s.getsockname()[1])
        while True:
            data, who = s.recvfrom(65535)
            s.sendto(data, who)
        """;

    [JudgeFact("python3")]
    public void A_python_server_echoes_text_bytes_and_the_largest_datagram()
    {
        using JudgeProcess python = JudgeProcess.Python(PythonEcho);
        int port = int.Parse(python.Output.WaitFor(@"(\d+)\n").Groups[1].Value, null);
        Assert.Equal("grüße", Shell.One("(Invoke-UdpExchange 127.0.0.1 $port 'grüße').Text", ("port", port)).BaseObject);
        byte[] most = RandomBytes(65507);
        Assert.Equal(most, Shell.One("Invoke-UdpExchange 127.0.0.1 $port $bytes -AsByteStream", ("port", port), ("bytes", most)).BaseObject);
        PSObject link = Shell.One("Measure-UdpLink 127.0.0.1 $port -Count 50 -IntervalMilliseconds 1 -PayloadSize 1400", ("port", port));
        Assert.Equal((50, 0), (link.Properties["Received"].Value, link.Properties["Corrupted"].Value));
    }

    [JudgeFact("python3")]
    public void A_connected_python_client_takes_the_answer_because_it_comes_from_the_port_it_asked()
    {
        const string Client = """
            import socket, sys
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            s.settimeout(60)
            s.connect(("127.0.0.1", int(sys.argv[1])))
            s.send(b"question")
            print(s.recv(65535).decode(), len(s.recv(65535)), sep=":")
            """;
        int port = FreePorts(1)[0];
        JudgeProcess? python = null;
        try
        {
            Shell.Run("""
                Receive-UdpDatagram $port -Count 1 -TimeoutSeconds 60 -OnReady { $null = $start.Invoke() } | ForEach-Object {
                    $_ | Send-UdpDatagram -InputObject "answer to $($_.Text)"
                    $_ | Send-UdpDatagram -InputObject ''
                }
                """, ("port", port), ("start", (Func<bool>)(() => (python = JudgeProcess.Python(Client, port)) is not null)));
            Assert.Equal("answer to question:0", python!.Succeeds().Trim());
        }
        finally
        {
            python?.Dispose();
        }
    }

    [JudgeFact("socat")]
    public void A_socat_server_answers_each_datagram()
    {
        int port = FreePorts(1)[0];
        using JudgeProcess socat = JudgeProcess.Start("socat", "-d", "-d", $"UDP4-RECVFROM:{port},bind=127.0.0.1,fork", "EXEC:cat");
        // It does not say when it listens; until then its port refuses.
        Shell.Run("do { $r = Invoke-UdpExchange 127.0.0.1 $port up -TimeoutSeconds 5 } until ($r.Status -eq 'Replied')", ("port", port));
        Assert.Equal(["one", "two", "three"], Shell.Run("'one', 'two', 'three' | Invoke-UdpExchange 127.0.0.1 $port -TimeoutSeconds 30 | ForEach-Object Text", ("port", port)).Select(t => t.BaseObject));
    }

    [JudgeFact("ncat")]
    public void Ncat_sends_and_receives_datagrams()
    {
        int port = FreePorts(1)[0];
        JudgeProcess? ncat = null;
        try
        {
            Shell.Run("""
                Receive-UdpDatagram $port -Count 1 -TimeoutSeconds 60 -OnReady { $null = $start.Invoke() } | ForEach-Object {
                    if ($_.Text -ne "from ncat`n") { throw "'$($_.Text)'" }
                    $_ | Send-UdpDatagram -InputObject 'to ncat'
                }
                """, ("port", port), ("start", (Func<bool>)(() =>
            {
                ncat = JudgeProcess.Start("ncat", "-u", "127.0.0.1", $"{port}");
                ncat.Write("from ncat\n");
                return true;
            })));
            ncat!.Output.WaitFor("to ncat");
        }
        finally
        {
            ncat?.Dispose();
        }
    }
}
