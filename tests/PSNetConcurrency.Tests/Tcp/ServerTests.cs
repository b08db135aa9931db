using System.Diagnostics;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PSNetConcurrency.Tests.Tcp;

public sealed class ServerTests : IDisposable
{
    private readonly PowerShellSession _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public void A_port_in_use_names_its_holder()
    {
        ErrorRecord error = _shell.Fails("PortInUse", "$s = Start-TcpEchoServer; Start-TcpEchoServer -Port $s.Port");
        Assert.Equal(ErrorCategory.ResourceBusy, error.CategoryInfo.Category);
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            Assert.Contains($"process {Environment.ProcessId}", error.Exception.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_address_that_is_not_ours_is_told() =>
        Assert.Contains("not an address of this machine", _shell.Fails("AddressNotLocal", "Start-TcpEchoServer -LocalAddress 203.0.113.7").Exception.Message, StringComparison.Ordinal);

    [Fact]
    public void Any_address_warns_and_takes_both_families()
    {
        _shell.Run("$s = Start-TcpEchoServer -AnyAddress -Allow 127.0.0.0/8, ::1");
        Assert.Contains("other machines", Assert.Single(_shell.Warnings), StringComparison.Ordinal);
        Assert.Equal("x", _shell.One("Invoke-TcpExchange 127.0.0.1 $s.Port x").BaseObject);
        if (Socket.OSSupportsIPv6)
        {
            Assert.Equal("x", _shell.One("$s | Invoke-TcpExchange -InputObject x").BaseObject);
        }
        _shell.Fails("InvalidArgument", "Start-TcpEchoServer -AnyAddress -LocalAddress 127.0.0.1");
    }

    [Fact]
    public void Loopback_is_the_default() => Assert.Equal(IPAddress.Loopback, ((IPEndPoint)_shell.One("(Start-TcpEchoServer).LocalEndPoint").BaseObject).Address);

    [Fact]
    public void Denied_and_not_allowed_clients_are_refused()
    {
        _shell.Run("$d = Start-TcpEchoServer -Deny 127.0.0.0/8; $a = Start-TcpEchoServer -Allow 10.0.0.0/8; $both = Start-TcpEchoServer -Allow 127.0.0.0/8 -Deny 127.0.0.1");
        foreach (string server in new[] { "$d", "$a", "$both" })
        {
            _shell.Fails("PeerReset", $"{server} | Invoke-TcpExchange -InputObject x");
            Assert.Equal(1L, _shell.One($"{server}.RefusedCount").BaseObject);
            Assert.Equal("Refused", _shell.One($"{server} | Receive-NetListener | Where-Object Type -eq Refused").Properties["Type"].Value.ToString());
        }
        foreach (string bad in new[] { "10.0.0.1/8x", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "somewhere", "1.2.3.4/8/9" })
        {
            _shell.Fails("InvalidArgument", "Start-TcpEchoServer -Allow $bad", ("bad", bad));
        }
        _shell.Fails("PeerReset", "Start-TcpEchoServer -Deny '::ffff:127.0.0.0/104' | Invoke-TcpExchange -InputObject x");
        // A host's address with its prefix means its network.
        Assert.Equal("x", _shell.One("Start-TcpEchoServer -Allow 127.9.8.7/8, ::1/0 | Invoke-TcpExchange -InputObject x").BaseObject);
    }

    [Fact]
    public void A_warning_that_stops_leaves_no_listener_open()
    {
        _shell.Run("try { Start-TcpEchoServer -AnyAddress -WarningAction Stop } catch { }");
        Assert.Empty(_shell.Run("Get-NetListener"));
    }

    [Fact]
    public void An_address_has_no_more_than_its_places()
    {
        _shell.Run("$s = Start-TcpEchoServer -MaximumConnectionPerAddress 1; $a = $s | New-TcpSession; $null = Invoke-TcpExchange -Session $a -InputObject a");
        _shell.Fails("PeerReset", "$s | Invoke-TcpExchange -InputObject b");
        Assert.Contains("1 connections already", (string)_shell.One("$s | Receive-NetListener | Where-Object Type -eq Refused").Properties["Message"].Value, StringComparison.Ordinal);
        _shell.Run("$a | Remove-TcpSession; while ($s.ActiveConnection) { }");
        Assert.Equal("c", _shell.One("$s | Invoke-TcpExchange -InputObject c").BaseObject);
    }

    [Fact]
    public void A_full_listener_refuses_more_and_harms_nobody()
    {
        _shell.Run("$s = Start-TcpEchoServer -MaximumConnection 2; $a = $s | New-TcpSession; $b = $s | New-TcpSession; $null = $s | Wait-NetListener -ConnectionCount 2 -TimeoutSeconds 20");
        for (int i = 0; i < 20; i++)
        {
            _shell.Fails("PeerReset", "$s | Invoke-TcpExchange -InputObject flood");
        }
        Assert.Equal(["a", "b"], _shell.Run("Invoke-TcpExchange -Session $a -InputObject a; Invoke-TcpExchange -Session $b -InputObject b").Select(o => (string)o.BaseObject));
        _shell.Run("$a | Remove-TcpSession; while ($s.ActiveConnection -gt 1) { }");
        Assert.Equal("in", _shell.One("$s | Invoke-TcpExchange -InputObject in").BaseObject);
    }

    [Fact]
    public void An_idle_client_is_disconnected_and_a_busy_one_is_not()
    {
        _shell.Run("$s = Start-TcpEchoServer -IdleTimeoutSeconds 1; $idle = $s | New-TcpSession; $busy = $s | New-TcpSession");
        long start = Stopwatch.GetTimestamp();
        while ((long)_shell.One("$s.ActiveConnection").BaseObject > 1 || Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2))
        {
            Assert.Equal("x", _shell.One("Invoke-TcpExchange -Session $busy -InputObject x").BaseObject);
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30));
        }
        _shell.Fails("PeerReset", "Receive-TcpData -Session $idle");
        Assert.Contains("idle", (string)_shell.One("$s | Receive-NetListener | Where-Object Type -eq Error").Properties["Message"].Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_close_still_gets_everything()
    {
        PSObject socket = _shell.One("$s = Start-TcpEchoServer; $s.Port");
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 8192 };
        client.Connect(IPAddress.Loopback, (int)socket.BaseObject);
        byte[] data = new byte[4_000_000];
        new Random(1).NextBytes(data);
        // Sent by another thread: the echo fills both directions, and nobody reads yet.
        Thread sender = new(() =>
        {
            client.Send(data);
            client.Shutdown(SocketShutdown.Send);
        });
        sender.Start();
        using MemoryStream echoed = new();
        byte[] buffer = new byte[10_000];
        for (int n; (n = client.Receive(buffer)) > 0;)
        {
            echoed.Write(buffer, 0, n);
        }
        sender.Join();
        Assert.Equal(data, echoed.ToArray());
    }

    [Fact]
    public void The_simple_services_do_as_their_documents_say()
    {
        Assert.Equal("!\"#$%&'()*+,-./0", _shell.One("$c = Start-TcpEchoServer -Kind Chargen; (Receive-TcpData $c.ComputerName $c.Port -Count 17).Substring(1)").BaseObject);
        string daytime = (string)_shell.One("Start-TcpEchoServer -Kind Daytime | Receive-TcpData -UntilClosed").BaseObject;
        Assert.EndsWith("\r\n", daytime, StringComparison.Ordinal);
        Assert.True(Math.Abs((DateTimeOffset.Parse(daytime.Trim(), System.Globalization.CultureInfo.InvariantCulture) - DateTimeOffset.Now).TotalSeconds) < 60);
        byte[] time = (byte[])_shell.One("Start-TcpEchoServer -Kind Time | Receive-TcpData -UntilClosed -AsByteStream").BaseObject;
        long seconds = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(time);
        Assert.True(Math.Abs(seconds - 2208988800 - DateTimeOffset.UtcNow.ToUnixTimeSeconds()) < 60);
        _shell.Run("$d = Start-TcpEchoServer -Kind Discard; 'xyz' | Send-TcpData $d.ComputerName $d.Port; $null = $d | Wait-NetListener -MessageCount 1 -TimeoutSeconds 20");
        Assert.Equal(3L, _shell.One("$d.BytesReceived").BaseObject);
    }

    [Fact]
    public void Listeners_are_found_by_id_name_and_kind()
    {
        _shell.Run("$a = Start-TcpEchoServer -Name Alpha; $b = Start-TcpEchoServer -Name Beta -Kind Discard");
        Assert.Equal("Alpha", _shell.One("(Get-NetListener -Name al*).Name").BaseObject);
        Assert.Equal("Beta", _shell.One("(Get-NetListener -Id $b.Id).Name").BaseObject);
        Assert.Equal("Beta", _shell.One("(Get-NetListener -Kind Disc*).Name").BaseObject);
        Assert.Equal(2, _shell.Run("Get-NetListener").Count);
        _shell.Fails("HandleNotFound", "Get-NetListener -Name Gamma");
        _shell.Fails("HandleNotFound", "Stop-NetListener -Id 999999");
        Assert.Empty(_shell.Run("Get-NetListener -Name Gamma*"));
        Assert.Contains("Alpha", _shell.Run("(TabExpansion2 'Stop-NetListener -Name ' 23).CompletionMatches.CompletionText").Select(o => o.ToString()));
    }

    [Fact]
    public void Wait_tells_a_time_out_and_a_stop()
    {
        _shell.Run("$s = Start-TcpEchoServer");
        _shell.Fails("TimedOut", "$s | Wait-NetListener -ConnectionCount 1 -TimeoutSeconds 0.1");
        _shell.Run("$s | Stop-NetListener");
        _shell.Fails("HandleClosed", "$s | Wait-NetListener -ConnectionCount 1 -TimeoutSeconds 5");
        Assert.Equal("Stopped", _shell.One("$s | Wait-NetListener").Properties["State"].Value.ToString());
    }

    [Theory]
    [InlineData("$mute | Invoke-TcpExchange -InputObject x -TimeoutSeconds 2")]
    [InlineData("$mute | Wait-NetListener -ConnectionCount 1000 -TimeoutSeconds 2")]
    [InlineData("Wait-TcpPort 127.0.0.1 $free -TimeoutSeconds 2")]
    public void What_takes_over_a_second_shows_progress_and_clears_it(string script)
    {
        _shell.Run("$mute = Start-TcpEchoServer -Kind Discard; $free = Get-AvailablePort");
        _shell.Fails("TimedOut", script);
        Assert.Equal(ProgressRecordType.Completed, _shell.Progress[^1].RecordType);
        Assert.Contains(_shell.Progress, p => p.PercentComplete is > 0 and <= 100);
        _shell.Run("$null = Start-TcpEchoServer | Invoke-TcpExchange -InputObject quick");
        Assert.Empty(_shell.Progress);
    }

    [Fact]
    public void Events_are_bounded()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat Line -MaximumMessageBytes 3MB { }; $c = $s | New-TcpSession; $line = ('x' * 2MB) + \"`n\"; 1..20 | ForEach-Object { Send-TcpData -Session $c -InputObject $line }; $null = $s | Wait-NetListener -MessageCount 20 -TimeoutSeconds 60");
        // 16 MiB of messages are kept, as text of two bytes a character: four of two million.
        Assert.InRange(_shell.Run("$s | Receive-NetListener | Where-Object Type -eq Message").Count, 1, 4);
    }

    [Fact]
    public void A_privileged_port_is_told()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/setpriv") || Environment.UserName != "root")
        {
            return;
        }
        using Process process = Process.Start(new ProcessStartInfo("/usr/bin/setpriv", ["--bounding-set", "-net_bind_service", "--inh-caps", "-net_bind_service", TestEnvironment.ShellPath, "-NoProfile", "-Command", "try { Start-TcpEchoServer -Port 81 } catch { $_.FullyQualifiedErrorId; $_.Exception.Message }"]) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Contains("PrivilegedPort", output, StringComparison.Ordinal);
        Assert.Contains("1024", output, StringComparison.Ordinal);
    }
}
