# The history of batch work, process states tick by tick, and how busy a processor is.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'Invoke-BatchSimulation' {
    BeforeAll {
        $deck = @'
Name,SetupTime,ReadTime,ComputeTime,PrintTime
A,5,3,10,2
B,5,2,1,1
C,4,4,5,6
'@ | ConvertFrom-Csv
    }

    It 'takes rows of a CSV file through all eras' {
        $results = $deck | Invoke-BatchSimulation
        $results.Era | Should -Be 'PunchCard', 'OnlineBatch', 'OfflineBatch', 'Multiprogramming', 'TimeSharing'
        $results.TotalTime | Should -Be 48, 39, 26.8, 25, 26
        $results.CpuBusy | Should -Be 16, 16, 16, 16, 16
    }

    It 'has the jobs and the bars of a chart' {
        $result = $deck | Invoke-BatchSimulation -Era Multiprogramming
        $result.Job.Turnaround | Should -Be 15, 16, 25
        $result.Timeline.Where{ $_.Lane -eq 'CPU' }.Start | Should -Be 3, 13, 14
    }

    It 'names the job of an empty cell' {
        $rows = 'Name,ReadTime,ComputeTime,PrintTime', 'A,1,,1' | ConvertFrom-Csv
        { $rows | Invoke-BatchSimulation } | Should -Throw -ErrorId 'JobInvalid,*' -ExpectedMessage "Job A has no ComputeTime*"
    }
}

Describe 'Invoke-ProcessStateSimulation' {
    It 'shows every tick' {
        $rows = Invoke-ProcessStateSimulation 'i', 'c2' -IoLength 3
        $rows.ForEach{ $_.Label -join ' ' } | Should -Be 'RUN:io READY', 'BLOCKED RUN:cpu', 'BLOCKED RUN:cpu', 'BLOCKED DONE', 'RUN:io_done DONE'
    }

    It 'sums up' {
        $summary = 'i', 'c2' | Invoke-ProcessStateSimulation -IoLength 3 -Summary
        $summary.TotalTime | Should -Be 5
        $summary.CpuUtilization | Should -Be 0.8
        $summary.IoUtilization | Should -Be 0.6
    }

    It 'tells that <_> is no change of state' -ForEach 'Blocked>Running', 'Ready>Blocked', 'New>Running', 'Terminated>Ready' {
        (Invoke-ProcessStateSimulation -Transition $_).IsLegal | Should -BeFalse
    }

    It 'says where a program can not be read' {
        { Invoke-ProcessStateSimulation 'c7,x' } | Should -Throw -ErrorId 'ProgramInvalid,*' -ExpectedMessage "*'x' at character 4*"
    }
}

Describe 'Measure-Multiprogramming' {
    It 'gives the values of the textbook' {
        (Measure-Multiprogramming 0.8 1, 2, 4, 10).FormulaUtilization.ForEach{ [Math]::Round($_, 3) } | Should -Be 0.2, 0.36, 0.59, 0.893
    }

    It 'simulates, repeatably' {
        $first, $second = 1..2 | ForEach-Object { Measure-Multiprogramming 0.8 2 -Simulate -Seed 1 }
        $first.SimulatedUtilization | Should -Be $second.SimulatedUtilization
        [Math]::Abs($first.SimulatedUtilization - $first.QueueUtilization) | Should -BeLessThan 0.01
    }
}
