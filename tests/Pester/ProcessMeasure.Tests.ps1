# What joins, parallel work and isolation are measured to be, on real processes.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'Measure-JoinStrategy' {
    It 'adds up one after another, and not all at once' {
        $serial, $parallel = Measure-JoinStrategy -DurationSeconds 0.5, 0.5 -Strategy Serial, Parallel
        $serial.Elapsed.TotalSeconds | Should -BeGreaterOrEqual 1
        $serial.Gantt[1].Start | Should -BeGreaterOrEqual $serial.Gantt[0].End
        $parallel.Gantt[1].Start | Should -BeLessThan $parallel.Gantt[0].End
    }

    It 'joins the quickest first, as completed' {
        (5, 0 | Measure-JoinStrategy -Strategy AsCompleted).Order | Should -Be 'P2', 'P1'
    }

    It 'reports a block that fails' {
        $null = Measure-JoinStrategy { throw 'no' } -Strategy Serial -ErrorAction SilentlyContinue -ErrorVariable failure
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'ScriptFailed,*'
    }
}

Describe 'Measure-Parallelism' {
    It 'finds no parallel work on one processor' -Skip:(-not ($IsLinux -or $IsWindows)) {
        $result = Measure-Parallelism -WorkerCount 2 -DurationSeconds 0.2 -Mode Runspace -ProcessorAffinity 1
        $result.MaxSimultaneous | Should -Be 1
        $result.Verdict | Should -Not -Be 'Parallel'
    }

    It 'finds waits that overlap' {
        (Measure-Parallelism Io -WorkerCount 3 -DurationSeconds 0.5 -Mode Runspace).Verdict | Should -Be 'Concurrent'
    }

    It 'needs a script block to run one' {
        { Measure-Parallelism ScriptBlock } | Should -Throw -ErrorId 'InvalidArgument,*'
    }
}

Describe 'Test-ProcessIsolation' {
    It 'finds a process isolated in every scope' {
        (Test-ProcessIsolation).IsIsolated | Should -Not -Contain $false
    }

    It 'finds what a runspace shares' {
        (Test-ProcessIsolation -Mode Runspace).Where{ -not $_.IsIsolated }.Scope | Should -Be 'Environment', 'ProcessFolder', 'RuntimeData', 'Argument'
    }
}
