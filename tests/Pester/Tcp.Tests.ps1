# Behaves as users' tests do: real sockets on loopback, ports chosen by the system, and nothing left behind.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'Start-TcpEchoServer' {
    AfterEach {
        Get-TcpSession | Remove-TcpSession
        Get-NetListener | Stop-NetListener -Force
    }

    It 'listens on loopback, on a port of the system''s choice' {
        $server = Start-TcpEchoServer
        $server.LocalEndPoint.Address | Should -Be ([ipaddress]::Loopback)
        $server.Port | Should -BeGreaterThan 0
        $server.State | Should -Be 'Listening'
    }

    It 'returns what it was sent' {
        Start-TcpEchoServer | Invoke-TcpExchange -InputObject 'grüße' | Should -BeExactly 'grüße'
    }

    It 'takes everything and answers nothing as Discard' {
        $server = Start-TcpEchoServer -Kind Discard
        { $server | Invoke-TcpExchange -InputObject 'x' -TimeoutSeconds 0.2 -ErrorAction Stop } | Should -Throw -ErrorId 'TimedOut,*'
        $server.BytesReceived | Should -Be 1
        $server.BytesSent | Should -Be 0
    }

    It 'generates characters as Chargen, as many as are taken' {
        $server = Start-TcpEchoServer -Kind Chargen
        $server | Receive-TcpData -Line | Should -Match '^ !"#\$%&'
        ($server | Receive-TcpData -Count 1000000).Length | Should -Be 1000000
    }

    It 'tells the day and time as Daytime' {
        $said = Start-TcpEchoServer -Kind Daytime | Receive-TcpData -UntilClosed
        ([DateTimeOffset]::Now - [DateTimeOffset]::Parse($said)).Duration().TotalMinutes | Should -BeLessThan 1
    }

    It 'tells the seconds since 1900 as Time' {
        $bytes = Start-TcpEchoServer -Kind Time | Receive-TcpData -UntilClosed -AsByteStream
        $bytes.Count | Should -Be 4
        [array]::Reverse($bytes)
        $now = [DateTimeOffset]::UtcNow.ToUnixTimeSeconds() + 2208988800
        [Math]::Abs([BitConverter]::ToUInt32($bytes, 0) - $now) | Should -BeLessThan 60
    }

    It 'names the process that holds the port' {
        $server = Start-TcpEchoServer
        # Where the system tells who it is.
        $owner = if ($IsLinux -or $IsWindows) { " by this process (*, process $PID)" }
        { Start-TcpEchoServer -Port $server.Port } | Should -Throw -ErrorId 'PortInUse,*' -ExpectedMessage "*$($server.Port)*in use$owner.*"
    }

    It 'refuses an address that is not this machine''s' {
        { Start-TcpEchoServer -LocalAddress 192.0.2.1 } | Should -Throw -ErrorId 'AddressNotLocal,*'
    }

    It 'refuses <Parameters>' -ForEach @(
        @{ Parameters = '-AnyAddress with -LocalAddress'; Arguments = @{ AnyAddress = $true; LocalAddress = '127.0.0.1' } }
        @{ Parameters = 'what is no network'; Arguments = @{ Allow = '10.0.0.0/33' } }
    ) {
        { Start-TcpEchoServer @Arguments } | Should -Throw -ErrorId 'InvalidArgument,*'
    }

    It 'warns when other machines can reach it' {
        $server = Start-TcpEchoServer -AnyAddress -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 1
        $server | Invoke-TcpExchange -InputObject 'x' | Should -Be 'x'
    }

    It 'turns away whom -Deny names, and those beyond -MaximumConnection' {
        $closed = Start-TcpEchoServer -Deny 127.0.0.0/8
        { $closed | Invoke-TcpExchange -InputObject 'x' -ErrorAction Stop } | Should -Throw -ErrorId 'PeerReset,*'
        $closed.RefusedCount | Should -Be 1

        $full = Start-TcpEchoServer -MaximumConnection 1
        $inside = $full | New-TcpSession
        $null = $full | Wait-NetListener -ConnectionCount 1 -TimeoutSeconds 10
        { $full | Invoke-TcpExchange -InputObject 'x' -ErrorAction Stop } | Should -Throw -ErrorId 'PeerReset,*'
        $inside | Invoke-TcpExchange -InputObject 'still here' | Should -Be 'still here'
    }

    It 'disconnects the idle' {
        $session = Start-TcpEchoServer -IdleTimeoutSeconds 0.1 | New-TcpSession
        ($session | Receive-TcpData -Detailed -TimeoutSeconds 10).EndReason | Should -Be 'PeerReset'
    }
}

Describe 'Start-TcpServer' {
    AfterEach {
        Get-TcpSession | Remove-TcpSession
        Get-NetListener | Stop-NetListener -Force
    }

    It 'answers with what the block returns' {
        Start-TcpServer { param($Message) $Message.ToUpper() } | Invoke-TcpExchange -InputObject 'abc' | Should -BeExactly 'ABC'
    }

    It 'cuts messages by <Format>' -ForEach @(
        @{ Format = 'Line' }
        @{ Format = 'LengthField' }
        @{ Format = 'LengthField,2,Little' }
        @{ Format = 'Delimiter,\0' }
        @{ Format = 'FixedSize,4' }
    ) {
        $server = Start-TcpServer -FrameFormat $Format { param($Message) $Message }
        'eins', 'zwei', 'drei' | Invoke-TcpExchange $server.ComputerName $server.Port -FrameFormat $Format | Should -Be 'eins', 'zwei', 'drei'
        $server.TotalConnection | Should -Be 1
        $server.MessageCount | Should -Be 3
    }

    It 'keeps state for each client and reads variables of the session' {
        $greeting = 'Hi'
        $server = Start-TcpServer -FrameFormat Line -Variable @{ mark = '!' } {
            param($Message, $Client)
            $Client.State.Seen++
            "$using:greeting $Message $($Client.State.Seen)$mark"
        }
        'a', 'b' | Invoke-TcpExchange $server.ComputerName $server.Port -FrameFormat Line | Should -Be 'Hi a 1!', 'Hi b 2!'
        $server | Invoke-TcpExchange -InputObject 'c' -FrameFormat Line | Should -Be 'Hi c 1!'
    }

    It 'hands over bytes and returns them with -AsByteStream' {
        $server = Start-TcpServer -AsByteStream -FrameFormat FixedSize,3 { param($Message) [array]::Reverse($Message); , $Message }
        $reply = [byte[]] (1, 2, 255) | Invoke-TcpExchange $server.ComputerName $server.Port -FrameFormat FixedSize,3 -AsByteStream
        , $reply | Should -BeOfType ([byte[]])
        $reply | Should -Be 255, 2, 1
    }

    It 'closes the client whose message failed, tells why, and stays up' {
        $server = Start-TcpServer -FrameFormat Line { param($Message) if ($Message -eq 'bad') { throw 'no such thing' } else { 'fine' } }
        { $server | Invoke-TcpExchange -InputObject 'bad' -FrameFormat Line -ErrorAction Stop } | Should -Throw -ErrorId 'PeerClosed,*'
        $server | Invoke-TcpExchange -InputObject 'good' -FrameFormat Line | Should -Be 'fine'
        $failure = $server | Receive-NetListener | Where-Object Type -EQ Error
        $failure.Message | Should -Be 'no such thing'
        $failure.Error | Should -BeOfType ([Exception])
        $server.ErrorCount | Should -Be 1
    }

    It 'disconnects a client whose message is too long' {
        $server = Start-TcpServer -FrameFormat Line -MaximumMessageBytes 16 { 'never' }
        { $server | Invoke-TcpExchange -InputObject ('x' * 1000) -FrameFormat Line -ErrorAction Stop } | Should -Throw -ErrorId 'Peer*'
        ($server | Receive-NetListener | Where-Object Type -EQ Error).Error.Error | Should -Be 'MessageTooLarge'
    }

    It 'serves one client with -Once' {
        $server = Start-TcpServer -Once -FrameFormat Line { 'only you' }
        $server | Invoke-TcpExchange -InputObject 'x' -FrameFormat Line | Should -Be 'only you'
        ($server | Wait-NetListener -TimeoutSeconds 10).State | Should -Be 'Stopped'
    }

    It 'handles clients at once with -Concurrency Parallel' {
        # Each waits for all four; one after the other they would wait in vain.
        $barrier = [Threading.Barrier]::new(4)
        $server = Start-TcpServer -Concurrency Parallel -ThrottleLimit 4 -FrameFormat Line { ($using:barrier).SignalAndWait(10000) }
        $sessions = 1..4 | ForEach-Object { $server | New-TcpSession }
        $sessions | Send-TcpData -InputObject "go`n"
        $sessions | Receive-TcpData -Line | Should -Be 'True', 'True', 'True', 'True'
    }

    It 'refuses a frame format that it does not know, and a module that there is not' {
        { Start-TcpServer -FrameFormat Nonsense { } } | Should -Throw -ErrorId 'ParameterArgumentTransformationError,*' -ExpectedMessage '*Nonsense*Line*'
        { Start-TcpServer -Module NoSuchModule { } } | Should -Throw -ErrorId 'InvalidArgument,*' -ExpectedMessage '*NoSuchModule*'
    }
}

Describe 'Invoke-TcpExchange' {
    BeforeEach {
        $echo = Start-TcpEchoServer
    }
    AfterEach {
        Get-TcpSession | Remove-TcpSession
        Get-NetListener | Stop-NetListener -Force
    }

    It 'binds a server by property name, whatever the object' {
        [pscustomobject] @{ ComputerName = 'localhost'; Port = $echo.Port } | Invoke-TcpExchange -InputObject 'x' | Should -Be 'x'
    }

    It 'sends a byte array from the pipeline as one message' {
        [byte[]] (0..9) | Invoke-TcpExchange $echo.ComputerName $echo.Port -AsByteStream -Detailed | ForEach-Object Bytes | Should -Be 10
    }

    It 'describes the exchange with -Detailed' {
        $result = $echo | Invoke-TcpExchange -InputObject 'hello' -Detailed
        $result.Sent | Should -Be 'hello'
        $result.Reply | Should -Be 'hello'
        $result.Bytes | Should -Be 5
        $result.Latency | Should -BeGreaterThan ([timespan]::Zero)
        $result.Chunks | Should -Be 5
        $result.RemoteEndPoint.Port | Should -Be $echo.Port
    }

    It 'takes everything until the server closes with -UntilClosed' {
        $echo | Invoke-TcpExchange -InputObject ('x' * 300000) -UntilClosed | ForEach-Object Length | Should -Be 300000
    }

    It 'waits for several replies, or for none' {
        $server = Start-TcpServer -FrameFormat Line { 1, 2, 3 }
        $server | Invoke-TcpExchange -InputObject 'x' -FrameFormat Line -ReplyCount 3 | Should -Be 1, 2, 3
        $server | Invoke-TcpExchange -InputObject 'x' -FrameFormat Line -ReplyCount 0 | Should -BeNullOrEmpty
    }

    It 'speaks <_>' -ForEach 'utf8NoBOM', 'unicode', 'latin1' {
        $echo | Invoke-TcpExchange -InputObject 'grüße' -Encoding $_ | Should -BeExactly 'grüße'
    }

    It 'refuses blank input: <Name>' -ForEach @(
        @{ Name = 'nothing'; Text = '' }
        @{ Name = 'spaces'; Text = '  ' }
        @{ Name = 'null'; Text = $null }
    ) {
        { $echo | Invoke-TcpExchange -InputObject $Text -ErrorAction Stop } | Should -Throw -ErrorId 'BlankInput,*' -ExpectedMessage '*-AllowEmpty*'
    }

    It 'sends an empty line with -AllowEmpty' {
        $server = Start-TcpServer -FrameFormat Line { param($Message) "<$Message>" }
        $server | Invoke-TcpExchange -InputObject '' -FrameFormat Line -AllowEmpty | Should -Be '<>'
    }

    It 'refuses to send <Name> as a message' -ForEach @(
        @{ Name = 'a listener' }
        @{ Name = 'a session' }
    ) {
        $session = $echo | New-TcpSession
        $target = if ($Name -eq 'a session') { $session } else { $echo }
        { $target | Invoke-TcpExchange -ErrorAction Stop } | Should -Throw -ErrorId 'BlankInput,*' -ExpectedMessage '*-InputObject*'
    }

    It 'tells <ErrorId>' -ForEach @(
        @{ ErrorId = 'ConnectionRefused'; ComputerName = '127.0.0.1' }
        @{ ErrorId = 'NameNotResolved'; ComputerName = 'no-such-host.invalid' }
    ) {
        $port = Get-AvailablePort
        { Invoke-TcpExchange $ComputerName $port 'x' -ErrorAction Stop } | Should -Throw -ErrorId "$ErrorId,*" -ExpectedMessage "*$ComputerName*"
    }

    It 'keeps what had arrived on the error' {
        $server = Start-TcpServer -FrameFormat None { 'half' }
        $failure = { $server | Invoke-TcpExchange -InputObject 'x' -FrameFormat Line -TimeoutSeconds 0.3 -ErrorAction Stop } | Should -Throw -ErrorId 'TimedOut,*' -PassThru
        [Text.Encoding]::UTF8.GetString($failure.Exception.Received) | Should -Be 'half'
        $failure.TargetObject | Should -Be "127.0.0.1:$($server.Port)"
    }

    It 'goes on with the next message after an error' {
        $result = 'a', '', 'b' | Invoke-TcpExchange $echo.ComputerName $echo.Port -ErrorVariable failures -ErrorAction SilentlyContinue
        $result | Should -Be 'a', 'b'
        $failures | Should -HaveCount 1
    }

    It 'is stopped by Select-Object -First, and closes its connection' {
        1..1000 | Invoke-TcpExchange $echo.ComputerName $echo.Port | Select-Object -First 2 | Should -Be 1, 2
        $echo.TotalConnection | Should -BeLessThan 4
    }
}

Describe 'TLS' {
    BeforeAll {
        $tls = Start-TcpEchoServer -SelfSigned
    }
    AfterEach {
        Get-TcpSession | Remove-TcpSession
        Get-NetListener | Where-Object Id -NE $tls.Id | Stop-NetListener -Force
    }
    AfterAll {
        $tls | Stop-NetListener -Force
    }

    It 'pins the certificate of a piped server' {
        $tls.UseTls | Should -BeTrue
        $tls.CertificateThumbprint | Should -Match '^[0-9A-F]{64}$'
        $tls | Invoke-TcpExchange -InputObject 'secret' | Should -Be 'secret'
    }

    It 'shows the certificate on a session' {
        $session = $tls | New-TcpSession
        $session.CertificateThumbprint | Should -Be $tls.CertificateThumbprint
    }

    It 'fails with <ErrorId> for <Name>' -ForEach @(
        @{ Name = 'no pin'; ErrorId = 'CertificateNotTrusted'; Arguments = @{ UseTls = $true } }
        @{ Name = 'another pin'; ErrorId = 'CertificateNotPinned'; Arguments = @{ CertificateThumbprint = '00' * 32 } }
        @{ Name = 'no thumbprint at all'; ErrorId = 'InvalidArgument'; Arguments = @{ CertificateThumbprint = 'x' } }
    ) {
        { Invoke-TcpExchange $tls.ComputerName $tls.Port 'secret' @Arguments -ErrorAction Stop } | Should -Throw -ErrorId "$ErrorId,*"
    }

    It 'takes any certificate with -SkipCertificateCheck' {
        Invoke-TcpExchange $tls.ComputerName $tls.Port 'secret' -SkipCertificateCheck | Should -Be 'secret'
    }

    It 'tells that a server speaks no TLS' {
        $plain = Start-TcpEchoServer
        { $plain | Invoke-TcpExchange -InputObject 'x' -UseTls -TimeoutSeconds 5 -ErrorAction Stop } | Should -Throw -ErrorId 'TlsHandshakeFailed,*'
    }
}

Describe 'Sessions' {
    BeforeEach {
        $session = Start-TcpEchoServer | New-TcpSession -Name Talk
    }
    AfterEach {
        Get-TcpSession | Remove-TcpSession
        Get-NetListener | Stop-NetListener -Force
    }

    It 'keeps one connection for several calls' {
        $server = Start-TcpEchoServer
        $own = $server | New-TcpSession
        'one', 'two' | Send-TcpData -Session $own
        $own | Receive-TcpData -Count 6 | Should -Be 'onetwo'
        $own | Invoke-TcpExchange -InputObject 'three' | Should -Be 'three'
        $own.BytesSent | Should -Be 11
        $own.BytesReceived | Should -Be 11
        $server.TotalConnection | Should -Be 1
    }

    It 'receives <Name>' -ForEach @(
        @{ Name = 'a line'; Arguments = @{ Line = $true }; Expected = 'ab;c' }
        @{ Name = 'up to a delimiter'; Arguments = @{ Delimiter = ';' }; Expected = 'ab' }
        @{ Name = 'so many bytes'; Arguments = @{ Count = 4 }; Expected = 'ab;c' }
    ) {
        Send-TcpData -Session $session -InputObject "ab;c`r`nrest;"
        $session | Receive-TcpData @Arguments | Should -BeExactly $Expected
    }

    It 'half-closes with -Shutdown, and still gets the answer' {
        $session | Send-TcpData -InputObject 'last words' -Shutdown
        $session | Receive-TcpData -UntilClosed -TimeoutSeconds 10 | Should -Be 'last words'
        $session.State | Should -Be 'PeerClosed'
    }

    It 'returns the session with -PassThru' {
        Send-TcpData -Session $session -InputObject 'x' -PassThru | Should -Be $session
    }

    It 'does not wait with -NonBlocking' {
        $session | Receive-TcpData -NonBlocking | Should -BeNullOrEmpty
        ($session | Receive-TcpData -NonBlocking -Detailed).EndReason | Should -Be 'WouldBlock'
    }

    It 'goes on after a time-out where it was' {
        $session | Send-TcpData -InputObject 'ha'
        ($session | Receive-TcpData -Line -TimeoutSeconds 0.3 -Detailed).EndReason | Should -Be 'TimedOut'
        $session | Send-TcpData -InputObject "lf`n"
        $session | Receive-TcpData -Line | Should -Be 'half'
    }

    It 'refuses more than -MaximumBytes' {
        $session | Send-TcpData -InputObject ('x' * 100)
        { $session | Receive-TcpData -Line -MaximumBytes 10 -ErrorAction Stop } | Should -Throw -ErrorId 'MessageTooLarge,*'
    }

    It 'refuses two ways to receive at once' {
        { $session | Receive-TcpData -Line -Count 3 -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,*'
    }

    It 'is found by id, name and wildcard' {
        Get-TcpSession $session.Id | Should -Be $session
        Get-TcpSession Talk | Should -Be $session
        Get-TcpSession T* | Should -Be $session
        Get-TcpSession No* | Should -BeNullOrEmpty
        { Get-TcpSession Nobody -ErrorAction Stop } | Should -Throw -ErrorId 'HandleNotFound,*'
    }

    It 'stays open with Remove-TcpSession -WhatIf, and is closed without' {
        $session | Remove-TcpSession -WhatIf
        $session.State | Should -Be 'Open'
        Remove-TcpSession $session
        $session.State | Should -Be 'Closed'
        Get-TcpSession | Should -BeNullOrEmpty
        { $session | Send-TcpData -InputObject 'x' -ErrorAction Stop } | Should -Throw -ErrorId 'HandleClosed,*'
    }

    It 'sends without a session, too, and closes' {
        $server = Start-TcpServer -FrameFormat Line { }
        "a`n", "b`n" | Send-TcpData $server.ComputerName $server.Port
        ($server | Wait-NetListener -MessageCount 2 -TimeoutSeconds 10).TotalConnection | Should -Be 1
    }
}

Describe 'Test-TcpPort' {
    BeforeAll {
        $echo = Start-TcpEchoServer
        $closed = Get-AvailablePort
    }
    AfterAll {
        $echo | Stop-NetListener -Force
    }

    It 'tells open from refused' {
        $result = Test-TcpPort 127.0.0.1 $echo.Port, $closed | Sort-Object State
        $result.State | Should -Be 'Open', 'Refused'
        $result.IsOpen | Should -Be $true, $false
        $result[0].Latency | Should -BeGreaterThan ([timespan]::Zero)
        $result[1].Latency | Should -BeNullOrEmpty
        $result[1].Error | Should -Not -BeNullOrEmpty
    }

    It 'takes an unknown name as a result, not as an error' {
        (Test-TcpPort no-such-host.invalid 80).State | Should -Be 'NameNotResolved'
    }

    It 'tries every address of a name' {
        $result = Test-TcpPort localhost $echo.Port
        $result.IsOpen | Should -BeTrue
        $result.AddressTried.Count | Should -BeGreaterThan 0
    }

    It 'says yes or no with -Quiet' {
        $echo | Test-TcpPort -Quiet | Should -BeTrue
        Test-TcpPort 127.0.0.1 $closed -Quiet | Should -BeFalse
    }

    It 'returns only the open with -OpenOnly, of hundreds' {
        $ports = @(Get-AvailablePort -Count 300) + $echo.Port
        Test-TcpPort 127.0.0.1 $ports -OpenOnly | ForEach-Object Port | Should -Be $echo.Port
    }

    It 'repeats with -Count' {
        $echo | Test-TcpPort -Count 3 -DelayMilliseconds 1 | Should -HaveCount 3
    }
}

Describe 'Wait-TcpPort' {
    BeforeAll {
        # It waits in a runspace of its own, so that the port can change meanwhile.
        function Start-Wait($Port, $State) {
            $null = $waiter.AddScript({
                    param($Module, $Port, $State)
                    Import-Module $Module
                    Wait-TcpPort 127.0.0.1 $Port -State $State -TimeoutSeconds 30
                }).AddArgument((Get-Module PSNetConcurrency).Path).AddArgument($Port).AddArgument($State)
            $waiter.BeginInvoke()
        }
    }
    BeforeEach {
        $waiter = [powershell]::Create()
        $listener = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, (Get-AvailablePort))
    }
    AfterEach {
        $listener.Stop()
        $waiter.Dispose()
    }

    It 'waits until a server is there' {
        $waiting = Start-Wait $listener.LocalEndpoint.Port Open
        # After a second it shows its progress.
        [Threading.SpinWait]::SpinUntil({ $waiter.Streams.Progress.Count -gt 0 }, 30000) | Should -BeTrue
        $waiting.IsCompleted | Should -BeFalse
        $listener.Start()
        $waiter.EndInvoke($waiting).State | Should -Be 'Open'
    }

    It 'waits until a server is gone' {
        $listener.Start()
        $waiting = Start-Wait $listener.LocalEndpoint.Port Closed
        # It has found the port open when its connection is here.
        $accepting = $listener.AcceptTcpClientAsync()
        $accepting.Wait(30000) | Should -BeTrue
        $accepting.Result.Dispose()
        $listener.Stop()
        $gone = $waiter.EndInvoke($waiting)
        $gone.State | Should -Be 'Refused'
        $gone.Attempts | Should -BeGreaterThan 1
    }

    It 'fails when the time is up' {
        $port = Get-AvailablePort
        { Wait-TcpPort 127.0.0.1 $port -TimeoutSeconds 0.1 -ErrorAction Stop } | Should -Throw -ErrorId 'TimedOut,*'
        Wait-TcpPort 127.0.0.1 $port -TimeoutSeconds 0.1 -Quiet | Should -BeFalse
    }
}

Describe 'Get-AvailablePort' {
    It 'finds different ports, within a range' {
        $ports = Get-AvailablePort -Count 5 -Minimum 20000 -Maximum 29999
        $ports | Select-Object -Unique | Should -HaveCount 5
        $ports | ForEach-Object { $_ | Should -BeIn (20000..29999) }
    }

    It 'finds UDP ports' {
        Get-AvailablePort Udp | Should -BeOfType ([int])
    }

    It 'refuses a range that is none' {
        { Get-AvailablePort -Minimum 2 -Maximum 1 } | Should -Throw -ErrorId 'InvalidArgument,*'
    }
}

Describe 'Listeners' {
    BeforeEach {
        $alpha = Start-TcpEchoServer -Name Alpha
        $beta = Start-TcpServer -Name Beta -FrameFormat Line { param($Message) $Message }
    }
    AfterEach {
        Get-TcpSession | Remove-TcpSession
        Get-NetListener | Stop-NetListener -Force
    }

    It 'are listed by id, name, wildcard and kind' {
        (Get-NetListener).Name | Should -Be 'Alpha', 'Beta'
        (Get-NetListener $beta.Id).Name | Should -Be 'Beta'
        (Get-NetListener Al*).Name | Should -Be 'Alpha'
        (Get-NetListener -Kind Scr*).Name | Should -Be 'Beta'
        { Get-NetListener Gamma -ErrorAction Stop } | Should -Throw -ErrorId 'HandleNotFound,*'
        { Get-NetListener 2147483647 -ErrorAction Stop } | Should -Throw -ErrorId 'HandleNotFound,*'
    }

    It 'are waited for' {
        $null = $beta | Invoke-TcpExchange -InputObject 'x' -FrameFormat Line
        $beta | Wait-NetListener -ConnectionCount 1 -MessageCount 1 -TimeoutSeconds 10 | Should -Be $beta
        { $beta | Wait-NetListener -MessageCount 2 -TimeoutSeconds 0.1 -ErrorAction Stop } | Should -Throw -ErrorId 'TimedOut,*' -ExpectedMessage '*1 message*2 messages*'
    }

    It 'tell what happened, once, or again with -Keep' {
        $null = $beta | Invoke-TcpExchange -InputObject 'hello' -FrameFormat Line
        $null = $beta | Wait-NetListener -MessageCount 1 -TimeoutSeconds 10
        $kept = $beta | Receive-NetListener -Keep
        $kept.Type | Select-Object -First 3 | Should -Be 'Started', 'Connected', 'Message'
        $message = $beta | Receive-NetListener | Where-Object Type -EQ Message
        $message.Message | Should -Be 'hello'
        $message.Bytes | Should -Be 5
        $message.Time | Should -BeOfType ([DateTimeOffset])
        $beta | Receive-NetListener | Where-Object Type -EQ Message | Should -BeNullOrEmpty
    }

    It 'leave to the next call what Select-Object -First did not take' {
        $null = $beta | Invoke-TcpExchange -InputObject 'hello' -FrameFormat Line
        ($beta | Receive-NetListener | Select-Object -First 1).Type | Should -Be 'Started'
        ($beta | Receive-NetListener | Select-Object -First 1).Type | Should -Be 'Connected'
    }

    It 'go on telling with -Wait until they stop' {
        $null = $alpha | Invoke-TcpExchange -InputObject 'x'
        ($alpha | Receive-NetListener -Wait | Select-Object -First 2).Type | Should -Be 'Started', 'Connected'
        $beta | Stop-NetListener
        ($beta | Receive-NetListener -Wait).Type | Select-Object -Last 1 | Should -Be 'Stopped'
    }

    It 'go on with Stop-NetListener -WhatIf' {
        Stop-NetListener -Name * -WhatIf
        Get-NetListener | Should -HaveCount 2
        $alpha | Invoke-TcpExchange -InputObject 'up' | Should -Be 'up'
    }

    It 'stop, and free their port' {
        $stopped = $alpha, $beta | Stop-NetListener -PassThru
        $stopped.State | Should -Be 'Stopped', 'Stopped'
        Get-NetListener | Should -BeNullOrEmpty
        $alpha | Test-TcpPort -Quiet | Should -BeFalse
        (Start-TcpEchoServer -Port $alpha.Port).Port | Should -Be $alpha.Port
    }

    It 'let a client finish while they drain' {
        $shared = @{}
        # It finishes only once the drain has begun.
        $shared.Server = $slow = Start-TcpServer -FrameFormat Line { while (($using:shared).Server.State -eq 'Listening') { Start-Sleep -Milliseconds 5 }; 'finished' }
        $session = $slow | New-TcpSession
        $session | Send-TcpData -InputObject "go`n"
        $null = $slow | Wait-NetListener -MessageCount 1 -TimeoutSeconds 10
        $slow | Stop-NetListener -DrainSeconds 10
        $session | Receive-TcpData -Line | Should -Be 'finished'
    }
}

Describe 'Measure-TcpEcho' {
    AfterEach {
        Get-NetListener | Stop-NetListener -Force
    }

    It 'counts exchanges and compares every byte' {
        $result = Start-TcpEchoServer | Measure-TcpEcho -Connection 4 -Size 100 -Count 400
        $result.Exchanges | Should -BeGreaterOrEqual 400
        $result.Errors | Should -Be 0
        $result.Mismatches | Should -Be 0
        $result.LatencyP50 | Should -BeGreaterThan ([timespan]::Zero)
        $result.LatencyMaximum | Should -BeGreaterOrEqual $result.LatencyP50
    }

    It 'finds wrong bytes' {
        $result = Start-TcpServer -FrameFormat FixedSize,8 { 'xxxxxxxx' } | Measure-TcpEcho -Connection 1 -Size 8 -Count 10 -WarningAction SilentlyContinue
        $result.Mismatches | Should -Be 1
    }
}

Describe 'Measure-StickyPacket' {
    It 'shows sends glued together, and frames that survive' {
        $result = Measure-StickyPacket -MessageCount 10 -MessageSize 64
        $result.SendCount | Should -Be 10
        $result.ReceiveCount | Should -BeLessThan 10
        $result.IsSticky | Should -BeTrue
        $result.FramedMessageCount | Should -Be 10
        $result.FramedIntact | Should -BeTrue
    }

    It 'shows sends that are split by a small buffer' {
        $result = Measure-StickyPacket -MessageSize 100 -ReceiveBufferSize 32 -FrameFormat Line
        $result.IsSplit | Should -BeTrue
        $result.FramedIntact | Should -BeTrue
    }
}

Describe 'Start-TcpFaultProxy' {
    BeforeAll {
        $lines = Start-TcpServer -FrameFormat Line { param($Message) "You said $Message" }
    }
    AfterEach {
        Get-NetListener -Kind FaultProxy, Echo | Stop-NetListener -Force
    }
    AfterAll {
        $lines | Stop-NetListener -Force
    }

    It 'delays' {
        $proxy = $lines | Start-TcpFaultProxy -LatencyMilliseconds 100
        ($proxy | Invoke-TcpExchange -InputObject 'x' -FrameFormat Line -Detailed).Latency.TotalMilliseconds | Should -BeGreaterOrEqual 199
    }

    It 'tears writes to pieces that frames survive' {
        $proxy = $lines | Start-TcpFaultProxy -SliceSize 1
        $proxy | Invoke-TcpExchange -InputObject 'hello' -FrameFormat Line | Should -Be 'You said hello'
        $proxy.FaultStatistic.SliceCount | Should -Be 21
    }

    It 'changes the same bytes for the same seed' {
        $echo = Start-TcpEchoServer
        $replies = 1..2 | ForEach-Object {
            $proxy = $echo | Start-TcpFaultProxy -CorruptRate 0.1 -Seed 42 -Direction ServerToClient
            , ($proxy | Invoke-TcpExchange -InputObject ('x' * 200) -UntilClosed -AsByteStream)
        }
        [Convert]::ToHexString($replies[0]) | Should -Be ([Convert]::ToHexString($replies[1]))
        $replies[0] | Where-Object { $_ -ne [byte] [char] 'x' } | Should -Not -BeNullOrEmpty
    }

    It 'breaks off when Set-NetFault says so, and not with -WhatIf' {
        $proxy = Start-TcpFaultProxy -TargetName $lines.ComputerName -TargetPort $lines.Port
        $proxy | Set-NetFault -ResetAfterBytes 4 -Direction ServerToClient -WhatIf
        $proxy | Invoke-TcpExchange -InputObject 'a' -FrameFormat Line | Should -Be 'You said a'
        $proxy | Set-NetFault -ResetAfterBytes 4 -Direction ServerToClient
        $failure = { $proxy | Invoke-TcpExchange -InputObject 'a' -FrameFormat Line -ErrorAction Stop } | Should -Throw -ErrorId 'PeerReset,*' -PassThru
        [Text.Encoding]::UTF8.GetString($failure.Exception.Received) | Should -Be 'You '
        $proxy | Set-NetFault -Reset
        $proxy | Invoke-TcpExchange -InputObject 'a' -FrameFormat Line | Should -Be 'You said a'
    }

    It 'refuses to set faults of what is no proxy' {
        { $lines | Set-NetFault -LatencyMilliseconds 1 -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,*'
    }
}
