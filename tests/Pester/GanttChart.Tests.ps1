# Gantt charts: what is taken, what is drawn, and that no name breaks out of it.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force
    $bars = [pscustomobject]@{ Lane = 'CPU 0'; Label = 'P1'; Start = 0; End = 4 },
        [pscustomobject]@{ Lane = 'CPU 0'; Label = 'switch'; Start = 4; End = 5; IsOverhead = $true },
        [pscustomobject]@{ Lane = 'CPU 0'; Label = 'P2'; Start = 5; End = 8 }
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'ConvertTo-GanttChart' {
    It 'draws the bars that come as one chart' {
        $lines = ($bars | ConvertTo-GanttChart -Width 40 -Ascii -NoColor).Split("`n")
        $lines[0] | Should -Be 'CPU 0 ###### P1 #######////==== P2 ===='
        $lines[-1] | Should -Be '# P1  = P2  / overhead'
    }

    It 'draws each result as a chart, also one that came from a file' {
        $result = Measure-JoinStrategy -DurationSeconds 0.2, 0 -Strategy Serial
        $path = [IO.Path]::Combine($TestDrive, 'result.xml')
        $result | Export-Clixml -Path $path
        $result, (Import-Clixml -Path $path) | ConvertTo-GanttChart -Width 60 | Should -HaveCount 2
        Import-Clixml -Path $path | ConvertTo-GanttChart -Width 60 | Should -Be ($result | ConvertTo-GanttChart -Width 60)
    }

    It 'draws what other jobs have' -Skip:(-not (Get-Command Start-ThreadJob -ErrorAction Ignore)) {
        $job = Start-ThreadJob -Name 'thread' { 1 }
        $null = $job | Wait-Job
        $job | ConvertTo-GanttChart -Width 60 -NoColor | Should -Match '^thread '
        $job | Remove-Job
    }

    It 'is XML whatever names are in it' {
        $hostile = [pscustomobject]@{ Lane = '</svg><script>'; Label = "`"'&]]>"; Start = 0; End = 1 }
        { [xml]($hostile | ConvertTo-GanttChart -Format Svg -Title '<!--') } | Should -Not -Throw
        $hostile | ConvertTo-GanttChart -Format Html | Should -Not -Match '<script'
        $hostile | ConvertTo-GanttChart -Format Mermaid | Should -Match 'section ‹/svg›'
    }

    It 'is one page for all charts' {
        $results = [pscustomobject]@{ Policy = 'A'; Gantt = $bars }, [pscustomobject]@{ Policy = 'B'; Timeline = $bars }
        $page = $results | ConvertTo-GanttChart -Format Html
        $page | Should -HaveCount 1
        $page | Should -Match '(?s)<h2>A</h2>.*<h2>B</h2>'
    }

    It 'says what it can not draw' {
        { 1 | ConvertTo-GanttChart -ErrorAction Stop } | Should -Throw -ErrorId 'NotChartable,*'
        { $bars | ConvertTo-GanttChart -Format Svg -Width 100 } | Should -Throw -ErrorId 'InvalidArgument,*'
    }
}
