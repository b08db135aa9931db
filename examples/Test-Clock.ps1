<#
.SYNOPSIS
    Audits this machine's clock against several time servers, and the servers against each other.
.DESCRIPTION
    Asks each server several times, finds the offset on which a majority agrees, and says of each server what it is worth:

    Reference    agrees, and its answer is the most exact
    Agrees       is one of the majority
    Outlier      agrees, but scatters more than the others
    Falseticker  contradicts the majority: its time is wrong
    Unusable     did not answer, or not with a time
    Unknown      there is no majority to judge it by

    The last line and the exit code are for monitoring, as Nagios has them:
    0 OK        the clock is within -MaximumOffset, and all servers agree
    1 WARNING   the clock is, but a server lies or can't be used
    2 CRITICAL  the clock is wrong
    3 UNKNOWN   the servers do not agree, or too few answered
.PARAMETER ComputerName
    The time servers. Three servers expose one liar; a fourth keeps a majority when one does not answer.
.PARAMETER Port
    Their port.
.PARAMETER MaximumOffset
    How far the clock may be off, such as 50ms or 2s.
.PARAMETER Count
    How many times each server is asked.
.PARAMETER Local
    Tries it with five servers on this machine, of which one is ninety seconds ahead and one refuses.
.EXAMPLE
    ./Test-Clock.ps1 -Local
.EXAMPLE
    ./Test-Clock.ps1 ntp1.example.com, ntp2.example.com, ntp3.example.com, ntp4.example.com -MaximumOffset 20ms
.EXAMPLE
    pwsh -NoProfile -File Test-Clock.ps1

    As a check of a monitoring system, with the servers of the NTP pool.
#>
[CmdletBinding(DefaultParameterSetName = 'Host')]
param(
    [Parameter(ParameterSetName = 'Host', Position = 0)]
    [string[]] $ComputerName = @('0.pool.ntp.org', '1.pool.ntp.org', '2.pool.ntp.org', '3.pool.ntp.org'),

    [Parameter(ParameterSetName = 'Host')]
    [ValidateRange(1, 65535)]
    [int] $Port = 123,

    # A duration such as 100ms: the cmdlet that it is for reads it.
    [object] $MaximumOffset = '100ms',

    [ValidateRange(1, 64)]
    [int] $Count = 4,

    [Parameter(ParameterSetName = 'Local', Mandatory)]
    [switch] $Local
)

if (-not (Get-Module -Name PSNetConcurrency)) {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', 'PSNetConcurrency.psd1'))
}
Import-Module ([IO.Path]::Combine($PSScriptRoot, 'Examples.psd1'))

# pwsh -File hands "a,b" over as one string.
$servers = @($ComputerName.ForEach{ $_.Split(',', [StringSplitOptions] 'RemoveEmptyEntries, TrimEntries') } | ForEach-Object { [pscustomobject]@{ ComputerName = $_; Port = $Port } })
$started = @()
try {
    if ($Local) {
        $started = @(1..3 | ForEach-Object { Start-TimeServer -Stratum 2 }) + (Start-TimeServer -Offset 90s) + (Start-TimeServer -KissCode DENY)
        $servers = $started
    }
    $times = @($servers | Get-NetworkTime -Count $Count)
}
finally {
    $started | Stop-NetListener
}

$test = $reference = $problem = $null
try {
    $test = $times | Test-ClockOffset -MaximumOffset $MaximumOffset -ErrorAction Stop
    $problem = $test.Problem
    $reference = ($times | Select-TimeReference -Lowest Distance -ErrorAction Stop).Reference
}
catch {
    # No majority, or no answer: nothing is known, and that is for certain.
    $problem = $_.Exception.Message
}
$clock = $test.Measurement

$doubtful = [Collections.Generic.List[string]]::new()
foreach ($time in $times) {
    $name = "$($time.ComputerName):$($time.Port)"
    $is = { $args[0].Where{ $_.ComputerName -eq $time.ComputerName -and $_.Port -eq $time.Port } }
    $verdict, $why = if (-not $time.IsUsable) { 'Unusable', ($time.Problem -join ' ') }
    elseif (-not $clock) { 'Unknown', '' }
    elseif ($liar = $clock.Falseticker.Where{ $_.Server -eq $time.ComputerName -and $_.Port -eq $time.Port }) { 'Falseticker', $liar[0].Reason }
    elseif (& $is $clock.Outlier) { 'Outlier', '' }
    elseif (& $is $reference) { 'Reference', '' }
    else { 'Agrees', '' }
    if ($verdict -in 'Unusable', 'Falseticker') {
        $doubtful.Add($(if ($verdict -eq 'Unusable') { "$name can't be used" } else { "$name lies" }))
    }
    [pscustomobject]@{
        PSTypeName = 'PSNetConcurrency.Example.TimeSource'
        Server     = $name
        Offset     = $time.Offset
        Verdict    = $verdict
        Reason     = $why
    }
}

$state, $exitCode = if (-not $clock) { 'UNKNOWN', 3 }
elseif (-not $test.IsWithin) { 'CRITICAL', 2 }
elseif ($doubtful) { 'WARNING', 1 }
else { 'OK', 0 }
$said = if ($clock) { @("the clock is off by $('{0:+0.000;-0.000;0.000} ms' -f -$clock.Offset.TotalMilliseconds), by $($clock.Survivor.Count) of $($times.Count) servers") + $doubtful } else { $problem }
$Host.UI.WriteLine("CLOCK ${state}: " + ($said -join '; '))
exit $exitCode
