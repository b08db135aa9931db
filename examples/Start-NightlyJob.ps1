<#
.SYNOPSIS
    Runs a script on a fleet of machines every night at the same instant, and keeps a report as CSV.
.DESCRIPTION
    The machines begin together by the clock of time servers, whatever their own clocks say. One that is down, late or
    lost is a row like the others and holds nobody up. Each run is written out, and added to the CSV file.

    It runs until Ctrl+C, or until -Count nights are over. For schedules that outlive a session see Export-FleetSchedule.
.PARAMETER Node
    The machines: hosts that ssh reaches and that have PowerShell 7.4 or later, or PSSessions.
.PARAMETER ScriptBlock
    What to run. The default tells how much room is left where the temporary files are.
.PARAMETER Cron
    When, as crontab has it: minute, hour, day of the month, month, day of the week.
.PARAMETER Reference
    The time servers.
.PARAMETER ReportPath
    The CSV file that runs are added to.
.PARAMETER TimeoutSeconds
    How long a run may take.
.PARAMETER Count
    After how many nights to end; 0 is never.
.PARAMETER Local
    Tries it: two processes on this machine with wrong clocks, once.
.PARAMETER StartSeconds
    In how many seconds the trial begins. With fewer than the processes need to start they are late.
.EXAMPLE
    ./Start-NightlyJob.ps1 -Local -ReportPath report.csv
.EXAMPLE
    ./Start-NightlyJob.ps1 web1, web2, db1 { Get-ChildItem /var/backups | Sort-Object LastWriteTime | Select-Object -Last 1 } -Cron '30 2 * * *' -ReportPath backups.csv
#>
[CmdletBinding(DefaultParameterSetName = 'Fleet')]
param(
    [Parameter(ParameterSetName = 'Fleet', Mandatory, Position = 0)]
    [object[]] $Node,

    [Parameter(Position = 1)]
    [scriptblock] $ScriptBlock = {
        $drive = [IO.DriveInfo]::new([IO.Path]::GetTempPath())
        '{0:0.0} GB free of {1:0.0}' -f ($drive.AvailableFreeSpace / 1GB), ($drive.TotalSize / 1GB)
    },

    [Parameter(ParameterSetName = 'Fleet')]
    [string] $Cron = '0 3 * * *',

    [Parameter(ParameterSetName = 'Fleet')]
    [string[]] $Reference = @('0.pool.ntp.org', '1.pool.ntp.org', '2.pool.ntp.org', '3.pool.ntp.org'),

    [string] $ReportPath = 'nightly.csv',

    [ValidateRange(1, 86400)]
    [double] $TimeoutSeconds = 3600,

    [Parameter(ParameterSetName = 'Fleet')]
    [int] $Count,

    [Parameter(ParameterSetName = 'Local', Mandatory)]
    [switch] $Local,

    [Parameter(ParameterSetName = 'Local')]
    [ValidateRange(0.1, 3600)]
    [double] $StartSeconds = 6
)

if (-not (Get-Module -Name PSNetConcurrency)) {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', 'PSNetConcurrency.psd1'))
}

$started = @()
$schedule = $null
try {
    $when = if ($Local) {
        $started = @(1..3 | ForEach-Object { Start-TimeServer })
        $Node = 'local:00:10:00', 'local:-00:00:02'
        @{ At = [DateTimeOffset]::Now.AddSeconds($StartSeconds) }
    }
    elseif ($Count) { @{ Cron = $Cron; Count = $Count } }
    else { @{ Cron = $Cron } }

    $clocks = if ($Local) { $started } else { $Reference }
    $schedule = Start-FleetSchedule $Node $ScriptBlock @when -Reference $clocks -TimeoutSeconds $TimeoutSeconds -ErrorAction Stop
    $schedule | Receive-FleetRun -Wait | ForEach-Object {
        [pscustomobject]@{
            Node             = "$($_.Node)"
            Scheduled        = $_.Scheduled.ToString('o')
            State            = "$($_.State)"
            SkewMilliseconds = if ($null -ne $_.Skew) { [Math]::Round($_.Skew.TotalMilliseconds, 3) }
            Seconds          = if ($null -ne $_.Duration) { [Math]::Round($_.Duration.TotalSeconds, 3) }
            Output           = $_.Output -join '; '
        } | Export-Csv -LiteralPath $ReportPath -Append
        $_
    }
}
finally {
    if ($schedule) {
        $schedule | Stop-FleetSchedule
    }
    $started | Stop-NetListener
}
