# Behaves as users' tests do: real processes, and nothing left behind.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force
}

AfterAll {
    Get-FleetSchedule | Stop-FleetSchedule
    Get-NetListener | Stop-NetListener -Force
    Remove-Module PSNetConcurrency
}

Describe 'Get-ScheduleOccurrence' {
    It 'tells the next times of a cron expression, in a time zone' {
        $times = Get-ScheduleOccurrence '30 2 * * *' -From 2026-03-28T12:00Z -TimeZone Europe/Berlin -Count 2
        $times | Should -BeOfType DateTimeOffset
        $times.ForEach{ $_.ToString('yyyy-MM-dd HH:mm zzz') } | Should -Be '2026-03-29 03:00 +02:00', '2026-03-30 02:30 +02:00'
    }

    It 'tells those of a calendar expression' {
        (Get-ScheduleOccurrence -OnCalendar 'Mon *-05~07/1' -From 2026-01-01Z -TimeZone UTC).ToString('yyyy-MM-dd') | Should -Be 2026-05-25
    }

    It 'tells those of an interval and of instants' {
        $from = [DateTimeOffset] '2026-01-01T00:00Z'
        Get-ScheduleOccurrence -Every 90 -From $from -Count 2 | Should -Be $from.AddSeconds(90), $from.AddSeconds(180)
        Get-ScheduleOccurrence -At $from.AddHours(1), $from.AddHours(-1) -From $from -Count 5 | Should -Be $from.AddHours(1)
    }

    It 'tells what is wrong with an expression, and where' {
        { Get-ScheduleOccurrence '60 * * * *' } | Should -Throw -ErrorId 'InvalidSchedule,*'
        { Get-ScheduleOccurrence -OnCalendar 'Fri..Mon' } | Should -Throw -ErrorId 'InvalidSchedule,*' -ExpectedMessage '*character 6*'
    }
}

Describe 'Wait-ClockTime' {
    It 'waits until the time, and not less' {
        $at = [DateTimeOffset]::Now.AddMilliseconds(300)
        $wait = Wait-ClockTime $at -ToleranceMilliseconds 60000
        $wait.Target | Should -Be $at
        $wait.Skew | Should -BeGreaterOrEqual ([timespan]::Zero)
        [DateTimeOffset]::Now | Should -BeGreaterOrEqual $at
    }

    It 'says that a time was over' {
        { Wait-ClockTime 2001-01-01 -ErrorAction Stop } | Should -Throw -ErrorId 'InstantMissed,*'
    }
}

Describe 'Start-FleetSchedule' {
    AfterEach {
        Get-FleetSchedule | Stop-FleetSchedule
    }

    It 'fires processes with wrong clocks by a time server' {
        $server = Start-TimeServer -Port 0
        $word = 'here'
        $runs = Start-FleetSchedule local:00:10:00, local { "$using:word $($args[0])" } -ArgumentList 1 -Reference $server -At ([DateTimeOffset]::Now.AddSeconds(6)) -ToleranceMilliseconds 60000 -Wait
        $server | Stop-NetListener
        $runs | Should -HaveCount 2
        $runs | Should -BeOfType PSNetConcurrency.FleetRun
        $runs.State | Should -Be Completed, Completed
        $runs.Output | Should -Be 'here 1', 'here 1'
        [math]::Round($runs.Where{ $_.Node -ne 'local' }.ClockOffset.TotalMinutes) | Should -Be -10
    }

    It 'runs in the background, where it can be found and stopped' {
        $schedule = Start-FleetSchedule local { 1 } -Cron '0 3 * * *' -Name Nightly
        (Get-FleetSchedule Night*).Id | Should -Be $schedule.Id
        $schedule | Receive-FleetRun | Should -BeNullOrEmpty
        ($schedule | Stop-FleetSchedule -PassThru).State | Should -Be Stopped
    }

    It 'starts nothing with -WhatIf' {
        Start-FleetSchedule local { 1 } -Cron '@daily' -WhatIf
        Get-FleetSchedule | Where-Object State -EQ Running | Should -BeNullOrEmpty
    }

    It 'tells of a node that is down' {
        $run = New-FleetNode gone -Via no-such-launcher | Start-FleetSchedule -ScriptBlock { 1 } -At ([DateTimeOffset]::Now.AddSeconds(1)) -Wait
        $run.State | Should -Be Unreachable
        $run.Problem | Should -Match no-such-launcher
    }
}

Describe 'Export-FleetSchedule' {
    It 'writes a line of a crontab' {
        (Export-FleetSchedule -Cron '30 3 * * MON-FRI' -Format Crontab -Name backup -Command /bin/echo, '90%').Content | Should -Be "# backup`n30 3 * * 1-5 /bin/echo '90\%'`n"
    }

    It 'writes a timer with its service' {
        $files = Export-FleetSchedule -OnCalendar hourly -TimeZone UTC -Format SystemdTimer -Name tick -Command /bin/true -Persistent
        $files.FileName | Should -Be tick.timer, tick.service
        $files[0].Content | Should -Match 'OnCalendar=hourly UTC\nAccuracySec=1us\nPersistent=true'
    }

    It 'writes a task of Windows' {
        $task = [xml] (Export-FleetSchedule -Cron '0 22 * * TUE#2' -Format TaskScheduler -ScriptBlock { 1 }).Content
        $task.Task.Triggers.CalendarTrigger.ScheduleByMonthDayOfWeek.Weeks.Week | Should -Be 2
        $task.Task.Actions.Exec.Command | Should -Be pwsh
    }

    It 'says what a format can not express' {
        { Export-FleetSchedule -Cron '0 0 L * *' -Format Crontab -Command true } | Should -Throw -ErrorId 'ScheduleNotExpressible,*' -ExpectedMessage "*'L'*"
    }
}
