# Behaves as users' tests do: real sockets on loopback, ports chosen by the system, and nothing left behind.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force

    # One datagram there, and as many back as are asked for.
    function Invoke-Datagram {
        param($Server, [byte[]] $Data, [int] $Count = 1)
        $client = [Net.Sockets.UdpClient]::new($Server.ComputerName, $Server.Port)
        try {
            $client.Client.ReceiveTimeout = 30000
            $null = $client.Send($Data, $Data.Length)
            for ($i = 0; $i -lt $Count; $i++) {
                $from = [Net.IPEndPoint]::new(0, 0)
                , $client.Receive([ref] $from)
            }
        }
        finally {
            $client.Dispose()
        }
    }

    function Invoke-TextDatagram {
        param($Server, [string] $Text, [int] $Count = 1)
        Invoke-Datagram $Server ([Text.Encoding]::UTF8.GetBytes($Text)) $Count | ForEach-Object { [Text.Encoding]::UTF8.GetString($_) }
    }
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'Start-UdpEchoServer' {
    AfterEach {
        Get-NetListener | Stop-NetListener -Force
    }

    It 'listens on loopback, over UDP, on a port of the system''s choice' {
        $server = Start-UdpEchoServer
        $server.LocalEndPoint.Address | Should -Be ([ipaddress]::Loopback)
        $server.Port | Should -BeGreaterThan 0
        $server.Transport | Should -Be 'Udp'
        $server.Kind | Should -Be 'Echo'
        $server.State | Should -Be 'Listening'
    }

    It 'returns what it was sent' {
        $server = Start-UdpEchoServer
        Invoke-TextDatagram $server 'grüße' | Should -BeExactly 'grüße'
        $server.MessageCount | Should -Be 1
    }

    It 'takes everything and answers nothing as Discard' {
        $server = Start-UdpEchoServer -Kind Discard
        Invoke-Datagram $server @(1, 2, 3) -Count 0
        $server | Wait-NetListener -MessageCount 1 -TimeoutSeconds 30 | ForEach-Object BytesSent | Should -Be 0
    }

    It 'generates up to 512 characters as Chargen' {
        $server = Start-UdpEchoServer -Kind Chargen
        # How many is by chance, and may be none; each answer begins a character further on.
        $answers = foreach ($i in 0..9) { Invoke-TextDatagram $server '?' }
        $lengths = $answers | ForEach-Object Length
        ($lengths | Measure-Object -Maximum).Maximum | Should -BeIn (1..512)
        @($lengths | Select-Object -Unique).Count | Should -BeGreaterThan 1
        foreach ($i in (0..9).Where{ $lengths[$_] }) { $answers[$i][0] | Should -Be ([char] (32 + $i)) }
    }

    It 'tells the day and time as Daytime' {
        $said = Invoke-TextDatagram (Start-UdpEchoServer -Kind Daytime) '?'
        ([DateTimeOffset]::Now - [DateTimeOffset]::Parse($said)).Duration().TotalMinutes | Should -BeLessThan 1
    }

    It 'tells the seconds since 1900 as Time' {
        $bytes = Invoke-Datagram (Start-UdpEchoServer -Kind Time) @(1)
        $bytes.Length | Should -Be 4
        [array]::Reverse($bytes)
        [Math]::Abs([BitConverter]::ToUInt32($bytes, 0) - [DateTimeOffset]::UtcNow.ToUnixTimeSeconds() - 2208988800) | Should -BeLessThan 60
    }

    It 'names the process that holds the port' {
        $server = Start-UdpEchoServer
        # Where the system tells who it is.
        $owner = if ($IsLinux -or $IsWindows) { " by this process (*, process $PID)" }
        { Start-UdpEchoServer -Port $server.Port } | Should -Throw -ErrorId 'PortInUse,*' -ExpectedMessage "*$($server.Port)*in use$owner.*"
    }

    It 'warns when other machines can reach it' {
        $null = Start-UdpEchoServer -AnyAddress -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 1
    }

    It 'frees its port when it is stopped' {
        $server = Start-UdpEchoServer
        $server | Stop-NetListener
        (Start-UdpEchoServer -Port $server.Port).State | Should -Be 'Listening'
    }
}

Describe 'Start-UdpServer' {
    AfterEach {
        Get-NetListener | Stop-NetListener -Force
    }

    It 'answers with what the block emits, each object a datagram' {
        $server = Start-UdpServer { param($Message, $Client) $Message.ToUpper(); "to $($Client.ComputerName)" }
        Invoke-TextDatagram $server 'hello' 2 | Should -BeExactly 'HELLO', 'to 127.0.0.1'
    }

    It 'hands bytes to the block with -AsByteStream' {
        $server = Start-UdpServer -AsByteStream { param($Message) $Message.Count }
        Invoke-TextDatagram $server 'abc' | Should -Be '3'
    }

    It 'reaches the session through $using: and -Variable' {
        $word = 'one'
        $server = Start-UdpServer -Variable @{ other = 'two' } { "$using:word $other" }
        Invoke-TextDatagram $server '?' | Should -Be 'one two'
    }

    It 'keeps an event for each datagram and for a block that failed' {
        $server = Start-UdpServer { param($Message) if ($Message -eq 'bad') { throw 'broken on purpose' } else { $Message } }
        Invoke-TextDatagram $server 'bad' -Count 0
        Invoke-TextDatagram $server 'good' | Should -Be 'good'
        $events = $server | Receive-NetListener
        ($events | Where-Object Type -EQ Message).Message | Should -Be 'bad', 'good'
        ($events | Where-Object Type -EQ Error).Error.Message | Should -Be 'broken on purpose'
    }

    It 'stops after the first datagram with -Once' {
        $server = Start-UdpServer -Once { param($Message) $Message }
        Invoke-TextDatagram $server 'first' | Should -Be 'first'
        ($server | Wait-NetListener -TimeoutSeconds 30).State | Should -Be 'Stopped'
    }

    It 'drops what is longer than -MaximumMessageBytes, and counts it' {
        $server = Start-UdpServer -MaximumMessageBytes 4 { param($Message) $Message }
        Invoke-TextDatagram $server '12345' -Count 0
        Invoke-TextDatagram $server '1234' | Should -Be '1234'
        $server.RefusedCount | Should -Be 1
    }

    It 'refuses a group that is none' {
        { Start-UdpServer -MulticastGroup 10.0.0.1 { } } | Should -Throw -ErrorId 'InvalidArgument,*'
    }
}
