<#
.SYNOPSIS
    Compares scheduling policies for the jobs of a CSV file, and draws what each did.
.DESCRIPTION
    Simulates the jobs under each policy and writes a row for each: how long jobs waited, how soon they were served, how
    often the processor changed hands; the best by -Metric is marked, and a convoy or a starved job is named.

    The CSV file has the columns Name, ArrivalTime, BurstTime, Priority, Ticket, IoEvery, IoTime and Program, of which
    BurstTime or Program is needed. Times are in any unit.
.PARAMETER Path
    The CSV file.
.PARAMETER Policy
    The policies to compare.
.PARAMETER Metric
    What the best is best at.
.PARAMETER Quantum
    How long a job may compute before the next has its turn.
.PARAMETER ContextSwitchCost
    What changing from one job to another costs.
.PARAMETER OutputPath
    Writes charts: of NAME.svg one file a policy, NAME-FCFS.svg and so on; to NAME.html one page with all.
.PARAMETER Unit
    The unit of the times, for the charts.
.EXAMPLE
    ./Compare-JobSchedule.ps1

    The jobs of jobs.csv, beside this script.
.EXAMPLE
    ./Compare-JobSchedule.ps1 jobs.csv -Policy FCFS, RoundRobin, MLFQ -ContextSwitchCost 0.2 -OutputPath schedule.svg -Unit s
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [string] $Path = [IO.Path]::Combine($PSScriptRoot, 'jobs.csv'),

    [string[]] $Policy = @('FCFS', 'SJF', 'SRTF', 'RoundRobin', 'Priority', 'HRRN', 'MLFQ'),

    [ArgumentCompletions('AverageWaiting', 'AverageTurnaround', 'AverageResponse', 'MaxWaiting')]
    [string] $Metric = 'AverageWaiting',

    [ValidateRange(0.001, 1e9)]
    [double] $Quantum = 4,

    [ValidateRange(0, 1e9)]
    [double] $ContextSwitchCost,

    [ValidatePattern('\.(svg|html)$', ErrorMessage = '{0} ends neither in .svg nor in .html.')]
    [string] $OutputPath,

    [ValidateNotNullOrEmpty()]
    [string] $Unit = 'ms'
)

if (-not (Get-Module -Name PSNetConcurrency)) {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', 'PSNetConcurrency.psd1'))
}

$jobs = Import-Csv -LiteralPath $Path
$how = @{ Policy = $Policy; Quantum = $Quantum; ContextSwitchCost = $ContextSwitchCost }
$jobs | Compare-SchedulerPolicy @how -Metric $Metric

if ($OutputPath) {
    $file = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($OutputPath)
    $title = [IO.Path]::GetFileNameWithoutExtension($Path)
    $results = $jobs | Invoke-SchedulerSimulation @how
    if ([IO.Path]::GetExtension($file) -eq '.html') {
        [IO.File]::WriteAllText($file, ($results | ConvertTo-GanttChart -Format Html -SameScale -Unit $Unit -Title $title))
        $Host.UI.WriteLine("The charts are in $file.")
    }
    else {
        foreach ($result in $results) {
            $one = [IO.Path]::ChangeExtension($file, $null).TrimEnd('.') + "-$($result.Policy).svg"
            [IO.File]::WriteAllText($one, ($result | ConvertTo-GanttChart -Format Svg -Unit $Unit -Title "${title}: $($result.Policy)"))
            $Host.UI.WriteLine("The chart is in $one.")
        }
    }
}
