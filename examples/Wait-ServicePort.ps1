<#
.SYNOPSIS
    Waits until all services are up, for a deployment or a test to begin, and says which are not.
.DESCRIPTION
    All the ports are tried at once, and again until each has been found open or the time is up. Each is a row, as soon as
    it is found open and with when that was; last come those that never were. The exit code is 0 when all are open, and 1
    otherwise, so that what follows can hang on it.
.PARAMETER EndPoint
    The ports, as host:port; port alone is one of this machine. IPv6 addresses stand in brackets.
.PARAMETER TimeoutSeconds
    How long to wait for all of them together. A try that has begun by then ends within a second.
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
$left = [Collections.Generic.List[object]]::new(@($services))

function New-Row([object] $service, [bool] $ready) {
    [pscustomobject]@{
        PSTypeName = 'PSNetConcurrency.Example.PortState'
        EndPoint   = $service.EndPoint
        Wanted     = $state
        Ready      = $ready
        Elapsed    = $watch.Elapsed
    }
}

# At once at first, then with pauses that grow to a second.
for ($pause = 20; ; $pause = [Math]::Min(2 * $pause, 1000)) {
    # Nothing shorter than a second, however little is left: a port that is only far away would pass for a closed one.
    $seconds = [Math]::Clamp($TimeoutSeconds - $watch.Elapsed.TotalSeconds, 1, 3)
    $left.ToArray() | Test-TcpPort -TimeoutSeconds $seconds | Where-Object { $_.IsOpen -ne $Closed.IsPresent } | ForEach-Object {
        $test = $_
        $index = $left.FindIndex({ $args[0].ComputerName -eq $test.ComputerName -and $args[0].Port -eq $test.Port })
        New-Row $left[$index] $true
        $left.RemoveAt($index)
        $ready++
    }
    $rest = $TimeoutSeconds * 1000 - $watch.ElapsedMilliseconds
    if (-not $left.Count -or $rest -le 0) {
        break
    }
    [Threading.Thread]::Sleep([Math]::Min($pause, $rest))
}
foreach ($service in $left) {
    New-Row $service $false
}
$Host.UI.WriteLine("$ready of $(@($services).Count) $($state.ToLowerInvariant()) after $($watch.Elapsed.TotalSeconds.ToString('0.0')) s.")
exit [int] ($left.Count -gt 0)
