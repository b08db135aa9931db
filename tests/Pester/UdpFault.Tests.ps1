# Real datagrams on loopback: a target and a client of .NET's, and the proxy between.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force

    function Send-Number($Proxy, $Count) {
        $client = [Net.Sockets.UdpClient]::new($Proxy.ComputerName, $Proxy.Port)
        foreach ($i in 1..$Count) { $null = $client.Send([byte[]] $i, 1) }
        $client.Dispose()
        $null = $Proxy | Wait-NetListener -MessageCount $Count -TimeoutSeconds 30
    }

    function Receive-Number($Count) {
        $from = [Net.IPEndPoint]::new(0, 0)
        foreach ($i in 1..$Count) { $target.Receive([ref] $from)[0] }
    }
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'Start-UdpFaultProxy' {
    BeforeEach {
        $target = [Net.Sockets.UdpClient]::new([Net.IPEndPoint]::new([ipaddress]::Loopback, 0))
        $target.Client.ReceiveTimeout = 10000
        $at = @{ TargetName = '127.0.0.1'; TargetPort = $target.Client.LocalEndPoint.Port }
    }
    AfterEach {
        Get-NetListener -Kind UdpFaultProxy | Stop-NetListener -Force
        $target.Dispose()
    }

    It 'passes everything on without faults' {
        $proxy = Start-UdpFaultProxy @at
        Send-Number $proxy 5
        Receive-Number 5 | Should -Be 1, 2, 3, 4, 5
        $proxy.FaultStatistic.Passed | Should -Be 5
        $proxy.FaultStatistic.Decisions | Should -BeNullOrEmpty
    }

    It 'sends answers back to whom they are for' {
        $proxy = Start-UdpFaultProxy @at
        $client = [Net.Sockets.UdpClient]::new($proxy.ComputerName, $proxy.Port)
        $client.Client.ReceiveTimeout = 10000
        $null = $client.Send([byte[]] 1, 1)
        $from = [Net.IPEndPoint]::new(0, 0)
        $null = $target.Receive([ref] $from)
        $null = $target.Send([byte[]] (7, 8), 2, $from)
        $client.Receive([ref] $from) | Should -Be 7, 8
        $client.Dispose()
    }

    It 'loses everything at a rate of 1, and tells so' {
        $proxy = Start-UdpFaultProxy @at -LossRate 1
        Send-Number $proxy 10
        $null = $proxy | Stop-NetListener
        $proxy.FaultStatistic.Lost | Should -Be 10
        $proxy.FaultStatistic.Passed | Should -Be 0
    }

    It 'duplicates' {
        $proxy = Start-UdpFaultProxy @at -DuplicateRate 1
        Send-Number $proxy 2
        Receive-Number 4 | Should -Be 1, 1, 2, 2
    }

    It 'changes one bit' {
        $proxy = Start-UdpFaultProxy @at -CorruptRate 1
        Send-Number $proxy 1
        $decision = (Receive-Number 1), $proxy.FaultStatistic.Decisions[0]
        $decision[0] -bxor (1 -shl $decision[1].Bit) | Should -Be 1
    }

    It 'reorders' {
        $proxy = Start-UdpFaultProxy @at -ReorderRate 0.2 -ReorderDistance 2 -Seed 1
        Send-Number $proxy 100
        $numbers = Receive-Number 100
        $greatest = $reordered = 0
        foreach ($n in $numbers) { if ($n -lt $greatest) { $reordered++ } else { $greatest = $n } }
        $reordered | Should -BeGreaterThan 5
        $numbers | Sort-Object | Should -Be (1..100)
        $proxy.FaultStatistic.Reordered | Should -Be $reordered
    }

    It 'repeats its decisions with the same seed' {
        $decisions = foreach ($seed in 3, 3, 4) {
            $proxy = Start-UdpFaultProxy @at -LossRate 0.3 -DuplicateRate 0.3 -Seed $seed
            Send-Number $proxy 50
            $null = $proxy | Stop-NetListener
            "$($proxy.FaultStatistic.Decisions)"
        }
        $decisions[0] | Should -Be $decisions[1]
        $decisions[0] | Should -Not -Be $decisions[2]
    }

    It 'delays' {
        $proxy = Start-UdpFaultProxy @at -LatencyMilliseconds 100
        $watch = [Diagnostics.Stopwatch]::StartNew()
        Send-Number $proxy 1
        $null = Receive-Number 1
        $watch.Elapsed.TotalMilliseconds | Should -BeGreaterOrEqual 99
    }

    It 'is changed by Set-NetFault, which refuses what is for streams' {
        $proxy = Start-UdpFaultProxy @at -LossRate 1 | Set-NetFault -LossRate 0 -DuplicateRate 1 -PassThru
        Send-Number $proxy 1
        Receive-Number 2 | Should -Be 1, 1
        { $proxy | Set-NetFault -ResetAfterBytes 1 -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,*' -ExpectedMessage '*streams*'
    }

    It 'shows itself and what it did in 120 columns' {
        $proxy = Start-UdpFaultProxy @at -LossRate 0.5 -Seed 1
        Send-Number $proxy 10
        $null = $proxy | Stop-NetListener
        foreach ($object in $proxy, $proxy.FaultStatistic, $proxy.FaultStatistic.ClientToServer, $proxy.FaultStatistic.Decisions) {
            $text = ($object | Out-String -Width 120 -Stream)
            ($text | Measure-Object Length -Maximum).Maximum | Should -BeLessOrEqual 120
            $text -join '' | Should -Not -Match '…\s*…'
        }
    }
}
