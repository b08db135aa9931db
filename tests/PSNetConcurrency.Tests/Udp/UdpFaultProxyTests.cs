using System.Management.Automation;

namespace PSNetConcurrency.Tests.Udp;

public sealed class UdpFaultProxyTests : IDisposable
{
    // A target and a client of .NET's; what the client sends is 1, 2, 3 and so on.
    private const string Setup = """
        $target = [Net.Sockets.UdpClient]::new([Net.IPEndPoint]::new([ipaddress]::Loopback, 0))
        $target.Client.ReceiveTimeout = 10000
        $at = @{ TargetName = '127.0.0.1'; TargetPort = $target.Client.LocalEndPoint.Port }
        function Send($Proxy, $Count) {
            $client = [Net.Sockets.UdpClient]::new($Proxy.ComputerName, $Proxy.Port)
            foreach ($i in 1..$Count) { $null = $client.Send([byte[]] $i, 1) }
            $client.Dispose()
            $null = $Proxy | Wait-NetListener -MessageCount $Count -TimeoutSeconds 30
        }
        function Receive($Count) {
            $from = [Net.IPEndPoint]::new(0, 0)
            foreach ($i in 1..$Count) { $target.Receive([ref] $from)[0] }
        }
        """;

    private readonly PowerShellSession _shell = new();

    public UdpFaultProxyTests() => _shell.Run(Setup);

    public void Dispose()
    {
        _shell.Run("Get-NetListener -Kind UdpFaultProxy | Stop-NetListener -Force; $target.Dispose()");
        _shell.Dispose();
    }

    [Fact]
    public void It_is_a_listener_with_its_target_and_passes_on()
    {
        PSObject proxy = _shell.One("$p = Start-UdpFaultProxy @at -Name Wire -Seed 5; $p");
        Assert.Equal(("UdpFaultProxy", "Wire", "Udp", 5L), (proxy.Properties["Kind"].Value, proxy.Properties["Name"].Value, proxy.Properties["Transport"].Value.ToString(), proxy.Properties["Seed"].Value));
        Assert.Equal([1, 2, 3], _shell.Run("Send $p 3; Receive 3").Select(o => (int)(byte)o.BaseObject));
        Assert.Same(proxy.BaseObject, _shell.One("Get-NetListener -Kind UdpFaultProxy").BaseObject);
    }

    [Fact]
    public void A_listener_pipes_into_a_proxy_and_so_does_what_has_a_name_and_a_port()
    {
        Assert.Equal(true, _shell.One("$p = Start-UdpFaultProxy @at; $q = $p | Start-UdpFaultProxy; $q.TargetPort -eq $p.Port").BaseObject);
        Assert.Equal((byte)1, _shell.One("Send $q 1; Receive 1").BaseObject);
        Assert.Equal(2, _shell.Run("$r = $p, $q | Start-UdpFaultProxy; $r").Count);
        Assert.Equal("localhost", _shell.One("([pscustomobject]@{ ComputerName = 'localhost'; TargetPort = $p.Port } | Start-UdpFaultProxy).TargetName").BaseObject);
        Assert.Equal((byte)1, _shell.One("$l = Start-UdpFaultProxy localhost $at.TargetPort; Send $l 1; Receive 1").BaseObject);
    }

    [Fact]
    public void The_same_seed_repeats_and_the_object_shows_it()
    {
        const string script = """
            $p = Start-UdpFaultProxy @at -LossRate 0.3 -DuplicateRate 0.2 -CorruptRate 0.2 -Seed $seed
            Send $p 100
            $null = $p | Stop-NetListener
            "$($p.FaultStatistic.Decisions)"
            """;
        object first = _shell.One(script, ("seed", 9)).BaseObject;
        Assert.Contains("Lost", (string)first, StringComparison.Ordinal);
        Assert.Equal(first, _shell.One(script, ("seed", 9)).BaseObject);
        Assert.NotEqual(first, _shell.One(script, ("seed", 10)).BaseObject);
        Assert.Equal(0, _shell.One("$p = Start-UdpFaultProxy @at -LossRate 1 -DecisionCount 0; Send $p 5; $p.FaultStatistic.Decisions.Count").BaseObject);
    }

    [Fact]
    public void Faults_change_while_it_runs_and_those_not_named_stay()
    {
        _shell.Run("$p = Start-UdpFaultProxy @at -LossRate 0.5 -Direction ServerToClient");
        Assert.Equal("-LatencyMilliseconds 5 -LossRate 0.5 -KeepOrder -Direction ServerToClient", _shell.One("\"$(($p | Set-NetFault -LatencyMilliseconds 5 -KeepOrder -PassThru).Fault)\"").BaseObject);
        Assert.Equal("-LatencyMilliseconds 5 -Direction ServerToClient", _shell.One("\"$((Set-NetFault -Id $p.Id -LossRate $null -KeepOrder:$false -PassThru).Fault)\"").BaseObject);
        Assert.Equal("-ReorderRate 0.1 -ReorderDistance 3", _shell.One("\"$((Set-NetFault -Name $p.Name -Reset -ReorderRate 0.1 -ReorderDistance 3 -PassThru).Fault)\"").BaseObject);
        ErrorRecord error = _shell.Fails("InvalidArgument", "$p | Set-NetFault -SliceSize 1");
        Assert.Contains("SliceSize", error.Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("InvalidArgument", "Start-UdpFaultProxy @at -LossRate 2")]
    [InlineData("InvalidArgument", "Start-UdpFaultProxy @at -LossRate 0.9 -LossBurstLength 2")]
    [InlineData("InvalidArgument", "$t = Start-TcpEchoServer; try { $t | Start-UdpFaultProxy } finally { $t | Stop-NetListener }")]
    [InlineData("InvalidArgument", "Start-UdpFaultProxy @at | Start-TcpFaultProxy")]
    [InlineData("InvalidArgument", "$t = Start-TcpEchoServer; $q = $t | Start-TcpFaultProxy; try { $q | Set-NetFault -LossRate 0.1 } finally { $q, $t | Stop-NetListener }")]
    [InlineData("InvalidArgument", "Start-UdpFaultProxy @at -AnyAddress -LocalAddress 127.0.0.1")]
    [InlineData("NameNotResolved", "Start-UdpFaultProxy no-such-host.invalid 9")]
    [InlineData("PortInUse", "Start-UdpFaultProxy @at -Port $at.TargetPort")]
    [InlineData("HandleClosed", "$p = Start-UdpFaultProxy @at; $p | Stop-NetListener; $p | Set-NetFault -Reset")]
    public void Mistakes_are_explained(string errorId, string script) => _shell.Fails(errorId, script);
}
