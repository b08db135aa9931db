using System.Globalization;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>The services that come inside xinetd, from the people whose RFCs' ports they are, against our clients and our own services.</summary>
public sealed class XinetdTests : JudgeSession
{
    private static readonly string[] Services = ["echo", "discard", "chargen", "daytime", "time"];

    [JudgeFact("xinetd")]
    public void Echo_answers_an_exchange()
    {
        using JudgeProcess xinetd = Start();
        Assert.Equal("hello", Shell.One("Invoke-TcpExchange 127.0.0.1 $echo hello").BaseObject);
        Assert.Equal("whole", Shell.One("Invoke-TcpExchange 127.0.0.1 $echo whole -UntilClosed").BaseObject);
    }

    [JudgeFact("xinetd")]
    public void Discard_takes_all_and_answers_nothing()
    {
        using JudgeProcess xinetd = Start();
        Shell.Run("$c = New-TcpSession 127.0.0.1 $discard; Send-TcpData -Session $c -InputObject $data", ("data", RandomBytes(300_000)));
        Assert.Equal("WouldBlock", Shell.One("(Receive-TcpData -Session $c -NonBlocking -Detailed).EndReason").ToString());
        Assert.Empty(Shell.Run("Send-TcpData -Session $c -Shutdown -InputObject 'the last'"));
        Assert.Equal("", Shell.One("Receive-TcpData -Session $c -UntilClosed").BaseObject);
    }

    [JudgeFact("xinetd")]
    public void Daytime_is_received_until_its_close_and_is_now()
    {
        using JudgeProcess xinetd = Start();
        string told = (string)Shell.One("Receive-TcpData 127.0.0.1 $daytime -UntilClosed").BaseObject;
        DateTime time = DateTime.ParseExact(string.Join(' ', told.Split(' ')[..4]), "dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture);
        Assert.InRange(DateTime.Now - time, TimeSpan.FromSeconds(-2), TimeSpan.FromSeconds(10));
    }

    [JudgeFact("xinetd")]
    public void Time_tells_what_our_time_server_tells()
    {
        using JudgeProcess xinetd = Start();
        StartServer("Start-TcpEchoServer -Kind Time");
        uint theirs = Seconds(Shell.One("Receive-TcpData 127.0.0.1 $time -UntilClosed -AsByteStream").BaseObject);
        uint ours = Seconds(Shell.One("$s | Receive-TcpData -UntilClosed -AsByteStream").BaseObject);
        Assert.InRange((long)ours - theirs, 0, 5);
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - (theirs - 2208988800L), 0, 5);
    }

    [JudgeFact("xinetd")]
    public void Chargen_is_the_same_pattern_as_ours()
    {
        using JudgeProcess xinetd = Start();
        StartServer("Start-TcpEchoServer -Kind Chargen");
        // xinetd's ring leaves out the blank, with which the RFC's begins, and the tilde: the lines between are the same.
        const int Lines = 20, LineLength = 74;
        string theirs = (string)Shell.One($"Receive-TcpData 127.0.0.1 $chargen -Count {Lines * LineLength}").BaseObject;
        string ours = (string)Shell.One($"$s | Receive-TcpData -Count {(Lines + 1) * LineLength}").BaseObject;
        Assert.Equal(theirs, ours[LineLength..]);
    }

    [JudgeFact("rdate")]
    public void Rdate_reads_our_time_server()
    {
        int port = StartServer("Start-TcpEchoServer -Kind Time");
        Assert.InRange(AgeByRdate("-p", "-o", $"{port}", "127.0.0.1"), TimeSpan.FromSeconds(-2), TimeSpan.FromSeconds(10));
    }

    private static uint Seconds(object bytes) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(Assert.IsType<byte[]>(bytes) is { Length: 4 } four ? four : throw new InvalidDataException());

    // The services listen when it returns; their ports are $echo and so on.
    private JudgeProcess Start()
    {
        int[] ports = FreePorts(Services.Length);
        JudgeProcess xinetd = StartXinetd(Services, ports, udp: false);
        for (int i = 0; i < ports.Length; i++)
        {
            Shell.Run($"$global:{Services[i]} = $port; $null = Wait-TcpPort 127.0.0.1 $port", ("port", ports[i]));
        }
        return xinetd;
    }
}
