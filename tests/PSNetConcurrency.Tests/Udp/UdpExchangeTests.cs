using System.Management.Automation;
using PSNetConcurrency.TestDoubles;

namespace PSNetConcurrency.Tests.Udp;

public sealed class UdpExchangeTests : IDisposable
{
    private readonly PowerShellSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Messages_come_down_the_pipeline_and_share_a_socket()
    {
        using UdpDouble server = UdpDouble.Echo();
        PSObject[] results = [.. _session.Run("'a', '', 'c' | Invoke-UdpExchange 127.0.0.1 $port", ("port", server.Port))];
        Assert.Equal(["a", "", "c"], results.Select(r => r.Properties["Text"].Value));
        Assert.All(results, r => Assert.Equal("Replied", r.Properties["Status"].Value.ToString()));
        Assert.Single(server.Requests.Select(r => r.From).Distinct());
    }

    [Fact]
    public void Many_hosts_come_down_the_pipeline_and_are_asked_at_the_same_time()
    {
        UdpDouble[] servers = [UdpDouble.Echo(), UdpDouble.Silent(), UdpDouble.Echo(), UdpDouble.Silent()];
        try
        {
            PSObject[] results = [.. _session.Run("""
                $ports | ForEach-Object { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $_ } } | Invoke-UdpExchange -InputObject x -Count 2 -TimeoutSeconds 0.1
                """, ("ports", servers.Select(s => s.Port).ToArray()))];
            Assert.Equal(
                servers.SelectMany((s, i) => Enumerable.Repeat($"{s.Port} {(i % 2 == 0 ? "Replied" : "TimedOut")}", 2)).Order(),
                results.Select(r => $"{r.Properties["Port"].Value} {r.Properties["Status"].Value}").Order());
        }
        finally
        {
            Array.ForEach(servers, s => s.Dispose());
        }
    }

    [Fact]
    public void A_row_brings_its_host_and_its_message()
    {
        using UdpDouble one = UdpDouble.Echo();
        using UdpDouble two = UdpDouble.Echo();
        Assert.Equal(["a", "b", "c"], _session.Run("""
            'a', 'b', 'c' | ForEach-Object { $i = 0 } { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $ports[$i++ % 2]; InputObject = $_ } } |
                Invoke-UdpExchange | ForEach-Object Text
            """, ("ports", new[] { one.Port, two.Port })).Select(t => t.BaseObject));
        Assert.Equal((2, 1), (one.Requests.Length, two.Requests.Length));
    }

    [Fact]
    public void A_repeated_message_has_a_result_for_each_exchange()
    {
        using UdpDouble server = UdpDouble.Echo();
        foreach (string command in new[] { "Invoke-UdpExchange 127.0.0.1 $port x -Count 2000", "[pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $port } | Invoke-UdpExchange -InputObject x -Count 2000" })
        {
            Assert.Equal(2000, _session.Run(command, ("port", server.Port)).Count(r => r.Properties["Text"].Value is "x"));
        }
    }

    [Fact]
    public void A_late_reply_is_not_the_next_ones()
    {
        using UdpDouble server = UdpDouble.Late();
        Assert.Equal(["TimedOut ", "Replied b"], _session.Run("'a', 'b' | Invoke-UdpExchange 127.0.0.1 $port -TimeoutSeconds 0.2 | ForEach-Object { \"$($_.Status) $($_.Text)\" }", ("port", server.Port)).Select(t => t.BaseObject));
    }

    [Fact]
    public void A_filter_knows_reply_request_and_the_variables_of_the_session()
    {
        using UdpDouble server = new((d, r) =>
        {
            d.Send("0 no"u8.ToArray(), r);
            d.Send([.. r.Data, .. " yes"u8], r);
        });
        PSObject[] results = [.. _session.Run("""
            $mark = ' yes'
            'a', 'b' | Invoke-UdpExchange 127.0.0.1 $port -ReplyFilter { param($Reply, $Request) $_.Text -eq $Reply.Text -and $Reply.Text -eq "$Request$mark" }
            """, ("port", server.Port))];
        Assert.Equal(["a yes", "b yes"], results.Select(r => r.Properties["Text"].Value));
    }

    [Fact]
    public void A_closed_port_and_silence_are_results_and_with_bytes_alone_errors()
    {
        using UdpDouble server = UdpDouble.Silent();
        Assert.Equal("Refused", _session.One("(Invoke-UdpExchange 127.0.0.1 (Get-AvailablePort -Protocol Udp) x -RetryCount 2).Status").ToString());
        PSObject silent = _session.One("Invoke-UdpExchange 127.0.0.1 $port x -RetryCount 2 -TimeoutSeconds 0.1", ("port", server.Port));
        Assert.Equal(("TimedOut", 3), (silent.Properties["Status"].Value.ToString(), silent.Properties["Attempt"].Value));
        Assert.Null(silent.Properties["Latency"].Value);
        Assert.Equal(3, server.Requests.Length);
        _session.Fails("TimedOut", "Invoke-UdpExchange 127.0.0.1 $port x -TimeoutSeconds 0.02 -AsByteStream");
        _session.Fails("ConnectionRefused", "Invoke-UdpExchange 127.0.0.1 (Get-AvailablePort -Protocol Udp) x -AsByteStream");
        _session.Fails("NameNotResolved", "Invoke-UdpExchange does.not.exist.invalid 9 x");
        _session.Fails("NameNotResolved", "[pscustomobject]@{ ComputerName = 'does.not.exist.invalid'; Port = 9 } | Invoke-UdpExchange -InputObject x");
        _session.Fails("DatagramTooLarge", "Invoke-UdpExchange 127.0.0.1 9 ([byte[]]::new(65508))");
    }

    [Fact]
    public void Bytes_go_and_come_as_they_are()
    {
        using UdpDouble server = UdpDouble.Echo();
        Assert.Equal(new byte[] { 0, 255, 128 }, _session.One("[byte[]](0, 255, 128) | Invoke-UdpExchange 127.0.0.1 $port -AsByteStream", ("port", server.Port)).BaseObject);
    }

    [Fact]
    public void A_group_may_answer_with_many_voices()
    {
        using UdpDouble other = UdpDouble.Silent();
        _session.Run("$port = Get-AvailablePort -Protocol Udp");
        PSObject[] results = [.. _session.Run("""
            Receive-UdpDatagram $port -MulticastGroup 239.255.77.78 -Interface 127.0.0.1 -Count 1 -OnReady { } -TimeoutSeconds 0.01 -ErrorAction Ignore
            $group = [Net.Sockets.UdpClient]::new()
            $group.Client.Bind([Net.IPEndPoint]::new([ipaddress]'0.0.0.0', $port))
            $group.JoinMulticastGroup([ipaddress]'239.255.77.78', [ipaddress]'127.0.0.1')
            $answers = $double.Invoke($group)
            Invoke-UdpExchange -MulticastGroup 239.255.77.78 -Interface 127.0.0.1 -Port $port -InputObject search -TimeoutSeconds 1
            $null = $answers.AsyncWaitHandle
            """, ("double", (Func<System.Net.Sockets.UdpClient, Task>)(group => Task.Run(async () =>
            {
                System.Net.Sockets.UdpReceiveResult request = await group.ReceiveAsync();
                await group.SendAsync("one"u8.ToArray(), request.RemoteEndPoint);
                other.SendForeign("two"u8.ToArray(), request.RemoteEndPoint);
                group.Dispose();
            }))))];
        Assert.Equal(["one", "two"], results.Select(r => (string)r.Properties["Text"].Value).Order());
        Assert.Equal(2, results.Select(r => r.Properties["RemoteEndPoint"].Value).Distinct().Count());
    }

    [Theory]
    [InlineData("Invoke-UdpExchange 127.0.0.1 {0} x -TimeoutSeconds 3600")]
    [InlineData("[pscustomobject]@{{ ComputerName = '127.0.0.1'; Port = {0} }} | Invoke-UdpExchange -InputObject x -TimeoutSeconds 3600")]
    [InlineData("Measure-UdpLink 127.0.0.1 {0} -TimeoutSeconds 3600")]
    public async Task Stopped_it_ends_at_once(string script)
    {
        using UdpDouble server = UdpDouble.Silent();
        await UdpDatagramTests.StopAsync(string.Format(null, script, server.Port), () => server.Requests.Length > 0);
    }

    [Fact]
    public void A_pipeline_that_wants_no_more_ends_it()
    {
        using UdpDouble server = UdpDouble.Echo();
        _session.One("Invoke-UdpExchange 127.0.0.1 $port x -Count 1000000000 | Select-First 1", ("port", server.Port));
        _session.One("[pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $port } | Invoke-UdpExchange -InputObject x -Count 1000000000 | Select-First 1", ("port", server.Port));
    }

    [Fact]
    public void A_link_is_measured_and_shown()
    {
        using UdpDouble server = UdpDouble.Answering(i => i % 2 == 0);
        PSObject[] results = [.. _session.Run("$port, $port | ForEach-Object { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $_ } } | Measure-UdpLink -Count 20 -IntervalMilliseconds 1 -TimeoutSeconds 0.2 -Detailed", ("port", server.Port))];
        Assert.Equal(20, results.Sum(r => (int)r.Properties["Lost"].Value));
        Assert.All(results, r => Assert.Equal(20, ((object[])r.Properties["Datagram"].Value).Length));
        Assert.Equal("Refused", _session.One("(Measure-UdpLink 127.0.0.1 (Get-AvailablePort -Protocol Udp)).Status").ToString());
        _session.Fails("NameNotResolved", "Measure-UdpLink does.not.exist.invalid 7");
        _session.Fails("DatagramTooLarge", "Measure-UdpLink 127.0.0.1 $port -PayloadSize 65527");
    }
}
