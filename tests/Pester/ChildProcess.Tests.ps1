# Behaves as users' tests do: real processes, and nothing left behind.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force
    # A process that has ended, and whose new parent has not asked how, is still in the table.
    function Test-Running($Id) {
        $stat = "/proc/$Id/stat"
        if (Test-Path $stat) { (Get-Content $stat -Raw) -notmatch '\) [ZX] ' } else { $null -ne (Get-Process -Id $Id -ErrorAction SilentlyContinue) }
    }
    $dotnet = (Get-Command dotnet -CommandType Application)[0].Source
}

AfterAll {
    Get-ChildProcess | Remove-ChildProcess -Force
    Remove-Module PSNetConcurrency
}

Describe 'Start-ChildProcess' {
    AfterEach {
        Get-ChildProcess | Remove-ChildProcess -Force
    }

    It 'runs a script block with $using:, arguments, parameters and variables' {
        $here = 'using'; $there = 'variable'
        $child = Start-ChildProcess -ArgumentList 'position' -Parameter @{ B = 'name' } -Variable there { param($A, $B) "$using:here $A $B $there" }
        $child | Should -BeOfType PSNetConcurrency.ChildProcess
        $child.Kind | Should -Be ScriptBlock
        $child | Receive-ChildProcess -Wait | Should -BeExactly 'using position name variable'
    }

    It 'starts one child for each item, under a throttle limit' {
        1..4 | Start-ChildProcess { $_ * 10 } -ThrottleLimit 2 | Wait-ChildProcess | Receive-ChildProcess | Should -Be 10, 20, 30, 40
    }

    It 'runs a program, whose arguments are never split again' {
        Start-ChildProcess -FilePath $dotnet -ArgumentList '--version' | Receive-ChildProcess -Wait | Should -Match '^\d+\.'
    }

    It 'runs a script file in its folder' {
        $path = Join-Path $TestDrive 'a script.ps1'
        Set-Content $path 'param($A) "$A $(Split-Path $PSScriptRoot -Leaf)"'
        Start-ChildProcess -FilePath $path -ArgumentList 1 | Receive-ChildProcess -Wait | Should -Be "1 $(Split-Path $TestDrive -Leaf)"
    }

    It 'runs the method Run of a class' {
        $definition = {
            class Worker {
                [string] $Name
                [int] $Times
                Worker([string] $name) { $this.Name = $name }
                [string] Run() { return $this.Name * $this.Times }
            }
        }
        Start-ChildProcess -ClassName Worker -Definition $definition -ArgumentList 'ab' -Property @{ Times = 2 } | Receive-ChildProcess -Wait | Should -Be 'abab'
        { Start-ChildProcess -ClassName Nobody -Definition $definition } | Should -Throw -ErrorId 'ClassNotFound,*'
        { Start-ChildProcess -ClassName Idle -Definition 'class Idle { }' } | Should -Throw -ErrorId 'RunMethodMissing,*'
    }

    It 'refuses <Id>' -ForEach @(
        @{ Id = 'ProgramNotFound'; Arguments = @{ FilePath = 'no-such-program-anywhere' } }
        @{ Id = 'WorkingDirectoryMissing'; Arguments = @{ ScriptBlock = { }; WorkingDirectory = (Join-Path ([IO.Path]::GetTempPath()) 'no-such-folder') } }
        @{ Id = 'PowerShellNotFound'; Arguments = @{ ScriptBlock = { }; PowerShellPath = (Join-Path ([IO.Path]::GetTempPath()) 'no-such-pwsh') } }
        @{ Id = 'ArgumentNotSerializable'; Arguments = @{ ScriptBlock = { }; ArgumentList = [Threading.Thread]::CurrentThread } }
        @{ Id = 'InvalidArgument'; Arguments = @{ ScriptBlock = { }; Variable = 'noSuchVariable' } }
    ) {
        { Start-ChildProcess @Arguments } | Should -Throw -ErrorId "$Id,*"
        Get-ChildProcess | Should -BeNullOrEmpty
    }

    It 'starts nothing with -WhatIf' {
        Start-ChildProcess { } -WhatIf
        Get-ChildProcess | Should -BeNullOrEmpty
    }

    It 'runs -OnCompleted when the child has ended' {
        $ended = [Collections.Concurrent.BlockingCollection[string]]::new()
        $null = Start-ChildProcess { exit 3 } -OnCompleted { ($using:ended).Add("$($_.State) $($_.ExitCode)") }
        $text = $null
        $ended.TryTake([ref] $text, 30000) | Should -BeTrue
        $text | Should -Be 'Failed 3'
    }
}

Describe 'Wait-ChildProcess' {
    AfterEach {
        Get-ChildProcess | Remove-ChildProcess -Force
    }

    It 'joins in the order given, or in that of the ends' {
        $gate = Join-Path $TestDrive gate
        $children = $gate, '' | Start-ChildProcess { while ($_ -and -not [IO.File]::Exists($_)) { Start-Sleep -Milliseconds 20 } }
        ($children | Wait-ChildProcess -Any).Id | Should -Be $children[1].Id
        Set-Content $gate open
        ($children | Wait-ChildProcess -AsCompleted).Id | Should -Be $children[1].Id, $children[0].Id
        ($children | Wait-ChildProcess).Id | Should -Be $children.Id
    }

    It 'tells who is late, and stops them if told to' {
        $child = Start-ChildProcess { Start-Sleep 600 }
        { $child | Wait-ChildProcess -TimeoutSeconds 0.2 -ErrorAction Stop } | Should -Throw -ErrorId 'TimedOut,*'
        $child.IsAlive | Should -BeTrue
        $child | Wait-ChildProcess -TimeoutSeconds 0.2 -StopOnTimeout -IncludeDescendant -ErrorAction SilentlyContinue | Should -Be $child
        $child.State | Should -Be 'Stopped'
    }
}

Describe 'Receive-ChildProcess' {
    AfterEach {
        Get-ChildProcess | Remove-ChildProcess -Force
    }

    It 'gets all streams as they were written' {
        $child = Start-ChildProcess { 'one'; Write-Warning 'two'; Write-Error 'three'; Write-Verbose 'four' -Verbose; Write-Information 'five'; Write-Host 'six'; 'seven' }
        $records = $child | Receive-ChildProcess -Wait -AsRecord
        $records.Stream | Should -Be Output, Warning, Error, Verbose, Information, Information, Output
        "$($records.Value)" | Should -Be 'one two three four five six seven'
        $records.Sequence | Should -Be (1..7)
    }

    It 'loses nothing under Select-Object -First, and keeps what it is told to' {
        $child = Start-ChildProcess { 1..5 } | Wait-ChildProcess
        $child | Receive-ChildProcess -Keep | Should -Be (1..5)
        $child | Receive-ChildProcess | Select-Object -First 2 | Should -Be 1, 2
        $child.HasMoreData | Should -BeTrue
        $child | Receive-ChildProcess -AutoRemove | Should -Be 3, 4, 5
        Get-ChildProcess | Should -BeNullOrEmpty
    }

    It 'leaves the streams it was not asked for' {
        $child = Start-ChildProcess { 'out'; Write-Warning 'warned' } | Wait-ChildProcess
        $child | Receive-ChildProcess -Stream Warning -WarningVariable warned -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $warned | Should -Be 'warned'
        $child | Receive-ChildProcess | Should -Be 'out'
    }

    It 'tells once that a script threw' {
        $child = Start-ChildProcess { throw 'boom' } | Wait-ChildProcess
        { $child | Receive-ChildProcess -ErrorAction Stop } | Should -Throw -ErrorId 'ScriptFailed,*' -ExpectedMessage '*boom*'
        { $child | Receive-ChildProcess -ErrorAction Stop } | Should -Not -Throw
    }
}

Describe 'Send-ChildProcess' {
    It 'feeds a running script' {
        $child = Start-ChildProcess { process { "got $($_.Name)" } }
        [pscustomobject]@{ Name = 'a' }, [pscustomobject]@{ Name = 'b' } | Send-ChildProcess $child -EndInput
        $child | Receive-ChildProcess -Wait -AutoRemove | Should -Be 'got a', 'got b'
        { 'x' | Send-ChildProcess $child -ErrorAction Stop } | Should -Throw -ErrorId 'HandleClosed,*'
    }
}

Describe 'Invoke-ChildProcess' {
    It 'hands on output and tells a failure' {
        Invoke-ChildProcess { 'out'; exit 4 } -ErrorVariable failed -ErrorAction SilentlyContinue | Should -Be 'out'
        $failed.FullyQualifiedErrorId | Should -BeLike 'ExitCodeNotZero,*'
    }

    It 'tells everything with -Detailed' {
        $result = Invoke-ChildProcess -FilePath $dotnet -ArgumentList 'no-such-command' -Detailed
        $result | Should -BeOfType PSNetConcurrency.ChildProcessResult
        $result.Success | Should -BeFalse
        $result.ExitCode | Should -Not -Be 0
        ($result.StandardOutput + $result.StandardError) | Should -Match 'no-such-command'
        $result.Duration | Should -BeGreaterThan ([timespan]::Zero)
    }

    It 'ends what takes too long' {
        (Invoke-ChildProcess { Start-Sleep 600 } -TimeoutSeconds 1 -Detailed).TimedOut | Should -BeTrue
    }

    It 'sets $LASTEXITCODE of a program' {
        $global:LASTEXITCODE = 99
        $null = Invoke-ChildProcess -FilePath $dotnet -ArgumentList '--version'
        $LASTEXITCODE | Should -Be 0
    }
}

Describe 'Get-, Test-, Stop- and Remove-ChildProcess' {
    AfterEach {
        Get-ChildProcess | Remove-ChildProcess -Force
    }

    It 'finds by id, name, state and kind' {
        $child = Start-ChildProcess { Start-Sleep 600 } -Name Sleeper
        (Get-ChildProcess -Name Sleep*).Id | Should -Be $child.Id
        (Get-ChildProcess -Id $child.Id).Name | Should -Be 'Sleeper'
        (Get-ChildProcess -State Running -Kind ScriptBlock).Id | Should -Be $child.Id
        Get-ChildProcess -State Completed | Should -BeNullOrEmpty
        { Get-ChildProcess -Id 987654 -ErrorAction Stop } | Should -Throw -ErrorId 'HandleNotFound,*'
    }

    It 'tells who is alive, and stops to the word' {
        $child = Start-ChildProcess { Start-Sleep 600 }
        $child | Test-ChildProcess | Should -BeTrue
        $child | Stop-ChildProcess -WhatIf
        $child | Test-ChildProcess | Should -BeTrue
        $child | Stop-ChildProcess -GracePeriodSeconds 1
        $child.IsAlive | Should -BeFalse
        $child | Test-ChildProcess | Should -BeFalse
        $child.State | Should -Be 'Stopped'
        Test-ChildProcess -Name 'no such' | Should -BeFalse
    }

    It 'kills a tree at once' {
        $child = Start-ChildProcess { (Start-Process -FilePath (Get-Process -Id $PID).Path -ArgumentList '-NoProfile', '-Command', 'Start-Sleep 600' -PassThru).Id; Start-Sleep 600 }
        $below = $child | Receive-ChildProcess -Wait | Select-Object -First 1
        $child | Stop-ChildProcess -Force -IncludeDescendant
        Test-Running $below | Should -BeFalse
    }

    It 'removes what has ended, and with -Force what runs' {
        $child = Start-ChildProcess { Start-Sleep 600 }
        { $child | Remove-ChildProcess -ErrorAction Stop } | Should -Throw -ErrorId 'StillRunning,*'
        $child | Remove-ChildProcess -Force
        Get-ChildProcess | Should -BeNullOrEmpty
        $child.IsAlive | Should -BeFalse
    }

    It 'completes ids and names' {
        $child = Start-ChildProcess { Start-Sleep 600 } -Name Completed
        (TabExpansion2 'Stop-ChildProcess -Name Comp').CompletionMatches.CompletionText | Should -Contain 'Completed'
        (TabExpansion2 'Stop-ChildProcess -Id ').CompletionMatches.CompletionText | Should -Contain "$($child.Id)"
    }
}

Describe 'The end of the module' {
    It 'ends its children' {
        $id = (Start-ChildProcess { Start-Sleep 600 }).ProcessId
        Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force
        Test-Running $id | Should -BeFalse
    }
}
