# How to test scripts that talk over a network without a network: each test starts real servers of its own on loopback,
# on free ports, and asks them afterwards what they were told. They are stopped by their names, so that other listeners of
# the session stay. Run it with Invoke-Pester; Pester 5 and 6 both do.
BeforeAll {
    if (-not (Get-Module -Name PSNetConcurrency)) {
        Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', 'PSNetConcurrency.psd1'))
    }

    # What is under test, as scripts have it: a stock-keeper's client of a line protocol over TCP,
    function Get-Stock([string] $ComputerName, [int] $Port, [string] $Item, [int] $Attempt = 3) {
        for ($i = 1; ; $i++) {
            $client = [Net.Sockets.TcpClient]::new()
            try {
                $client.ReceiveTimeout = 500
                $client.Connect($ComputerName, $Port)
                $stream = $client.GetStream()
                $stream.Write([Text.Encoding]::UTF8.GetBytes("STOCK $Item`n"))
                $line = [IO.StreamReader]::new($stream).ReadLine()
                if ($line -notmatch '^OK (\d+)$') {
                    throw "The server said '$line'."
                }
                return [int] $Matches[1]
            }
            catch {
                if ($i -ge $Attempt) {
                    throw
                }
            }
            finally {
                $client.Dispose()
            }
        }
    }

    # and one that reports to statsd over UDP.
    function Send-Metric([string] $ComputerName, [int] $Port, [string] $Name, [int] $Value = 1) {
        $client = [Net.Sockets.UdpClient]::new($ComputerName, $Port)
        try {
            $bytes = [Text.Encoding]::UTF8.GetBytes("${Name}:$Value|c")
            $null = $client.Send($bytes, $bytes.Length)
        }
        finally {
            $client.Dispose()
        }
    }

    # What a double was told, in order, once it has all of it.
    function Get-Told([object] $Double, [int] $Count) {
        $null = $Double | Wait-NetListener -MessageCount $Count -TimeoutSeconds 10
        ($Double | Receive-NetListener).Where{ $_.Type -eq 'Message' }.Message
    }
}

Describe 'Get-Stock' {
    BeforeEach {
        $stock = Start-TcpServer -Name double-stock -FrameFormat Line {
            param($Message)
            if ($Message -eq 'STOCK bolts') { 'OK 42' } else { "ERROR no such item" }
        }
    }
    AfterEach {
        Get-NetListener -Name double-* | Stop-NetListener -Force
    }

    It 'asks for the item and returns the number' {
        Get-Stock $stock.ComputerName $stock.Port bolts | Should -Be 42
        Get-Told $stock 1 | Should -Be 'STOCK bolts'
    }

    It 'tells what the server said against it' {
        { Get-Stock $stock.ComputerName $stock.Port unicorns -Attempt 1 } | Should -Throw "The server said 'ERROR no such item'."
    }

    It 'puts an answer together that arrives a byte at a time' {
        $slow = $stock | Start-TcpFaultProxy -Name double-slow -SliceSize 1 -LatencyMilliseconds 20
        Get-Stock $slow.ComputerName $slow.Port bolts | Should -Be 42
    }

    It 'tries three times when the connection is reset, and no more' {
        $broken = $stock | Start-TcpFaultProxy -Name double-broken -ResetAfterBytes 2 -Direction ServerToClient
        { Get-Stock $broken.ComputerName $broken.Port bolts } | Should -Throw
        Get-Told $stock 3 | Should -Be ('STOCK bolts', 'STOCK bolts', 'STOCK bolts')
        $broken.TotalConnection | Should -Be 3
    }

    It 'does not wait for ever for a server that says nothing' {
        $silent = Start-TcpEchoServer -Name double-silent -Kind Discard
        { Get-Stock $silent.ComputerName $silent.Port bolts -Attempt 1 } | Should -Throw
    }

    It 'fails at once where nothing listens' {
        { Get-Stock 127.0.0.1 (Get-AvailablePort) bolts -Attempt 1 } | Should -Throw '*refused*'
    }
}

Describe 'Send-Metric' {
    BeforeEach {
        $statsd = Start-UdpServer -Name double-statsd { }
    }
    AfterEach {
        Get-NetListener -Name double-* | Stop-NetListener -Force
    }

    It 'sends <Name> as <Expected>' -ForEach @(
        @{ Name = 'logins'; Value = 1; Expected = 'logins:1|c' }
        @{ Name = 'disk.free'; Value = 250; Expected = 'disk.free:250|c' }
        @{ Name = 'größe'; Value = 0; Expected = 'größe:0|c' }
    ) {
        Send-Metric $statsd.ComputerName $statsd.Port $Name $Value
        Get-Told $statsd 1 | Should -Be $Expected
    }

    It 'does not mind a link that loses everything' {
        $dead = $statsd | Start-UdpFaultProxy -Name double-dead -LossRate 1
        { Send-Metric $dead.ComputerName $dead.Port logins } | Should -Not -Throw
        $null = $dead | Wait-NetListener -MessageCount 1 -TimeoutSeconds 10
        $dead.FaultStatistic.ClientToServer.Lost | Should -Be 1
        $statsd.MessageCount | Should -Be 0
    }
}
