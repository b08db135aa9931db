using System.Text;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>Claims about what goes over the wire, and tshark's word on them.</summary>
public sealed class WireTests : JudgeSession
{
    private const string Secret = "the plain text that nobody may read";

    [JudgeFact("tshark")]
    public void A_small_framed_message_is_one_segment_each_way()
    {
        int port = StartServer("Start-TcpServer -FrameFormat LengthField { \"$_ back\" }");
        using PacketCapture capture = new(port, Folder);
        string[] messages = [.. Enumerable.Range(1, 20).Select(i => $"message {i}")];
        Assert.Equal(messages.Select(m => m + " back"), Shell.Run("$c = $s | New-TcpSession; $messages | Invoke-TcpExchange -Session $c -FrameFormat LengthField", ("messages", messages)).Select(o => o.BaseObject));
        Shell.Run("$c | Remove-TcpSession");
        Packet[] data = [.. capture.WaitUntilClosed(port, 1).Where(p => p.Payload.Length > 0)];
        Assert.Equal(messages, data.Where(p => p.To == port).Select(Text));
        Assert.Equal(messages.Select(m => m + " back"), data.Where(p => p.From == port).Select(Text));

        // A segment is exactly one frame: its length field, and as many bytes as that says.
        static string Text(Packet p)
        {
            Assert.Equal(p.Payload.Length - 4, System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(p.Payload));
            return Encoding.UTF8.GetString(p.Payload.AsSpan(4));
        }
    }

    [JudgeFact("tshark", "ncat")]
    public void Stopping_a_listener_ends_idle_clients_with_fin_and_no_reset()
    {
        int port = StartServer("Start-TcpEchoServer");
        using PacketCapture capture = new(port, Folder);
        using JudgeProcess talked = JudgeProcess.Start("ncat", "127.0.0.1", $"{port}");
        talked.Write("hello\n");
        talked.Output.WaitFor("hello");
        Shell.Run("$silent = $s | New-TcpSession; $s | Wait-NetListener -ConnectionCount 2 -TimeoutSeconds 60 | Stop-NetListener");
        Assert.Equal("", Shell.One("Receive-TcpData -Session $silent -UntilClosed").BaseObject);
        Shell.Run("$silent | Remove-TcpSession");
        talked.CloseInput();
        talked.Succeeds();
        Packet[] packets = capture.WaitUntilClosed(port, 2);
        Assert.Equal(2, packets.Count(p => p.IsFin && p.From == port));
        Assert.DoesNotContain(packets, p => p.IsReset);
    }

    [JudgeFact("tshark", "openssl")]
    public void Stopping_a_tls_listener_says_goodbye_before_its_fin_and_resets_no_idle_client()
    {
        const byte Alert = 21;
        int port = StartServer("Start-TcpEchoServer -SelfSigned");
        using PacketCapture capture = new(port, Folder);
        // TLS 1.2 does not hide what kind a record is.
        using JudgeProcess client = JudgeProcess.Start("openssl", "s_client", "-tls1_2", "-connect", $"127.0.0.1:{port}");
        client.Write("hello\n");
        client.Output.WaitFor("^hello$");
        Shell.Run("$s | Stop-NetListener");
        Assert.Equal(0, client.WaitForExit());
        Packet[] sent = [.. capture.WaitUntilClosed(port, 1).Where(p => p.From == port)];
        Assert.Equal(Alert, sent.Last(p => p.Payload.Length > 0).Payload[0]);
        // The client says goodbye too, to a socket that is gone: only that may be answered with a reset.
        Assert.InRange(Array.FindIndex(sent, p => p.IsFin), 1, Array.FindIndex(sent, p => p.IsReset) is >= 0 and int reset ? reset - 1 : sent.Length);
    }

    [JudgeFact("tshark", "ncat")]
    public void A_client_above_the_limit_is_refused_with_a_reset_and_those_inside_notice_nothing()
    {
        int port = StartServer("Start-TcpEchoServer -MaximumConnection 1");
        Shell.Run("$c = $s | New-TcpSession; $null = Invoke-TcpExchange -Session $c -InputObject inside");
        using PacketCapture capture = new(port, Folder);
        using JudgeProcess refused = JudgeProcess.Start("ncat", "127.0.0.1", $"{port}");
        Packet reset = Assert.Single(capture.WaitUntil(packets => packets.Any(p => p.IsReset), "a reset"), p => p.IsReset);
        Assert.Equal(port, reset.From);
        Assert.NotEqual(Shell.One("$c.LocalEndPoint.Port").BaseObject, reset.To);
        Assert.NotEqual(0, refused.WaitForExit());
        Assert.Equal("still here", Shell.One("Invoke-TcpExchange -Session $c -InputObject 'still here'").BaseObject);
        Assert.Equal(1L, Shell.One("$s.RefusedCount").BaseObject);
    }

    [JudgeFact("tshark")]
    public void A_self_signed_server_and_its_client_never_send_plain_text()
    {
        Assert.True(IsSeenInClear("Start-TcpEchoServer"), "A plain exchange is not seen: this judge is blind.");
        Assert.False(IsSeenInClear("Start-TcpEchoServer -SelfSigned"));
    }

    private bool IsSeenInClear(string start)
    {
        int port = StartServer(start);
        using PacketCapture capture = new(port, Folder);
        Assert.Equal(Secret, Shell.One("$s | Invoke-TcpExchange -InputObject $secret", ("secret", Secret)).BaseObject);
        Packet[] packets = capture.WaitUntilClosed(port, 1);
        byte[] both = [.. packets.SelectMany(p => p.Payload)];
        Assert.True(both.Length >= 2 * Secret.Length);
        return both.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)) >= 0;
    }
}
