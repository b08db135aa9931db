using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PSNetConcurrency.Tests.Udp;

public sealed class UdpServerCmdletTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly PowerShellSession _shell = new();

    public void Dispose()
    {
        _shell.Run("Get-NetListener | Stop-NetListener -Force");
        _shell.Dispose();
    }

    [Fact]
    public async Task An_echo_server_is_a_listener_as_others_are()
    {
        using Socket client = Start("Start-UdpEchoServer -Name Parrot");
        Assert.Equal("hello", await AskAsync(client, "hello"));
        Assert.Equal("", await AskAsync(client, ""));
        Assert.Equal(["Parrot Echo Udp Listening 2 5 5 0"], _shell.Run("Get-NetListener -Kind Echo | Wait-NetListener -MessageCount 2 | ForEach-Object { \"$($_.Name) $($_.Kind) $($_.Transport) $($_.State) $($_.MessageCount) $($_.BytesReceived) $($_.BytesSent) $($_.TotalConnection)\" }").Select(Text));
        // No event a datagram.
        Assert.Equal(["Started"], _shell.Run("($s | Receive-NetListener).Type.ToString()").Select(Text));
        Assert.Equal("Stopped", Text(_shell.One("($s | Stop-NetListener -PassThru).State.ToString()")));
        Assert.Empty(_shell.Run("Get-NetListener"));
        using Socket again = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        again.Bind(client.RemoteEndPoint!);
    }

    [Theory]
    [InlineData("Discard")]
    [InlineData("Chargen")]
    [InlineData("Daytime")]
    [InlineData("Time")]
    public async Task Each_kind_is_served(string kind)
    {
        using Socket client = Start($"Start-UdpEchoServer -Kind {kind}");
        Assert.Equal(kind, Text(_shell.One("$s.Kind")));
        if (kind == "Discard")
        {
            client.Send("x"u8);
            Assert.Equal(0L, _shell.One("($s | Wait-NetListener -MessageCount 1 -TimeoutSeconds 30).BytesSent").BaseObject);
            return;
        }
        string reply = await AskAsync(client, "?", Encoding.Latin1);
        switch (kind)
        {
            case "Time":
                Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 2208988800 - System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(Encoding.Latin1.GetBytes(reply)), 0, 60);
                break;
            case "Daytime":
                Assert.InRange(DateTimeOffset.Now - DateTimeOffset.Parse(reply, System.Globalization.CultureInfo.InvariantCulture), TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(1));
                break;
            default:
                Assert.InRange(reply.Length, 0, 512);
                break;
        }
    }

    [Fact]
    public async Task A_block_gets_the_message_and_its_sender_and_each_object_is_a_datagram()
    {
        using Socket client = Start("""
            Start-UdpServer -Variable @{ extra = 'two' } { param($Message, $Client)
                "$_ $Message $extra $($Client.Port) $($Client.ComputerName) $($Client.Listener.Kind) $Client"
                [byte[]](1, 2, 3)
                $Client.Send('beside') }
            """);
        client.Send("a"u8);
        int port = ((IPEndPoint)client.LocalEndPoint!).Port;
        string[] got = [await ReceiveAsync(client, Encoding.Latin1), await ReceiveAsync(client, Encoding.Latin1), await ReceiveAsync(client, Encoding.Latin1)];
        // What is sent beside the replies does not wait for them.
        Assert.Equal(["beside", $"a a two {port} 127.0.0.1 Script 127.0.0.1:{port}", "\u0001\u0002\u0003"], got);
        Assert.Equal("a", Text(_shell.One("($s | Receive-NetListener | Where-Object Type -eq Message).Message")));
    }

    [Fact]
    public async Task Bytes_and_encodings_are_as_told()
    {
        using Socket bytes = Start("Start-UdpServer -AsByteStream { param($Message) \"$($Message.GetType().Name) $($Message.Count)\" }");
        Assert.Equal("Byte[] 3", await AskAsync(bytes, "abc"));
        using Socket latin = Start("Start-UdpServer -Encoding latin1 { param($Message) $Message + 'ü' }");
        Assert.Equal("éü", await AskAsync(latin, "é", Encoding.Latin1));
    }

    [Fact]
    public async Task An_error_in_a_block_is_an_event_and_the_server_goes_on()
    {
        using Socket client = Start("Start-UdpServer { param($Message) if ($Message -eq 'bad') { throw 'broken on purpose' } elseif ($Message -eq 'big') { 'x' * 65508 } else { $Message } }");
        client.Send("bad"u8);
        client.Send("big"u8);
        Assert.Equal("good", await AskAsync(client, "good"));
        PSObject[] errors = [.. _shell.Run("$s | Receive-NetListener | Where-Object Type -eq Error")];
        Assert.Equal("broken on purpose", ((Exception)errors[0].Properties["Error"].Value).Message);
        Assert.Equal("MessageTooLarge", errors[1].Properties["Error"].Value.GetType().GetProperty("Error")!.GetValue(errors[1].Properties["Error"].Value)!.ToString());
    }

    [Fact]
    public async Task Once_answers_one_datagram_and_stops()
    {
        using Socket client = Start("Start-UdpServer -Once { param($Message) $Message }");
        Assert.Equal("first", await AskAsync(client, "first"));
        Assert.Equal("Stopped", Text(_shell.One("($s | Wait-NetListener -TimeoutSeconds 30).State.ToString()")));
    }

    [Fact]
    public void Stopping_ends_a_block_that_runs()
    {
        using Socket client = Start("Start-UdpServer { param($Message, $Client) $Client.Send('in'); while ($true) { } }");
        client.Send("x"u8);
        byte[] got = new byte[16];
        client.ReceiveTimeout = (int)Limit.TotalMilliseconds;
        Assert.Equal(2, client.Receive(got));
        client.Send("waits"u8);
        _shell.Run("$null = $s | Wait-NetListener -MessageCount 2 -TimeoutSeconds 30");
        Assert.Equal("Stopped", Text(_shell.One("($s | Stop-NetListener -Force -PassThru).State.ToString()")));
        Assert.Null(_shell.One("$s").Properties["LastError"].Value);
    }

    [Fact]
    public async Task Who_is_not_allowed_gets_no_answer()
    {
        using Socket client = Start("Start-UdpServer -Deny 127.0.0.0/8 { 'never' }");
        client.Send("x"u8);
        Assert.Contains("denied", Text(_shell.One("$s | Receive-NetListener -Wait | Where-Object Type -eq Refused | Select-First | ForEach-Object Message")), StringComparison.Ordinal);
        Assert.Equal(1L, _shell.One("$s.RefusedCount").BaseObject);
        using Socket allowed = Start("Start-UdpServer -Allow 127.0.0.1 { 'yes' }");
        Assert.Equal("yes", await AskAsync(allowed, "x"));
    }

    [Theory]
    [InlineData("PortInUse", "$u = Start-UdpEchoServer; Start-UdpServer -Port $u.Port { }")]
    [InlineData("AddressNotLocal", "Start-UdpEchoServer -LocalAddress 192.0.2.1")]
    [InlineData("InvalidArgument", "Start-UdpEchoServer -AnyAddress -LocalAddress 127.0.0.1")]
    [InlineData("InvalidArgument", "Start-UdpEchoServer -Allow 10.0.0.0/33")]
    [InlineData("InvalidArgument", "Start-UdpEchoServer -MulticastGroup 10.0.0.1")]
    [InlineData("InvalidArgument", "Start-UdpEchoServer -MulticastGroup 239.1.2.3, 239.1.2.4")]
    [InlineData("InvalidArgument", "Start-UdpServer { $using:nowhere }")]
    [InlineData("InvalidArgument", "Start-UdpServer { 1 } -Module NoSuchModuleHere")]
    public void What_can_not_be_is_one_error(string errorId, string script)
    {
        _shell.Fails(errorId, script);
        Assert.Empty(_shell.Run("Get-NetListener -Kind Script"));
    }

    [Fact]
    public async Task A_server_on_any_address_warns_and_answers_over_both_families()
    {
        using Socket client = Start("Start-UdpServer -AnyAddress { $args[1].RemoteEndPoint.AddressFamily }");
        Assert.Contains("can be reached from other machines", Assert.Single(_shell.Warnings), StringComparison.Ordinal);
        Assert.Equal("InterNetwork", await AskAsync(client, "x"));
        using Socket six = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        await six.ConnectAsync(IPAddress.IPv6Loopback, ((IPEndPoint)client.RemoteEndPoint!).Port);
        Assert.Equal("InterNetworkV6", await AskAsync(six, "x"));
    }

    [Fact]
    public async Task A_member_of_a_group_answers_what_is_sent_to_it()
    {
        _shell.Run("$s = Start-UdpServer -MulticastGroup 239.255.71.94 { \"here: $_\" }");
        Assert.Empty(_shell.Warnings);
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        client.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        client.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.Loopback.GetAddressBytes());
        client.SendTo("who?"u8, new IPEndPoint(IPAddress.Parse("239.255.71.94"), (int)_shell.One("$s.Port").BaseObject));
        byte[] got = new byte[64];
        SocketReceiveFromResult reply = await client.ReceiveFromAsync(got, new IPEndPoint(IPAddress.Any, 0)).WaitAsync(Limit);
        Assert.Equal("here: who?", Encoding.UTF8.GetString(got, 0, reply.ReceivedBytes));
    }

    [Fact]
    public async Task Parallel_blocks_meet()
    {
        System.Collections.Concurrent.ConcurrentDictionary<string, int> inside = new();
        using Socket client = Start("""
            Start-UdpServer -Concurrency Parallel -ThrottleLimit 3 { param($Message)
                $null = ($using:inside).AddOrUpdate('n', 1, [Func[string,int,int]] { param($k, $v) $v + 1 })
                $deadline = [Environment]::TickCount64 + 30000
                while ([Environment]::TickCount64 -lt $deadline -and ($using:inside)['n'] -lt 3) { }
                ($using:inside)['n'] }
            """, ("inside", inside));
        for (int i = 0; i < 3; i++)
        {
            client.Send("x"u8);
        }
        Assert.Equal(["3", "3", "3"], [await ReceiveAsync(client), await ReceiveAsync(client), await ReceiveAsync(client)]);
    }

    private Socket Start(string command, params (string Name, object? Value)[] variables)
    {
        int port = (int)_shell.One($"$s = {command}; $s.Port", variables).BaseObject;
        Socket client = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        client.Connect(IPAddress.Loopback, port);
        return client;
    }

    private static async Task<string> AskAsync(Socket client, string text, Encoding? encoding = null)
    {
        await client.SendAsync((encoding ?? Encoding.UTF8).GetBytes(text));
        return await ReceiveAsync(client, encoding);
    }

    private static async Task<string> ReceiveAsync(Socket client, Encoding? encoding = null)
    {
        byte[] got = new byte[65536];
        return (encoding ?? Encoding.UTF8).GetString(got, 0, await client.ReceiveAsync(got).WaitAsync(Limit));
    }

    private static string Text(PSObject o) => (string)o.BaseObject;
}
