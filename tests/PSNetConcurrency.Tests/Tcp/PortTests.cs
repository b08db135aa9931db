using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Tests.Tcp;

public sealed class PortTests : IDisposable
{
    private readonly PowerShellSession _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public void States_are_told_apart()
    {
        using SilentPort silent = new();
        PSObject open = _shell.One("$s = Start-TcpEchoServer; $s | Test-TcpPort");
        Assert.Equal("Open", open.Properties["State"].Value.ToString());
        Assert.True((bool)open.Properties["IsOpen"].Value);
        Assert.True((TimeSpan)open.Properties["Latency"].Value > TimeSpan.Zero);
        Assert.Equal("Refused", State("Test-TcpPort 127.0.0.1 (Get-AvailablePort)"));
        Assert.Equal("TimedOut", State($"Test-TcpPort 127.0.0.1 {silent.Port} -TimeoutSeconds 0.3"));
        Assert.Equal("NameNotResolved", State("Test-TcpPort no-such-host.invalid 80"));
    }

    [Fact]
    public void An_address_without_a_route_is_unreachable() =>
        // A link-local address with a zone that is no interface here: no packet leaves the machine.
        Assert.Equal("Unreachable", State("Test-TcpPort fe80::1%4242 80 -TimeoutSeconds 5"));

    [Fact]
    public void Every_address_of_a_name_is_tried()
    {
        // localhost has both families where the hosts file says so; the server has one.
        IPAddress[] addresses = Dns.GetHostAddresses("localhost");
        PSObject closed = _shell.One("Test-TcpPort localhost (Get-AvailablePort)");
        Assert.Equal(addresses.Length, ((Array)closed.Properties["AddressTried"].Value).Length);
        foreach (IPAddress address in addresses)
        {
            PSObject result = _shell.One("$s = Start-TcpEchoServer -LocalAddress $address; Test-TcpPort localhost $s.Port", ("address", address));
            Assert.Equal("Open", result.Properties["State"].Value.ToString());
            Assert.Equal(address, result.Properties["Address"].Value);
        }
    }

    [Fact]
    public void Hundreds_of_ports_are_tested_under_a_limit()
    {
        using SilentPort silent = new();
        // 200 silent ports at once cost one time-out, not 200.
        Collection<PSObject> results = _shell.Run($"1..200 | ForEach-Object {{ [pscustomobject]@{{ ComputerName = '127.0.0.1'; Port = {silent.Port} }} }} | Test-TcpPort -TimeoutSeconds 1 -ThrottleLimit 200");
        Assert.Equal(200, results.Count);
        Assert.All(results, r => Assert.Equal("TimedOut", r.Properties["State"].Value.ToString()));
        // Another program may take one of the free ports meanwhile; ours are found whatever it does.
        Assert.Equal(3, _shell.Run("$open = 1..3 | ForEach-Object { Start-TcpEchoServer }; $p = Get-AvailablePort -Count 300; Test-TcpPort 127.0.0.1 ($p + $open.Port) -OpenOnly -ThrottleLimit 7 | Where-Object Port -in $open.Port").Count);
    }

    [Fact]
    public void Quiet_is_yes_or_no()
    {
        Assert.Equal(true, _shell.One("$s = Start-TcpEchoServer; $s | Test-TcpPort -Quiet").BaseObject);
        Assert.Equal(false, _shell.One("$s | Stop-NetListener; $s | Test-TcpPort -Quiet").BaseObject);
    }

    [Fact]
    public void Repeated_tests_run_side_by_side_and_quiet_is_one_answer_a_port()
    {
        Assert.Equal([true], _shell.Run("$s = Start-TcpEchoServer; $s | Test-TcpPort -Quiet -Count 2 -DelayMilliseconds 1").Select(o => o.BaseObject));
        Assert.Equal(6, _shell.Run("Test-TcpPort 127.0.0.1 $s.Port, (Get-AvailablePort) -Count 3 -DelayMilliseconds 1").Count);
    }

    [Fact]
    public void Wait_ends_when_the_port_opens_and_when_it_closes()
    {
        int port = (int)_shell.One("Get-AvailablePort").BaseObject;
        using PowerShell wait = PowerShell.Create();
        using PowerShellSession other = new();
        wait.Runspace = other.Runspace;
        IAsyncResult run = wait.AddScript($"Wait-TcpPort 127.0.0.1 {port} -TimeoutSeconds 60").BeginInvoke();
        using TcpListener listener = new(IPAddress.Loopback, port);
        listener.Start();
        PSObject result = Assert.Single(wait.EndInvoke(run));
        Assert.Equal("Open", result.Properties["State"].Value.ToString());
        Assert.True((int)result.Properties["Attempts"].Value >= 1);
        listener.Stop();
        Assert.Equal(true, _shell.One($"Wait-TcpPort 127.0.0.1 {port} -State Closed -TimeoutSeconds 60 -Quiet").BaseObject);
    }

    [Fact]
    public async Task No_seconds_are_for_ever()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        using PowerShell wait = PowerShell.Create();
        using PowerShellSession other = new();
        wait.Runspace = other.Runspace;
        IAsyncResult run = wait.AddScript($"Wait-TcpPort 127.0.0.1 {((IPEndPoint)listener.LocalEndpoint).Port} -State Closed -TimeoutSeconds 0").BeginInvoke();
        // It has tried, in vain.
        using TcpClient first = await listener.AcceptTcpClientAsync().WaitAsync(TimeSpan.FromSeconds(60));
        listener.Stop();
        PSObject result = Assert.Single(wait.EndInvoke(run));
        Assert.Equal("Refused", result.Properties["State"].Value.ToString());
        Assert.True((int)result.Properties["Attempts"].Value > 1);
    }

    [Fact]
    public void A_wait_that_is_in_vain_is_an_error_or_false()
    {
        _shell.Fails("TimedOut", "Wait-TcpPort 127.0.0.1 (Get-AvailablePort) -TimeoutSeconds 0.2");
        Assert.Equal(false, _shell.One("Wait-TcpPort 127.0.0.1 (Get-AvailablePort) -TimeoutSeconds 0.2 -Quiet").BaseObject);
    }

    [Fact]
    public void Available_ports_are_free_and_different()
    {
        Assert.Equal(50, _shell.Run("Get-AvailablePort -Count 50").Select(p => (int)p.BaseObject).Distinct().Count());
        Assert.All(_shell.Run("Get-AvailablePort -Protocol Udp -Count 5 -Minimum 20000 -Maximum 30000"), p => Assert.InRange((int)p.BaseObject, 20000, 30000));
        _shell.Fails("NoPortAvailable", "$s = Start-TcpEchoServer; Get-AvailablePort -Minimum $s.Port -Maximum $s.Port");
        _shell.Fails("InvalidArgument", "Get-AvailablePort -Minimum 300 -Maximum 200");
    }

    private string State(string script) => _shell.One(script).Properties["State"].Value.ToString()!;
}
