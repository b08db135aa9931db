using System.Management.Automation;

namespace PSNetConcurrency.Tests.Tcp;

public sealed class FaultProxyTests : IDisposable
{
    private readonly PowerShellSession _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public void A_server_pipes_into_a_proxy_and_the_proxy_into_an_exchange()
    {
        PSObject proxy = _shell.One("$s = Start-TcpEchoServer; $p = $s | Start-TcpFaultProxy -SliceSize 1 -LatencyMilliseconds 20 -Name Wire; $p");
        Assert.Equal(("FaultProxy", "Wire"), (proxy.Properties["Kind"].Value, proxy.Properties["Name"].Value));
        Assert.Equal("hello", _shell.One("$p | Invoke-TcpExchange -InputObject hello -FrameFormat 'FixedSize,5'").BaseObject);
        Assert.Equal(10L, _shell.One("$p.FaultStatistic.SliceCount").BaseObject);
        Assert.Equal("-LatencyMilliseconds 20 -SliceSize 1", _shell.One("\"$($p.Fault)\"").BaseObject);
        Assert.Same(proxy.BaseObject, _shell.One("Get-NetListener -Kind FaultProxy").BaseObject);
        _shell.Run("$p, $s | Stop-NetListener");
    }

    [Fact]
    public void Objects_with_a_name_and_a_port_bind_too_and_each_gets_a_proxy()
    {
        _shell.Run("$a = Start-TcpEchoServer; $b = Start-TcpEchoServer -Kind Daytime");
        Assert.Equal(2, _shell.Run("$p = $a, $b | Start-TcpFaultProxy; $p").Count);
        Assert.Equal(true, _shell.One("$q = [pscustomobject]@{ ComputerName = 'localhost'; TargetPort = $a.Port } | Start-TcpFaultProxy; $q.TargetPort -eq $p[0].TargetPort").BaseObject);
        Assert.Equal("x", _shell.One("$q | Invoke-TcpExchange -InputObject x").BaseObject);
    }

    [Fact]
    public void The_same_seed_repeats()
    {
        const string script = """
            $s = Start-TcpEchoServer
            $p = $s | Start-TcpFaultProxy -CorruptRate 0.1 -Seed 5 -Direction ServerToClient
            $null = $p | Invoke-TcpExchange -InputObject ('x' * 200) -FrameFormat 'FixedSize,200'
            "$($p.FaultStatistic.Corrupted)"
            $p, $s | Stop-NetListener
            """;
        object first = _shell.One(script).BaseObject;
        Assert.Contains("Offset", (string)first, StringComparison.Ordinal);
        Assert.Equal(first, _shell.One(script).BaseObject);
    }

    [Fact]
    public void Faults_change_while_it_runs_and_those_not_named_stay()
    {
        _shell.Run("$s = Start-TcpEchoServer; $p = $s | Start-TcpFaultProxy -SliceSize 2 -Direction ServerToClient");
        Assert.Equal("-LatencyMilliseconds 5 -SliceSize 2 -Direction ServerToClient", _shell.One("\"$(($p | Set-NetFault -LatencyMilliseconds 5 -PassThru).Fault)\"").BaseObject);
        Assert.Equal("-LatencyMilliseconds 5 -Direction ServerToClient", _shell.One("\"$((Set-NetFault -Id $p.Id -SliceSize $null -PassThru).Fault)\"").BaseObject);
        Assert.Empty(_shell.Run("Set-NetFault -Name $p.Name -WhatIf -Reset"));
        Assert.Equal("-StallAfterBytes 1", _shell.One("\"$((Set-NetFault -Name $p.Name -Reset -StallAfterBytes 1 -PassThru).Fault)\"").BaseObject);
        PSObject received = _shell.One("$t = New-TcpSession $p.ComputerName $p.Port; Send-TcpData -Session $t -InputObject abc; Receive-TcpData -Session $t -Count 3 -TimeoutSeconds 0.5 -Detailed");
        Assert.Equal("TimedOut", received.Properties["EndReason"].Value.ToString());
        _shell.Run("$p | Set-NetFault -Reset");
        Assert.Equal("abc", _shell.One("Receive-TcpData -Session $t -Count 3").BaseObject);
    }

    [Fact]
    public void A_reset_is_what_the_client_is_told() =>
        _shell.Fails("PeerReset", "$s = Start-TcpEchoServer; $p = $s | Start-TcpFaultProxy -ResetAfterBytes 2 -Direction ServerToClient; $p | Invoke-TcpExchange -InputObject hello -FrameFormat 'FixedSize,5'");

    [Fact]
    public void Tls_of_the_target_goes_through_and_is_pinned_from_the_proxy()
    {
        Assert.Equal("secret", _shell.One("$s = Start-TcpEchoServer -SelfSigned; $p = $s | Start-TcpFaultProxy -SliceSize 50; $p | Invoke-TcpExchange -InputObject secret").BaseObject);
        _shell.Fails("InvalidArgument", "$s | Start-TcpFaultProxy -SelfSigned");
        Assert.Equal("plain", _shell.One("$s = Start-TcpEchoServer; $p = $s | Start-TcpFaultProxy -SelfSigned; $p | Invoke-TcpExchange -InputObject plain").BaseObject);
    }

    [Theory]
    [InlineData("InvalidArgument", "Start-TcpFaultProxy -TargetName 127.0.0.1 -TargetPort 9 -CorruptRate 2")]
    [InlineData("InvalidArgument", "Start-TcpEchoServer | Set-NetFault -Reset")]
    [InlineData("InvalidArgument", "Start-TcpEchoServer | Start-TcpFaultProxy | Set-NetFault -SliceSize 0")]
    [InlineData("NameNotResolved", "Start-TcpFaultProxy -TargetName no-such-host.invalid -TargetPort 9")]
    [InlineData("HandleNotFound", "Set-NetFault -Name NoSuchProxy -Reset")]
    [InlineData("HandleClosed", "$p = Start-TcpEchoServer | Start-TcpFaultProxy; $p | Stop-NetListener; $p | Set-NetFault -Reset")]
    public void Mistakes_are_explained(string errorId, string script) => _shell.Fails(errorId, script);

    [Fact]
    public void A_target_that_refuses_is_an_event()
    {
        _shell.Run("$port = Get-AvailablePort; $p = Start-TcpFaultProxy -TargetName 127.0.0.1 -TargetPort $port");
        _shell.Fails("PeerReset", "$p | Invoke-TcpExchange -InputObject x");
        _shell.Run("$p | Stop-NetListener");
        Assert.Equal("ConnectionRefused", _shell.One("($p | Receive-NetListener).Where{ $_.Type -eq 'Error' }.Error.Error").BaseObject.ToString());
    }
}
