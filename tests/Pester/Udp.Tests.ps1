# Real sockets on loopback, ports chosen by the system, and nothing left behind.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force

    # A UDP server in a runspace of its own, which answers each datagram with what the block makes of it.
    function Start-UdpDouble {
        param([scriptblock] $Answer = { param($Data) , $Data })
        $socket = [Net.Sockets.UdpClient]::new([Net.IPEndPoint]::new([ipaddress]::Loopback, 0))
        $shell = [powershell]::Create().AddScript({
            param($Socket, $Answer)
            $block = [scriptblock]::Create($Answer)
            while ($true) {
                $from = [Net.IPEndPoint]::new([ipaddress]::Any, 0)
                $data = $Socket.Receive([ref] $from)
                if ($data.Length -eq 4 -and [Text.Encoding]::ASCII.GetString($data) -eq 'STOP') {
                    return
                }
                foreach ($reply in & $block $data) {
                    $null = $Socket.Send([byte[]] $reply, $reply.Length, $from)
                }
            }
        }).AddArgument($socket).AddArgument("$Answer")
        [pscustomobject]@{
            ComputerName = '127.0.0.1'
            Port         = $socket.Client.LocalEndPoint.Port
            Socket       = $socket
            Shell        = $shell
            Running      = $shell.BeginInvoke()
        }
    }

    function Stop-UdpDouble {
        param($Double)
        Send-UdpDatagram $Double.ComputerName $Double.Port 'STOP'
        $null = $Double.Running.AsyncWaitHandle.WaitOne(30000)
        $Double.Socket.Dispose()
        $Double.Shell.Dispose()
    }
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'Send-UdpDatagram' {
    It 'sends text and bytes, one datagram a message' {
        $received = Receive-UdpDatagram 0 -Count 3 -OnReady {
            param($End)
            'grüße', '' | Send-UdpDatagram 127.0.0.1 $End.Port
            [byte[]](1, 2, 3) | Send-UdpDatagram 127.0.0.1 $End.Port
        }
        $received[0].Text | Should -BeExactly 'grüße'
        $received[1].Length | Should -Be 0
        $received[2].Data | Should -Be 1, 2, 3
    }

    It 'answers from the port that was asked' {
        $port = Get-AvailablePort -Protocol Udp
        $client = [Net.Sockets.UdpClient]::new('127.0.0.1', $port)
        try {
            Receive-UdpDatagram $port -Count 1 -OnReady { $null = $client.Send([byte[]](104, 105), 2) } |
                ForEach-Object { $_ | Send-UdpDatagram -InputObject "You said $($_.Text)." }
            $from = $null
            [Text.Encoding]::UTF8.GetString($client.Receive([ref] $from)) | Should -BeExactly 'You said hi.'
        }
        finally {
            $client.Dispose()
        }
    }

    It 'tells of a closed port, and of a message that is too long' {
        { Send-UdpDatagram 127.0.0.1 (Get-AvailablePort -Protocol Udp) 'x' -ErrorAction Stop } | Should -Throw -ErrorId 'ConnectionRefused,*'
        { Send-UdpDatagram 127.0.0.1 9 ('x' * 65508) -ErrorAction Stop } | Should -Throw -ErrorId 'DatagramTooLarge,*' -ExpectedMessage '*65507*'
    }
}

Describe 'Receive-UdpDatagram' {
    It 'tells the true length of what was cut' {
        $datagram = Receive-UdpDatagram 0 -Count 1 -MaximumBytes 3 -OnReady { Send-UdpDatagram 127.0.0.1 $args[0].Port 'abcdef' }
        $datagram.Text | Should -Be 'abc'
        $datagram.Truncated | Should -BeTrue
        $datagram.Length | Should -Be 6
    }

    It 'frees its port when the pipeline wants no more' {
        $port = Get-AvailablePort -Protocol Udp
        1..3 | ForEach-Object {
            (Receive-UdpDatagram $port -OnReady { 'a', 'b' | Send-UdpDatagram 127.0.0.1 $port } | Select-Object -First 1).Text | Should -Be 'a'
        }
    }

    It 'makes an error of fewer than -Count, and none of the end of the time' {
        { Receive-UdpDatagram 0 -Count 1 -TimeoutSeconds 0.05 -ErrorAction Stop } | Should -Throw -ErrorId 'TimedOut,*'
        Receive-UdpDatagram 0 -TimeoutSeconds 0.01 | Should -BeNullOrEmpty
    }

    It 'warns when other machines can send to it' {
        $null = Receive-UdpDatagram 0 -AnyAddress -TimeoutSeconds 0.01 -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -HaveCount 1
    }
}

Describe 'Invoke-UdpExchange' {
    BeforeEach {
        $double = $null
    }
    AfterEach {
        if ($double) {
            Stop-UdpDouble $double
        }
    }

    It 'returns the replies to messages of the pipeline' {
        $double = Start-UdpDouble
        $results = 'a', 'b' | Invoke-UdpExchange $double.ComputerName $double.Port -TimeoutSeconds 30
        $results.Text | Should -Be 'a', 'b'
        $results[0].Status | Should -Be 'Replied'
        $results[0].Latency | Should -BeOfType [timespan]
    }

    It 'asks hosts of the pipeline' {
        $double = Start-UdpDouble
        $closed = [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = Get-AvailablePort -Protocol Udp }
        $results = $double, $closed | Invoke-UdpExchange -InputObject 'x' -TimeoutSeconds 30
        ($results | Where-Object Port -EQ $double.Port).Status | Should -Be 'Replied'
        ($results | Where-Object Port -EQ $closed.Port).Status | Should -Be 'Refused'
    }

    It 'takes only what -ReplyFilter passes' {
        $double = Start-UdpDouble { param($Data) , [byte[]](0); , $Data }
        $reply = Invoke-UdpExchange $double.ComputerName $double.Port 'x' -TimeoutSeconds 30 -ReplyFilter { param($Reply, $Request) $Reply.Text -eq $Request }
        $reply.Text | Should -Be 'x'
    }

    It 'repeats a message, and tells how often' {
        $double = Start-UdpDouble { param($Data) }
        $result = Invoke-UdpExchange $double.ComputerName $double.Port 'x' -TimeoutSeconds 0.2 -RetryCount 2
        $result.Status | Should -Be 'TimedOut'
        $result.Attempt | Should -Be 3
        { Invoke-UdpExchange $double.ComputerName $double.Port 'x' -TimeoutSeconds 0.05 -AsByteStream -ErrorAction Stop } | Should -Throw -ErrorId 'TimedOut,*'
    }
}

Describe 'Measure-UdpLink' {
    It 'counts what comes back once, and what comes back again' {
        $double = Start-UdpDouble { param($Data) , $Data; , $Data }
        try {
            $result = $double | Measure-UdpLink -Count 20 -IntervalMilliseconds 5 -TimeoutSeconds 30 -Detailed
            $result.Status | Should -Be 'Completed'
            $result.Received | Should -Be 20
            $result.Lost | Should -Be 0
            $result.Duplicate | Should -BeGreaterOrEqual 19
            $result.Datagram | Should -HaveCount 20
        }
        finally {
            Stop-UdpDouble $double
        }
    }

    It 'ends early where nothing listens' {
        $result = Measure-UdpLink 127.0.0.1 (Get-AvailablePort -Protocol Udp) -Count 10000
        $result.Status | Should -Be 'Refused'
        $result.Sent | Should -BeLessThan 10000
    }
}
