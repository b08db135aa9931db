# Real sockets on loopback, ports chosen by the system, and nothing left behind.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'Get-NetworkTime' {
    AfterEach { Get-NetListener | Stop-NetListener }

    It 'tells how far a server is ahead, in every protocol' {
        $times = Start-TimeServer -Protocol All -Offset 1h | Get-NetworkTime -TimeoutSeconds 30
        $times | Should -HaveCount 5
        $times.IsUsable | Should -Not -Contain $false
        foreach ($time in $times) {
            [Math]::Round($time.Offset.TotalMinutes) | Should -Be 60
            $time.Interval.Contains([timespan]::FromHours(1)) | Should -BeTrue
        }
    }

    It 'finds <Code> wrong, and tells no time' -ForEach @(
        @{ Code = 'KissOfDeath'; Lie = @{ KissCode = 'RATE' } }
        @{ Code = 'Unsynchronized'; Lie = @{ LeapIndicator = 'Unsynchronized' } }
        @{ Code = 'Unsynchronized'; Lie = @{ Stratum = 16 } }
        @{ Code = 'BadStratum'; Lie = @{ Stratum = 99 } }
        @{ Code = 'RootDistance'; Lie = @{ RootDispersionMilliseconds = 2000 } }
        @{ Code = 'NoReply'; Lie = @{ DropRate = 1 } }
    ) {
        $time = Start-TimeServer @Lie | Get-NetworkTime -TimeoutSeconds 0.5
        $time.IsUsable | Should -BeFalse
        $time.Time | Should -BeNullOrEmpty
        $time.Problem | Should -BeLike "${Code}: *"
    }

    It 'tells of a closed port and a name without address as results' {
        (Get-NetworkTime 127.0.0.1 (Get-AvailablePort -Protocol Udp)).Problem | Should -BeLike 'Refused: *'
        (Get-NetworkTime no-such-host.invalid).Problem | Should -BeLike 'NameNotResolved: *'
    }
}

Describe 'Measure-ClockOffset, Test-ClockOffset and Select-TimeReference' {
    AfterEach { Get-NetListener | Stop-NetListener }

    It 'convicts a liar' {
        $servers = @(1..3 | ForEach-Object { Start-TimeServer }) + (Start-TimeServer -Offset 5s)
        $clock = $servers | Measure-ClockOffset -MinimumSource 3
        $clock.Falseticker.Port | Should -Be $servers[3].Port
        $clock.Survivor | Should -HaveCount 3
        $clock.Falseticker[0].Interval.Overlaps($clock.Interval) | Should -BeFalse
        $servers | Test-ClockOffset -MaximumOffset 0.5 -Quiet | Should -BeTrue
    }

    It 'never guesses' {
        { (Start-TimeServer), (Start-TimeServer -Offset 1min) | Measure-ClockOffset } | Should -Throw -ErrorId 'NoMajority,*'
        { Start-TimeServer | Measure-ClockOffset -MinimumSource 4 } | Should -Throw -ErrorId 'NotEnoughSources,*'
    }

    It 'refuses a falseticker as the standard, and repeats a pick by its seed' {
        $servers = @(1..3 | ForEach-Object { Start-TimeServer }) + (Start-TimeServer -Offset 5s)
        $times = $servers | Get-NetworkTime
        $picks = 1..20 | ForEach-Object { $times | Select-TimeReference -Random -Seed $_ }
        $picks.Port | Should -Not -Contain $servers[3].Port
        $picks.RejectedPick.Port | Should -Contain $servers[3].Port
        ($times | Select-TimeReference -Random -Seed 7).Port | Should -Be ($times | Select-TimeReference -Random -Seed 7).Port
    }
}

Describe 'Start-TimeServer' {
    AfterEach { Get-NetListener | Stop-NetListener }

    It 'answers no longer than it is asked, and only clients' {
        $server = Start-TimeServer
        $request = [byte[]]::new(48)
        $request[0] = 0x23
        (Invoke-UdpExchange $server.ComputerName $server.Port $request -AsByteStream).Length | Should -Be 48
        $request[0] = 0x24
        (Invoke-UdpExchange $server.ComputerName $server.Port $request -TimeoutSeconds 0.3).Status | Should -Be 'TimedOut'
        $server.RefusedCount | Should -Be 1
    }
}

Describe 'Get-HardwareClock' {
    It 'tells what the clock shows, or that none can be read here' {
        $failure = $null
        $clock = try { Get-HardwareClock } catch { $failure = $_ }
        if ($failure) {
            $failure.FullyQualifiedErrorId | Should -BeLike 'NotSupportedHere,*'
        } else {
            $clock.Time | Should -BeOfType [DateTimeOffset]
            $clock.SystemDifference | Should -BeNullOrEmpty
        }
    }
}
