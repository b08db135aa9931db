using System.Diagnostics;
using System.Management.Automation;

namespace PSNetConcurrency.Tests.Tcp;

public sealed class ScriptServerTests : IDisposable
{
    private readonly PowerShellSession _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public void A_block_has_the_cmdlets_of_the_module()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat Line { (Measure-StructFormat $_).Size }");
        Assert.Equal("6", _shell.One("$s | Invoke-TcpExchange -InputObject '>IH' -FrameFormat Line").BaseObject);
    }

    [Fact]
    public void Events_of_several_listeners_come_as_they_happen()
    {
        // The second speaks while the first, and both, go on; stopping both ends the wait.
        Assert.Equal(["1", "2", "1"], _shell.Run("""
            $a = Start-TcpServer -FrameFormat Line { }
            $b = Start-TcpServer -FrameFormat Line { }
            Send-TcpData $a.ComputerName $a.Port "1`n"
            $a, $b | Receive-NetListener -Wait | Where-Object Type -eq Message | ForEach-Object {
                $_.Message
                if ($_.Message -eq '2') { Send-TcpData $a.ComputerName $a.Port "1`n" }
                elseif (-not $sent) { $sent = $true; Send-TcpData $b.ComputerName $b.Port "2`n" }
                else { $a, $b | Stop-NetListener }
            }
            """).Select(o => (string)o.BaseObject));
        _shell.Fails("InvalidArgument", "try { $a | Receive-NetListener -Wait -Keep } catch { $caught = $true; throw }");
        Assert.Equal(true, _shell.One("$caught").BaseObject);
    }

    [Fact]
    public void A_header_whose_text_fails_is_the_scripts_failure_and_the_server_goes_on()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat Dictionary { class Sour { [string] ToString() { throw 'sour' } }; if ($_ -eq 'bad') { [PSNetConcurrency.Frame]::new(@{ at = [Sour]::new() }, 'x') } else { 'fine' } }");
        _shell.Fails("PeerClosed", "$s | Invoke-TcpExchange -InputObject bad -FrameFormat Dictionary -TimeoutSeconds 20");
        Assert.Equal("fine", _shell.One("$s | Invoke-TcpExchange -InputObject good -FrameFormat Dictionary").BaseObject);
    }

    [Fact]
    public void Replies_come_in_the_order_of_the_messages_of_a_client()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat Line -Concurrency Parallel { param($Message) \"re $Message\" }");
        Assert.Equal(Enumerable.Range(1, 50).Select(i => $"re {i}"), _shell.Run("""
            $c = $s | New-TcpSession
            Send-TcpData -Session $c -InputObject ((1..50 -join "`n") + "`n")
            1..50 | ForEach-Object { Receive-TcpData -Session $c -Line }
            """).Select(o => (string)o.BaseObject));
    }

    [Fact]
    public void Using_variables_parameters_modules_and_state_reach_the_block()
    {
        _shell.Run("""
            $word = 'one'; $list = @('x', 'y')
            $s = Start-TcpServer -FrameFormat Line -Variable @{ extra = 'two' } { param($Message, $Client)
                $Client.State.Seen = $Client.State.Seen + 1
                "$using:word $extra $($using:list[1]) $($Client.State.Seen) $_ $($Client.RemoteEndPoint.Address)" }
            """);
        Assert.Equal(["one two y 1 a 127.0.0.1", "one two y 2 b 127.0.0.1"],
            _shell.Run("'a', 'b' | Invoke-TcpExchange $s.ComputerName $s.Port -FrameFormat Line").Select(o => (string)o.BaseObject));
    }

    [Fact]
    public void A_using_variable_that_is_not_set_is_an_error_at_the_start() =>
        Assert.Equal("nowhere", _shell.Fails("InvalidArgument", "Start-TcpServer { $using:nowhere }").TargetObject);

    [Theory]
    [InlineData("PID")]
    [InlineData("home")]
    [InlineData("true")]
    public void A_variable_that_is_the_engines_own_is_refused(string name)
    {
        _shell.Fails("InvalidArgument", "Start-TcpServer { 1 } -Variable @{ $name = 'mine' }", ("name", name));
        Assert.Empty(_shell.Run("Get-NetListener"));
    }

    [Theory]
    [InlineData("{ param([int] $n) $n }")]
    [InlineData("{ param($m) [int] $m * 2 }")]
    [InlineData("{ [IO.File]::ReadAllText('/no/such'); 'went on' }")]
    [InlineData("{ $null.Nothing() }")]
    [InlineData("{ throw 'no' }")]
    public void Any_terminating_error_closes_the_connection(string block)
    {
        _shell.Fails("PeerClosed", $"$s = Start-TcpServer -FrameFormat Line {block}; $s | Invoke-TcpExchange -FrameFormat Line -InputObject abc");
        Assert.Equal(1L, _shell.One("$s.ErrorCount").BaseObject);
    }

    [Fact]
    public void Objects_without_a_text_of_their_own_travel_as_a_string_shows_them()
    {
        Assert.Equal("@{a=1; b=2}", _shell.One("$e = Start-TcpEchoServer; $e | Invoke-TcpExchange -InputObject ([pscustomobject] @{ a = 1; b = 2 })").BaseObject);
        Assert.Equal("@{Length=3}", _shell.One("$s = Start-TcpServer -FrameFormat Line { [pscustomobject] @{ Length = $_.Length } }; $s | Invoke-TcpExchange -FrameFormat Line -InputObject abc").BaseObject);
        Assert.Equal("01/02/2020 00:00:00", _shell.One("$e | Invoke-TcpExchange -InputObject ([datetime]::new(2020, 1, 2))").BaseObject);
        _shell.Fails("BlankInput", "$e | Invoke-TcpExchange -InputObject ([pscustomobject] @{})");
    }

    [Fact]
    public void A_module_that_is_missing_is_an_error_at_the_start()
    {
        _shell.Fails("InvalidArgument", "Start-TcpServer { 1 } -Module NoSuchModuleHere");
        Assert.Empty(_shell.Run("Get-NetListener"));
    }

    [Fact]
    public void An_error_in_a_handler_closes_that_client_is_an_event_and_leaves_the_server_up()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat Line { param($Message) if ($Message -eq 'bad') { throw 'broken on purpose' } else { $Message } }; $other = $s | New-TcpSession");
        _shell.Fails("PeerClosed", "$s | Invoke-TcpExchange -InputObject bad -FrameFormat Line");
        Assert.Equal("good", _shell.One("Invoke-TcpExchange -Session $other -InputObject good -FrameFormat Line").BaseObject);
        PSObject failure = _shell.One("$s | Receive-NetListener | Where-Object Type -eq Error");
        Assert.Equal("broken on purpose", ((Exception)failure.Properties["Error"].Value).Message);
        Assert.Null(((Exception)failure.Properties["Error"].Value).InnerException);
        Assert.Equal(1L, _shell.One("$s.ErrorCount").BaseObject);
    }

    [Fact]
    public void Serial_and_parallel_give_the_same_answers_and_take_different_times()
    {
        // Each message holds its runspace until four are inside, or until alone for a while: parallel handlers meet, serial ones can't.
        const string Run = """
            $s = Start-TcpServer -FrameFormat Line -Concurrency {0} -ThrottleLimit 4 {{ param($Message)
                $null = ($using:inside).AddOrUpdate('n', 1, [Func[string,int,int]] {{ param($k, $v) $v + 1 }})
                $deadline = [Environment]::TickCount64 + 2000
                while ([Environment]::TickCount64 -lt $deadline -and ($using:inside)['n'] -lt 4) {{ }}
                "re $Message $(($using:inside)['n'] -ge 4)" }}
            $sessions = 1..4 | ForEach-Object {{ $s | New-TcpSession }}
            $i = 0; $sessions | ForEach-Object {{ $i++; Send-TcpData -Session $_ -InputObject "$i`n" }}
            $sessions | ForEach-Object {{ Receive-TcpData -Session $_ -Line }}
            """;
        string[] Answers(string mode) => [.. _shell.Run(string.Format(null, Run, mode), ("inside", new System.Collections.Concurrent.ConcurrentDictionary<string, int>())).Select(o => (string)o.BaseObject)];
        long start = Stopwatch.GetTimestamp();
        string[] parallel = Answers("Parallel");
        TimeSpan parallelTime = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        string[] serial = Answers("Serial");
        TimeSpan serialTime = Stopwatch.GetElapsedTime(start);
        Assert.Equal(["re 1", "re 2", "re 3", "re 4"], parallel.Select(a => a[..4]));
        Assert.Equal(parallel.Select(a => a[..4]), serial.Select(a => a[..4]));
        Assert.All(parallel, a => Assert.EndsWith("True", a, StringComparison.Ordinal));
        // Serially the first three wait out their two seconds, one after the other.
        Assert.True(serialTime > parallelTime && serialTime > TimeSpan.FromSeconds(5.5), $"{serialTime} against {parallelTime}");
    }

    [Fact]
    public void Nothing_emitted_is_no_reply_and_several_objects_are_several_frames()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat Line { param($Message) if ($Message -ne 'quiet') { 1; 'two'; [byte[]](51) } }");
        Assert.Equal(["1", "two", "3"], _shell.Run("$s | Invoke-TcpExchange -InputObject go -FrameFormat Line -ReplyCount 3").Select(o => (string)o.BaseObject));
        Assert.Empty(_shell.Run("$s | Invoke-TcpExchange -InputObject quiet -FrameFormat Line -ReplyCount 0"));
        _shell.Run("$s | Wait-NetListener -MessageCount 2 -TimeoutSeconds 20");
    }

    [Fact]
    public void What_a_handler_writes_beside_its_replies_is_an_event()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat Line { $VerbosePreference = 'Continue'; [Console]::Out.Flush(); $PSCmdlet.WriteVerbose('noted'); 'ok' }");
        // $PSCmdlet is not set in a block that is no advanced function: that error is an event, and the reply still comes.
        _shell.Run("try { $s | Invoke-TcpExchange -InputObject x -FrameFormat Line -ErrorAction Stop } catch { }");
        Assert.NotEmpty(_shell.Run("$s | Receive-NetListener | Where-Object Type -in Error, Output"));
    }

    [Fact]
    public void A_message_above_the_limit_disconnects_its_client()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat Line -MaximumMessageBytes 100 { 'ok' }");
        _shell.Fails("PeerClosed", "$s | Invoke-TcpExchange -InputObject ('x' * 200) -FrameFormat Line");
        Assert.Contains("limit of 100", (string)_shell.One("$s | Receive-NetListener | Where-Object Type -eq Error").Properties["Message"].Value, StringComparison.Ordinal);
        Assert.Equal("ok", _shell.One("$s | Invoke-TcpExchange -InputObject x -FrameFormat Line").BaseObject);
    }

    [Fact]
    public void A_client_that_leaves_in_mid_message_is_an_event_that_keeps_what_came()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat Line { 'ok' }; $s | Send-TcpData -InputObject 'unfinished'");
        PSObject failure = _shell.One("$s | Receive-NetListener -Wait | Where-Object Type -eq Error | Select-First 1");
        object error = failure.Properties["Error"].Value;
        Assert.Equal("PeerClosed", error.GetType().GetProperty("Error")!.GetValue(error)!.ToString());
        Assert.Equal("unfinished"u8.ToArray(), (byte[])error.GetType().GetProperty("Received")!.GetValue(error)!);
    }

    [Fact]
    public void Once_serves_one_client_and_stops()
    {
        _shell.Run("$s = Start-TcpServer -Once { $_ }");
        Assert.Equal("x", _shell.One("$s | Invoke-TcpExchange -InputObject x").BaseObject);
        _shell.Run("$s | Wait-NetListener -TimeoutSeconds 20");
        Assert.Equal("Stopped", _shell.One("$s.State").ToString());
        _shell.Fails("ConnectionRefused", "$s | Invoke-TcpExchange -InputObject x");
    }

    [Fact]
    public void Close_by_the_handler_sends_its_last_reply_first()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat Line { param($Message, $Client) $Client.Close(); 'bye' }; $c = $s | New-TcpSession");
        Assert.Equal("bye", _shell.One("Invoke-TcpExchange -Session $c -InputObject x -FrameFormat Line").BaseObject);
        _shell.Fails("PeerClosed", "Receive-TcpData -Session $c -Line");
    }

    [Fact]
    public void A_reply_that_does_not_fit_its_frame_is_the_handlers_error()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat LengthField,1 { 'x' * 300 }");
        _shell.Fails("PeerClosed", "$s | Invoke-TcpExchange -InputObject x -FrameFormat LengthField,1");
        Assert.Contains("does not fit", (string)_shell.One("$s | Receive-NetListener | Where-Object Type -eq Error").Properties["Message"].Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Using_variables_work_in_strings_and_functions()
    {
        _shell.Run("$word = 'w'; $list = 1, 2; function Answer { param($Message) \"[${using:word}abc $using:word $($using:list.Count) $Message]\" }");
        Assert.Equal("[wabc w 2 x]", _shell.One("Start-TcpServer ${function:Answer} | Invoke-TcpExchange -InputObject x").BaseObject);
        Assert.Equal("[wabc:80 x]", _shell.One("Start-TcpServer { \"[${using:word}abc:80 $_]\" } | Invoke-TcpExchange -InputObject x").BaseObject);
        Assert.Equal("plain x", _shell.One("function Plain($Message) { \"plain $Message\" }; Start-TcpServer ${function:Plain} | Invoke-TcpExchange -InputObject x").BaseObject);
    }

    [Fact]
    public void Bytes_that_are_no_text_disconnect_their_client_and_leave_the_server_up()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat Line -Encoding ([Text.UTF8Encoding]::new($false, $true)) { $_ }; $c = $s | New-TcpSession");
        _shell.Run("Send-TcpData -Session $c -InputObject ([byte[]](65, 10, 255, 254, 10))");
        Assert.Equal("A", _shell.One("Receive-TcpData -Session $c -Line").BaseObject);
        _shell.Fails("PeerClosed", "Receive-TcpData -Session $c -Line");
        Assert.Single(_shell.Run("$s | Receive-NetListener | Where-Object Type -eq Error"));
        Assert.Equal("y", _shell.One("$s | Invoke-TcpExchange -InputObject y -FrameFormat Line").BaseObject);
        _shell.Run("$c | Remove-TcpSession; $s | Stop-NetListener");
    }

    [Fact]
    public void A_start_that_fails_leaves_no_handler()
    {
        int before = ListenerLifeTests.CountThreads();
        for (int i = 0; i < 5; i++)
        {
            _shell.Fails("InvalidArgument", "Start-TcpServer { } -Allow bogus");
            _shell.Fails("AddressNotLocal", "Start-TcpServer { } -LocalAddress 203.0.113.7");
            _shell.Fails("InvalidArgument", "Start-TcpServer { } -FrameFormat LengthField -MaximumMessageBytes 3");
        }
        Assert.True(SpinWait.SpinUntil(() => ListenerLifeTests.CountThreads() <= before, TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public void Once_is_not_used_up_by_a_port_test()
    {
        foreach (string tls in new[] { "", "-SelfSigned" })
        {
            _shell.Run($"$s = Start-TcpServer -Once {tls} {{ $_ }}; $null = $s | Wait-TcpPort -TimeoutSeconds 20; $null = $s | Test-TcpPort");
            // The test's connection may not be gone yet, and one at a time is served.
            _shell.Run("while ($s.ActiveConnection) { }");
            Assert.Equal("x", _shell.One("$s | Invoke-TcpExchange -InputObject x").BaseObject);
            _shell.Run("$s | Wait-NetListener -TimeoutSeconds 20");
        }
    }

    [Fact]
    public void What_is_kept_of_unfinished_messages_is_bounded()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat Line { }; $half = 'x' * 1MB; 1..40 | ForEach-Object { $s | Send-TcpData -InputObject $half.Substring(0, 1000000) }; while (($s.TotalConnection -lt 40) -or $s.ActiveConnection) { }");
        // 16 MiB of them, of a million bytes each.
        Assert.InRange(_shell.Run("$s | Receive-NetListener | Where-Object Type -eq Error").Count, 1, 17);
    }

    [Fact]
    public void A_slow_reader_is_not_piled_up_for()
    {
        // The client sends requests for a megabyte each and reads nothing: the server must stop reading, not buffer replies.
        _shell.Run("""
            $s = Start-TcpServer -FrameFormat Line { 'x' * 1MB }
            $c = $s | New-TcpSession
            Send-TcpData -Session $c -InputObject ("go`n" * 200)
            $null = $s | Wait-NetListener -MessageCount 1 -TimeoutSeconds 20
            """);
        Assert.Equal(1024 * 1024, _shell.One("Receive-TcpData -Session $c -Line -MaximumBytes 2MB | ForEach-Object Length").BaseObject);
        Assert.True((long)_shell.One("$s.MessageCount").BaseObject < 100);
        _shell.Run("$s | Stop-NetListener -Force");
    }
}
