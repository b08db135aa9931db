using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.TestDoubles;

namespace PSNetConcurrency.Tests.Udp;

public sealed class UdpDatagramTests : IDisposable
{
    private readonly PowerShellSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Text_bytes_and_runs_of_bytes_are_one_datagram_each()
    {
        string[] lengths = [.. _session.Run("""
            Receive-UdpDatagram 0 -Count 6 -OnReady {
                param($End)
                'grüße', '' | Send-UdpDatagram 127.0.0.1 $End.Port
                [byte[]](1, 2, 3) | Send-UdpDatagram 127.0.0.1 $End.Port
                Send-UdpDatagram 127.0.0.1 $End.Port ([byte[]](4, 5)) -Count 2
                Send-UdpDatagram 127.0.0.1 $End.Port 'grüße' -Encoding latin1
            } | ForEach-Object { "$($_.Data)" }
            """).Select(o => o.ToString())];
        Assert.Equal(["103 114 195 188 195 159 101", "", "1 2 3", "4 5", "4 5", "103 114 252 223 101"], lengths);
    }

    [Fact]
    public void A_datagram_tells_where_it_comes_from_and_that_it_was_cut()
    {
        PSObject datagram = _session.One("""
            $port = Get-AvailablePort -Protocol Udp
            Receive-UdpDatagram 0 -Count 1 -MaximumBytes 3 -OnReady { Send-UdpDatagram 127.0.0.1 $args[0].Port 'abcdef' -LocalPort $port }
            """);
        Assert.Equal("PSNetConcurrency.UdpDatagram", datagram.TypeNames[0]);
        Assert.Equal(("abc", 6, true), (datagram.Properties["Text"].Value, datagram.Properties["Length"].Value, datagram.Properties["Truncated"].Value));
        Assert.Equal(_session.One("$port").BaseObject, datagram.Properties["Port"].Value);
        Assert.Equal("127.0.0.1", datagram.Properties["ComputerName"].Value);
    }

    [Fact]
    public void What_follows_a_run_of_bytes_that_is_too_long_is_sent()
    {
        PSObject datagram = _session.One("Receive-UdpDatagram 0 -Count 1 -OnReady { param($End) @([byte[]]::new(70000)) + 'after' | Send-UdpDatagram 127.0.0.1 $End.Port -ErrorAction SilentlyContinue -ErrorVariable script:failed }");
        Assert.Equal("after", datagram.Properties["Text"].Value);
        Assert.StartsWith("DatagramTooLarge", (string)_session.One("$failed.FullyQualifiedErrorId").BaseObject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$datagram | Send-UdpDatagram 'my answer'")]
    [InlineData("$datagram | Send-UdpDatagram 10.0.0.5")]
    [InlineData("$datagram | Invoke-UdpExchange 10.0.0.5")]
    public void A_host_without_a_port_is_not_sent_to_at_the_senders_port(string call)
    {
        ErrorRecord error = _session.Fails("InvalidArgument", "$datagram = Receive-UdpDatagram 0 -Count 1 -OnReady { Send-UdpDatagram 127.0.0.1 $args[0].Port x }; " + call);
        Assert.Contains("-InputObject", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_goes_out_from_the_port_that_was_asked()
    {
        using UdpClient client = new("127.0.0.1", (int)_session.One("$port = Get-AvailablePort -Protocol Udp; $port").BaseObject);
        // While the receiver runs, by its socket; afterwards from the same port, bound again. The client is connected: anything else it does not see.
        _session.Run("""
            $received = Receive-UdpDatagram $port -Count 1 -OnReady { $null = $client.Send([byte[]](104, 105), 2) } | ForEach-Object {
                $_ | Send-UdpDatagram
                $_ | Send-UdpDatagram -InputObject "You said $($_.Text)."
                $_
            }
            $received | Send-UdpDatagram -InputObject later
            """, ("client", client));
        IPEndPoint? from = null;
        Assert.Equal(["hi", "You said hi.", "later"], Enumerable.Range(0, 3).Select(_ => System.Text.Encoding.UTF8.GetString(client.Receive(ref from))));
    }

    [Fact]
    public void A_datagram_is_passed_on_to_a_host_that_is_named()
    {
        using UdpDouble other = UdpDouble.Silent();
        Assert.Equal("Sent", _session.One("""
            $sent = Receive-UdpDatagram 0 -Count 1 -OnReady { Send-UdpDatagram 127.0.0.1 $args[0].Port 'log line' } | Send-UdpDatagram -ComputerName 127.0.0.1 -Port $port
            (Invoke-UdpExchange 127.0.0.1 $port end -ReplyCount 0).Status
            """, ("port", other.Port)).ToString());
        Assert.True(SpinWait.SpinUntil(() => other.Requests.Length == 2, TimeSpan.FromSeconds(30)));
        Assert.Equal("log line"u8.ToArray(), other.Requests[0].Data);
    }

    [Fact]
    public void The_port_is_free_when_the_pipeline_wants_no_more()
    {
        _session.Run("""
            $port = Get-AvailablePort -Protocol Udp
            foreach ($i in 1..5) {
                $first = Receive-UdpDatagram $port -OnReady { 'a', 'b', 'c' | Send-UdpDatagram 127.0.0.1 $port } | Select-First 1
                if ($first.Text -ne 'a') { throw $first.Text }
            }
            Receive-UdpDatagram $port -TimeoutSeconds 0.01
            """);
    }

    [Fact]
    public async Task Stopped_it_ends_at_once_and_leaves_the_port()
    {
        int port = (int)_session.One("Get-AvailablePort -Protocol Udp").BaseObject;
        await StopAsync($"Receive-UdpDatagram {port}", () => !CanBind(port));
        Assert.True(CanBind(port));
    }

    [Fact]
    public void Fewer_than_asked_for_are_an_error_behind_those_that_came()
    {
        PSObject only = Assert.Single(_session.Invoke("Receive-UdpDatagram 0 -Count 2 -TimeoutSeconds 0.2 -OnReady { Send-UdpDatagram 127.0.0.1 $args[0].Port x }"));
        Assert.Equal("x", only.Properties["Text"].Value);
        ErrorRecord error = Assert.Single(_session.Errors);
        Assert.Equal(("TimedOut", ErrorCategory.OperationTimeout), (error.FullyQualifiedErrorId.Split(',')[0], error.CategoryInfo.Category));
        Assert.Contains("1 of 2", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_session.Run("Receive-UdpDatagram 0 -TimeoutSeconds 0.01"));
    }

    [Theory]
    [InlineData("DatagramTooLarge", "Send-UdpDatagram 127.0.0.1 9 ('x' * 65508)")]
    [InlineData("BlankInput", "Send-UdpDatagram 127.0.0.1 9 $null")]
    [InlineData("NameNotResolved", "Send-UdpDatagram does.not.exist.invalid 9 x")]
    [InlineData("InvalidArgument", "Send-UdpDatagram -MulticastGroup 10.0.0.1 -Port 9 x")]
    [InlineData("InvalidArgument", "Send-UdpDatagram -MulticastGroup 239.1.1.1 -Interface nosuch -Port 9 x")]
    [InlineData("InvalidArgument", "Send-UdpDatagram -Broadcast -ComputerName ::1 -Port 9 x")]
    [InlineData("InvalidArgument", "Receive-UdpDatagram 9999 -MulticastGroup 10.0.0.1")]
    [InlineData("AddressNotLocal", "Receive-UdpDatagram 0 -LocalAddress 192.0.2.77")]
    [InlineData("InvalidArgument", "Send-UdpDatagram 127.0.0.1 9 x -LocalAddress ::1")]
    public void What_can_not_be_is_refused(string errorId, string script) => _session.Fails(errorId, script);

    [Fact]
    public void A_closed_port_refuses_and_another_address_is_tried()
    {
        ErrorRecord error = _session.Fails("ConnectionRefused", "Send-UdpDatagram 127.0.0.1 (Get-AvailablePort -Protocol Udp) x");
        Assert.Equal(ErrorCategory.ConnectionError, error.CategoryInfo.Category);
        Assert.Equal("x", _session.One("(Receive-UdpDatagram 0 -Count 1 -OnReady { Send-UdpDatagram localhost $args[0].Port x }).Text").BaseObject);
    }

    [Fact]
    public void A_group_reaches_its_members()
    {
        // On the loopback interface, which every machine has.
        PSObject datagram = _session.One("""
            Receive-UdpDatagram (Get-AvailablePort -Protocol Udp) -MulticastGroup 239.255.77.77 -Interface 127.0.0.1 -Count 1 -TimeoutSeconds 20 -OnReady {
                Send-UdpDatagram -MulticastGroup 239.255.77.77 -Interface 127.0.0.1 -Port $args[0].Port -InputObject all -Ttl 2
            }
            """);
        Assert.Equal("all", datagram.Properties["Text"].Value);
        Assert.Empty(_session.Warnings);
    }

    [Fact]
    public void Broadcasts_and_other_addresses_are_received_with_a_warning()
    {
        PSObject datagram = _session.One("""
            Receive-UdpDatagram (Get-AvailablePort -Protocol Udp) -Broadcast -Count 1 -TimeoutSeconds 20 -OnReady {
                Send-UdpDatagram -Broadcast -ComputerName 127.255.255.255 -Port $args[0].Port -InputObject wake
            }
            """);
        Assert.Equal("wake", datagram.Properties["Text"].Value);
        Assert.Single(_session.Warnings);
        Assert.Equal("AccessDenied", _session.Fails("AccessDenied", "Send-UdpDatagram 127.255.255.255 9 x").FullyQualifiedErrorId.Split(',')[0]);
    }

    internal static async Task StopAsync(string script, Func<bool> running)
    {
        using PowerShell shell = PowerShell.Create();
        using Runspace other = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        other.Open();
        shell.Runspace = other;
        shell.AddScript($"Import-Module '{TestEnvironment.ManifestPath}'; {script}");
        IAsyncResult result = shell.BeginInvoke();
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(5));
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        while (!running())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
        await shell.StopAsync(null, null).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(result.IsCompleted);
        Assert.Empty(shell.Streams.Error);
    }

    private static bool CanBind(int port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
