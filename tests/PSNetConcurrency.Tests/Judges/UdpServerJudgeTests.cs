using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>Our UDP servers, asked by ncat, socat, rdate and Python; and their answers beside those of xinetd's own services.</summary>
public sealed class UdpServerJudgeTests : JudgeSession
{
    // Asks so often until there is an answer: the service may not listen yet. Prints the answer in hexadecimal.
    private const string Ask = """
        import socket, sys, time
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.settimeout(1)
        s.connect(('127.0.0.1', int(sys.argv[1])))
        for _ in range(50):
            try:
                s.send(bytes.fromhex(sys.argv[2]))
                print(s.recv(65536).hex())
                sys.exit()
            except OSError:
                time.sleep(0.1)
        sys.exit('no answer')
        """;

    [JudgeFact("ncat")]
    public void Ncat_gets_each_line_back_as_a_datagram()
    {
        int port = StartServer("Start-UdpEchoServer");
        using JudgeProcess ncat = JudgeProcess.Start("ncat", "-u", "127.0.0.1", $"{port}");
        ncat.Write("one\n");
        ncat.Output.WaitFor("^one$");
        ncat.Write("grüße\n");
        ncat.Output.WaitFor("^grüße$");
        Assert.Equal(2L, Shell.One("$s.MessageCount").BaseObject);
    }

    [JudgeFact("ncat")]
    public void Ncat_talks_with_a_script_server()
    {
        int port = StartServer("Start-UdpServer { param($Message) $Message.Trim().ToUpper(); \"`n\" }");
        using JudgeProcess ncat = JudgeProcess.Start("ncat", "-u", "127.0.0.1", $"{port}");
        ncat.Write("hello\n");
        ncat.Output.WaitFor("^HELLO$");
    }

    [JudgeFact("socat")]
    public void Socat_asks_for_the_day_and_time()
    {
        int port = StartServer("Start-UdpEchoServer -Kind Daytime");
        using JudgeProcess socat = JudgeProcess.Start("socat", "-T", "30", "-", $"UDP4:127.0.0.1:{port}");
        socat.Write("\n");
        string told = socat.Output.WaitFor("^(.+)\r$").Groups[1].Value;
        Assert.InRange(DateTimeOffset.Now - DateTimeOffset.Parse(told, CultureInfo.InvariantCulture), TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(1));
    }

    [JudgeFact("python3")]
    public void Python_gets_datagrams_of_every_size_back_and_each_its_own()
    {
        int port = StartServer("Start-UdpEchoServer -AnyAddress -WarningAction SilentlyContinue");
        using JudgeProcess python = JudgeProcess.Python("""
            import os, socket, sys
            port = int(sys.argv[1])
            for family, host in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')):
                sockets = [socket.socket(family, socket.SOCK_DGRAM) for _ in range(4)]
                for s in sockets:
                    s.settimeout(30)
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
                    s.connect((host, port))
                for size in (0, 1, 511, 1472, 1473, 9000, 65507):
                    sent = [os.urandom(size) for _ in sockets]
                    for s, data in zip(sockets, sent):
                        s.send(data)
                    for s, data in zip(sockets, sent):
                        assert s.recv(65536) == data, (host, size)
            """, port);
        python.Succeeds();
    }

    [JudgeFact("rdate")]
    public void Rdate_reads_our_time_server()
    {
        int port = StartServer("Start-UdpEchoServer -Kind Time");
        Assert.InRange(AgeByRdate("-u", "-p", "-o", $"{port}", "127.0.0.1"), TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(1));
    }

    [JudgeFact("xinetd", "python3")]
    public void The_services_answer_as_those_of_xinetd_do()
    {
        string[] services = ["echo", "chargen", "daytime", "time"];
        int[] ports = [.. Shell.Run("Get-AvailablePort -Protocol Udp -Count 4").Select(p => (int)p.BaseObject)];
        using JudgeProcess xinetd = StartXinetd(services, ports, udp: true);
        byte[][] theirs = [.. ports.Select(port => AskPython(port))];
        byte[][] ours = [.. services.Select(kind => AskPython(StartServer($"Start-UdpEchoServer -Kind {kind}")))];

        Assert.Equal(theirs[0], ours[0]);
        Assert.Equal("hello"u8.ToArray(), ours[0]);

        // Each whole line of theirs (their buffer ends within one) is a line of the pattern that ours comes from.
        string pattern = string.Concat(Enumerable.Repeat(string.Concat(Enumerable.Range('!', 94 - 1).Select(c => (char)c)), 3));
        // Ours is of any length, so that its end may come between the CR and the LF.
        foreach (string line in Latin(theirs[1]).Split("\r\n")[..^2].Concat(Latin(ours[1]).Split("\r\n")[1..]))
        {
            Assert.Contains(line.TrimEnd('\r'), pattern, StringComparison.Ordinal);
        }
        Assert.All(Latin(theirs[1]).Split("\r\n")[..^2].Concat(Latin(ours[1]).Split("\r\n")[..^1]), line => Assert.Equal(72, line.Length));

        DateTime day = DateTime.ParseExact(string.Join(' ', Latin(theirs[2]).Split(' ')[..4]), "dd MMM yyyy HH:mm:ss", CultureInfo.InvariantCulture);
        Assert.InRange((DateTimeOffset.Parse(Latin(ours[2]), CultureInfo.InvariantCulture).LocalDateTime - day).TotalSeconds, 0, 60);
        Assert.Matches(new Regex(@"\r\n\z"), Latin(theirs[2]));
        Assert.Matches(new Regex(@"\r\n\z"), Latin(ours[2]));

        Assert.Equal([4, 4], [theirs[3].Length, ours[3].Length]);
        Assert.InRange((long)BinaryPrimitives.ReadUInt32BigEndian(ours[3]) - BinaryPrimitives.ReadUInt32BigEndian(theirs[3]), 0, 60);
    }

    private static string Latin(byte[] bytes) => System.Text.Encoding.Latin1.GetString(bytes);

    private static byte[] AskPython(int port)
    {
        using JudgeProcess python = JudgeProcess.Python(Ask, port, "68656c6c6f");
        return Convert.FromHexString(python.Succeeds().Trim());
    }
}
