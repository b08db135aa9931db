# Real processes of this machine; nothing is left behind.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force

    # What there is at last of something that takes its time.
    function Wait-Until ([scriptblock] $Condition) {
        $limit = [datetime]::UtcNow.AddSeconds(30)
        while (-not (& $Condition)) {
            if ([datetime]::UtcNow -gt $limit) { throw "It never came to be: $Condition" }
            Start-Sleep -Milliseconds 10
        }
    }
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'Get-CurrentProcess' {
    It 'is the main process here' {
        $current = Get-CurrentProcess
        $current.Name | Should -Be 'MainProcess'
        $current.ProcessId | Should -Be $PID
        $current.IsChild | Should -BeFalse
        $current.RunspaceId | Should -Be ([runspace]::DefaultRunspace.InstanceId)
    }

    It 'takes its name as a child from the environment' {
        $env:PSNETCONCURRENCY_DEPTH = '1'
        $env:PSNETCONCURRENCY_NAME = 'ChildProcess-7'
        try {
            $current = Get-CurrentProcess
            $current.Name | Should -Be 'ChildProcess-7'
            $current.IsChild | Should -BeTrue
            $current.Depth | Should -Be 1
        }
        finally {
            $env:PSNETCONCURRENCY_DEPTH = $env:PSNETCONCURRENCY_NAME = $null
        }
    }
}

Describe 'Get-ProcessTree' {
    It 'draws this process below what it comes from' {
        $line = @(Get-ProcessTree $PID -Ancestor)
        $line[-1].ProcessId | Should -Be $PID
        $line[-1].Depth | Should -Be ($line.Count - 1)
        $line[-1].Tree | Should -BeLike "*$((Get-Process -Id $PID).ProcessName)"
    }

    It 'shows every process once' {
        $ids = (Get-ProcessTree).ProcessId
        $ids | Should -Contain $PID
        @($ids | Select-Object -Unique).Count | Should -Be $ids.Count
    }

    It 'binds processes by property name' {
        (Get-Process -Id $PID | Get-ProcessTree)[0].ProcessId | Should -Be $PID
    }

    It 'fits 120 columns' {
        Get-ProcessTree | Out-String -Width 120 -Stream | ForEach-Object Length | Should -Not -BeGreaterThan 120
    }

    It 'says what there is not' {
        { Get-ProcessTree 2147483647 -ErrorAction Stop } | Should -Throw -ErrorId 'ProcessNotFound,*'
    }
}

Describe 'Get-ProcessState' -Skip:$IsMacOS {
    It 'finds itself running' {
        (Get-ProcessState $PID).State | Should -Be 'Running'
    }

    It 'shows each thread' {
        $threads = Get-ProcessState $PID -Thread
        $threads.Count | Should -BeGreaterThan 1
        $threads.State | Should -Contain 'Blocked'
    }

    It 'finds sleep blocked, and stopped by SIGSTOP' -Skip:(-not $IsLinux) {
        $sleep = Start-Process sleep 1000 -PassThru
        try {
            Wait-Until { ($sleep | Get-ProcessState).WaitReason -eq 'sleeps for a time' }
            ($sleep | Get-ProcessState).State | Should -Be 'Blocked'
            kill -STOP $sleep.Id
            Wait-Until { ($sleep | Get-ProcessState).State -eq 'Stopped' }
        }
        finally {
            $sleep.Kill()
        }
    }

    It 'says what there is not' {
        { Get-ProcessState -Name no-such-program -ErrorAction Stop } | Should -Throw -ErrorId 'ProcessNotFound,*'
    }
}

Describe 'Watch-ProcessState' -Skip:(-not $IsLinux) {
    It 'ends with the process' {
        $sleep = Start-Process sleep 1000 -PassThru
        try {
            $seen = $sleep | Watch-ProcessState -IntervalMilliseconds 5 | ForEach-Object { if ($null -eq $_.From) { $sleep.Kill() }; $_ }
            $seen[0].From | Should -BeNullOrEmpty
            $seen[-1].To | Should -Be 'Terminated'
        }
        finally {
            $sleep.Kill()
        }
    }

    It 'ends when its time is up' {
        @(Watch-ProcessState $PID -IntervalMilliseconds 5 -DurationSeconds 0.05).Count | Should -BeGreaterOrEqual 1
    }

    It 'stops when what follows has enough' {
        Watch-ProcessState $PID | Select-Object -First 1 | ForEach-Object ProcessId | Should -Be $PID
    }
}

Describe 'Measure-ContextSwitch' -Skip:(-not $IsLinux) {
    It 'finds a sleeping process blocked and counts this one' {
        $sleep = Start-Process sleep 1000 -PassThru
        try {
            Wait-Until { ($sleep | Get-ProcessState).WaitReason -eq 'sleeps for a time' }
            $results = $sleep.Id, $PID | Measure-ContextSwitch -DurationSeconds 0.2
            $results.Count | Should -Be 2
            ($results | Where-Object Name -EQ sleep).Interpretation | Should -BeLike 'Blocked*'
            ($results | Where-Object ProcessId -EQ $PID).Voluntary | Should -BeGreaterThan 0
        }
        finally {
            $sleep.Kill()
        }
    }

    It 'ends with the process' {
        $sleep = Start-Process sleep 1 -PassThru
        ($sleep | Measure-ContextSwitch -DurationSeconds 600).HasEnded | Should -BeTrue
    }
}

Describe 'Measure-CallMode' {
    It 'makes the call in four ways' {
        $results = Measure-CallMode -DelayMilliseconds 30
        $results.Mode | Should -Be 'SynchronousBlocking', 'SynchronousNonBlocking', 'AsynchronousBlocking', 'AsynchronousNonBlocking'
        $results | ForEach-Object { $_.Elapsed.TotalMilliseconds | Should -BeGreaterThan 25 }
        $results[0].WorkCount | Should -Be 0
        $results[3].WorkCount | Should -BeGreaterThan 0
    }
}
