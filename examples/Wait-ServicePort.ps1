<#
.SYNOPSIS
    Waits until all services are up, for a deployment or a test to begin, and says which are not.
.DESCRIPTION
    All the ports have the same deadline together. Each is a row, with when it was found open. The exit code is 0 when
    all are, and 1 otherwise, so that what follows can hang on it.
.PARAMETER EndPoint
    The ports, as host:port; port alone is one of this machine. IPv6 addresses stand in brackets.
.PARAMETER TimeoutSeconds
    How long to wait for all of them together.
.PARAMETER Closed
    Waits until they are closed instead: that services have really ended.
.EXAMPLE
    ./Wait-ServicePort.ps1 db.example.com:5432, cache.example.com:6379, 8080 -TimeoutSeconds 120
.EXAMPLE
    pwsh -File Wait-ServicePort.ps1 5432,6379 && ./run-migrations.sh

    From a shell or a CI job.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory, Position = 0)]
    [string[]] $EndPoint,

    [ValidateRange(0.1, 86400)]
    [double] $TimeoutSeconds = 60,

    [switch] $Closed
)

if (-not (Get-Module -Name PSNetConcurrency)) {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', 'PSNetConcurrency.psd1'))
}
Import-Module ([IO.Path]::Combine($PSScriptRoot, 'Examples.psd1'))

# pwsh -File hands "a,b" over as one string.
$services = foreach ($text in $EndPoint.ForEach{ $_.Split(',', [StringSplitOptions] 'RemoveEmptyEntries, TrimEntries') }) {
    if ($text -notmatch '^(?:(?:\[(?<v6>[^]]+)\]|(?<name>[^:]+)):)?(?<port>\d{1,5})$' -or [int] $Matches.port -notin 1..65535) {
        throw "'$text' is no host:port. Write db.example.com:5432, [::1]:5432, or 5432 for this machine."
    }
    [pscustomobject]@{
        EndPoint     = $text
        ComputerName = if ($Matches.v6) { $Matches.v6 } elseif ($Matches.name) { $Matches.name } else { 'localhost' }
        Port         = [int] $Matches.port
    }
}

$state = if ($Closed) { 'Closed' } else { 'Open' }
$watch = [Diagnostics.Stopwatch]::StartNew()
$ready = 0
foreach ($service in $services) {
    # The deadline is one for all. A port whose turn comes after it is looked at once more.
    $left = [Math]::Max(0.1, $TimeoutSeconds - $watch.Elapsed.TotalSeconds)
    $done = $service | Wait-TcpPort -State $state -TimeoutSeconds $left -Quiet
    if ($done) {
        $ready++
    }
    [pscustomobject]@{
        PSTypeName = 'PSNetConcurrency.Example.PortState'
        EndPoint   = $service.EndPoint
        Wanted     = $state
        Ready      = $done
        Elapsed    = $watch.Elapsed
    }
}
$Host.UI.WriteLine("$ready of $(@($services).Count) $($state.ToLowerInvariant()) after $($watch.Elapsed.TotalSeconds.ToString('0.0')) s.")
exit [int] ($ready -lt @($services).Count)
