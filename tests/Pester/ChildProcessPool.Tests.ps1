# Behaves as users' tests do: real processes, and nothing left behind.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force
}

AfterAll {
    Get-ChildProcess | Remove-ChildProcess -Force
    Get-ChildProcessPool | Remove-ChildProcessPool
    Remove-Module PSNetConcurrency
}

Describe 'New-ChildProcessPool' {
    AfterEach {
        Get-ChildProcessPool | Remove-ChildProcessPool
    }

    It 'keeps processes ready, each for one script' {
        $pool = New-ChildProcessPool -Size 2 -Wait
        $pool | Should -BeOfType PSNetConcurrency.ChildProcessPool
        $pool.State | Should -Be Ready
        $ahead = $pool.ProcessId
        $used = 1..2 | Invoke-ChildProcess -Pool $pool { $PID }
        $used | Sort-Object | Should -Be ($ahead | Sort-Object)
        $pool.Used | Should -Be 2
        $pool.HitRate | Should -Be 1
    }

    It 'starts a process of its own where none is ready' {
        $pool = New-ChildProcessPool -Size 1 -Name Work
        Invoke-ChildProcess -Pool Work { 'ran' } | Should -Be ran
        $pool.Used + $pool.Missed | Should -Be 1
    }

    It 'gives a child its name, folder, environment and input' {
        $null = New-ChildProcessPool -Size 1 -Name Work -Wait
        $child = 'item' | Start-ChildProcess -Pool Work -Name Mine -WorkingDirectory $TestDrive -Environment @{ NEW = 'set' } { "$env:PSNETCONCURRENCY_NAME $env:NEW $_ $(Split-Path $PWD -Leaf)" }
        $child.Name | Should -Be Mine-1
        $child | Receive-ChildProcess -Wait -AutoRemove | Should -Be "Mine-1 set item $(Split-Path $TestDrive -Leaf)"
    }

    It 'tells why PowerShell can not be started' {
        { New-ChildProcessPool -PowerShellPath (Join-Path $TestDrive 'no-such-pwsh') } | Should -Throw -ErrorId 'PowerShellNotFound,*'
        Get-ChildProcessPool | Should -BeNullOrEmpty
    }

    It 'makes nothing with -WhatIf' {
        New-ChildProcessPool -WhatIf
        Get-ChildProcessPool | Should -BeNullOrEmpty
    }

    It 'refuses what needs a process of its own' {
        $null = New-ChildProcessPool -Size 1 -Name Work
        { Start-ChildProcess { } -Pool Work -Detached } | Should -Throw -ErrorId 'InvalidArgument,*'
        { Start-ChildProcess { } -Pool Work -Via ssh, host } | Should -Throw -ErrorId 'InvalidArgument,*'
        { Start-ChildProcess { } -Pool NoSuch } | Should -Throw '*no pool*'
    }
}

Describe 'Get-ChildProcessPool and Remove-ChildProcessPool' {
    It 'find pools by id, name and wildcard, and end their processes' {
        $pool = New-ChildProcessPool -Size 1 -Name Work -Wait
        $ahead = $pool.ProcessId[0]
        Get-ChildProcess | Should -BeNullOrEmpty
        (Get-ChildProcessPool -Id $pool.Id).Name | Should -Be Work
        (Get-ChildProcessPool W*).Id | Should -Be $pool.Id
        { Get-ChildProcessPool NoSuch -ErrorAction Stop } | Should -Throw -ErrorId 'HandleNotFound,*'
        Remove-ChildProcessPool Work
        Get-ChildProcessPool | Should -BeNullOrEmpty
        Get-Process -Id $ahead -ErrorAction Ignore | Should -BeNullOrEmpty
        $pool.State | Should -Be Closed
        { Start-ChildProcess { } -Pool $pool } | Should -Throw -ErrorId 'HandleClosed,*'
    }

    It 'show a table' {
        $null = New-ChildProcessPool -Size 1 -Name Shown
        Get-ChildProcessPool | Out-String -Width 120 | Should -Match 'Id Name +State +Size Ready +Used +Missed HitRate'
        Remove-ChildProcessPool Shown
    }
}
