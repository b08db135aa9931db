# Simulated scheduling: the policies through the cmdlets, with numbers that can be checked by hand.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'New-SchedulerJob' {
    It 'numbers jobs without a name' {
        (24, 3, 3 | New-SchedulerJob).Name | Should -Be 'P1', 'P2', 'P3'
    }

    It 'says where a program can not be read' {
        { New-SchedulerJob -Name x -Program 'c7,j' -ErrorAction Stop } | Should -Throw -ErrorId 'ProgramInvalid,*' -ExpectedMessage '*character 4*'
    }
}

Describe 'Invoke-SchedulerSimulation' {
    It 'lets <policy> wait <waiting> on average' -ForEach @(
        @{ Policy = 'FCFS'; Waiting = 17 }
        @{ Policy = 'SJF'; Waiting = 3 }
        @{ Policy = 'RoundRobin'; Waiting = 17 / 3 }
    ) {
        [Math]::Round((24, 3, 3 | Invoke-SchedulerSimulation -Policy $policy -Quantum 4).AverageWaiting, 9) | Should -Be ([Math]::Round($waiting, 9))
    }

    It 'reads rows of a CSV file' {
        $path = Join-Path $TestDrive jobs.csv
        Set-Content $path 'Name,ArrivalTime,BurstTime,Priority', 'a,0,2.5,2', 'b,0.5,1,1'
        $result = Import-Csv $path | Invoke-SchedulerSimulation -Policy PriorityPreemptive
        $result.Job.Completion | Should -Be 3.5, 1.5
        $result.Gantt.Label | Should -Be 'a', 'b', 'a'
    }

    It 'reproduces mlfq.py' {
        $jobs = @{ Burst = 84; IoEvery = 7 }, @{ Burst = 42; IoEvery = 3 }, @{ Burst = 51; IoEvery = 4 }
        (Invoke-SchedulerSimulation $jobs -Policy MLFQ -Compatibility Ostep).Job.Turnaround | Should -Be 180, 161, 171
    }

    It 'tells the reason of each event' {
        $trace = (Invoke-SchedulerSimulation 3, 3 -Policy MLFQ -QuantumList 1, 2 -Trace).Trace
        $trace.Where{ $_.Event -eq 'Demoted' }[0].Reason | Should -Be 'used up 1 x 1 in queue 0'
    }

    It 'repeats a lottery by its seed' {
        $first = 5, 5, 5 | Invoke-SchedulerSimulation -Policy Lottery
        $again = 5, 5, 5 | Invoke-SchedulerSimulation -Policy Lottery -Seed $first.Seed
        "$($again.Gantt)" | Should -Be "$($first.Gantt)"
    }

    It 'takes no quantum of 0' {
        { 1 | Invoke-SchedulerSimulation -Policy RoundRobin -Quantum 0 } | Should -Throw -ErrorId 'QuantumInvalid,*'
    }
}

Describe 'Compare-SchedulerPolicy' {
    It 'marks the best and names the convoy' {
        $rows = 24, 3, 3 | Compare-SchedulerPolicy -Policy FCFS, SJF
        $rows.IsBest | Should -Be $false, $true
        $rows[0].Note | Should -BeLike 'Convoy: 2 jobs waited behind P1*'
    }

    It 'names a job that starves' {
        $jobs = @(@{ Name = 'long'; Burst = 10 }) + @(0..9 | ForEach-Object { @{ Name = "s$_"; Burst = 2; Arrival = 2 * $_ } })
        ($jobs | Compare-SchedulerPolicy -Policy SJF -Metric MaxWaiting).Note | Should -BeLike 'Starved: long (burst 10)*'
    }
}
