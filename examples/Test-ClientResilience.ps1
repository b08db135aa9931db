<#
.SYNOPSIS
    Puts a client script through the faults that networks have, and reports which it survives.
.DESCRIPTION
    The client runs once for each drill, as a process of its own, against the server behind a proxy that does the harm.
    What it returns is compared with what it returned on a good network:

    Survived  the same as on a good network
    Failed    it ended with an error: where the connection breaks, that is what it should do
    Wrong     it ended well, with something else: it took damage for data
    Hung      it was ended when its time was up

    The exit code is the number of drills that ended Wrong or Hung.
.PARAMETER Client
    The client: a script block that takes the host and the port.
.PARAMETER ComputerName
    The server's host.
.PARAMETER Port
    The server's port.
.PARAMETER Local
    Tries it with a server on this machine; without -Client also with a client, that is not as good as it looks.
.PARAMETER Drill
    Which faults, out of all.
.PARAMETER BreakAfterBytes
    After how many bytes of the answer it breaks, in Close, Reset and Stall.
.PARAMETER TimeoutSeconds
    How long the client may take.
.EXAMPLE
    ./Test-ClientResilience.ps1 -Local
.EXAMPLE
    ./Test-ClientResilience.ps1 { param($h, $p) & ./Get-Order.ps1 -Server $h -Port $p } orders.test.example.com 9000
#>
[CmdletBinding(DefaultParameterSetName = 'Host')]
param(
    [Parameter(ParameterSetName = 'Host', Mandatory, Position = 0)]
    [Parameter(ParameterSetName = 'Local', Position = 0)]
    [scriptblock] $Client = {
        param($ComputerName, $Port)
        $ErrorActionPreference = 'Stop'
        $socket = [Net.Sockets.TcpClient]::new($ComputerName, $Port)
        $stream = $socket.GetStream()
        $stream.Write([Text.Encoding]::ASCII.GetBytes("GET answer`n"))
        # Its mistake: it takes one read for the whole answer.
        $buffer = [byte[]]::new(4096)
        [Text.Encoding]::ASCII.GetString($buffer, 0, $stream.Read($buffer)).TrimEnd()
    },

    [Parameter(ParameterSetName = 'Host', Mandatory, Position = 1)]
    [string] $ComputerName,

    [Parameter(ParameterSetName = 'Host', Mandatory, Position = 2)]
    [ValidateRange(1, 65535)]
    [int] $Port,

    [Parameter(ParameterSetName = 'Local', Mandatory)]
    [switch] $Local,

    [ValidateSet('Latency', 'Slices', 'Corruption', 'Close', 'Reset', 'Stall', 'Refused')]
    [string[]] $Drill = @('Latency', 'Slices', 'Corruption', 'Close', 'Reset', 'Stall', 'Refused'),

    [ValidateRange(0, 1e9)]
    [long] $BreakAfterBytes = 5,

    [ValidateRange(1, 3600)]
    [double] $TimeoutSeconds = 10
)

if (-not (Get-Module -Name PSNetConcurrency)) {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', 'PSNetConcurrency.psd1'))
}
Import-Module ([IO.Path]::Combine($PSScriptRoot, 'Examples.psd1'))

# What each drill does to the answers of the server.
$faults = @{
    Latency    = @{ LatencyMilliseconds = 300; JitterMilliseconds = 100 }
    Slices     = @{ SliceSize = 1; LatencyMilliseconds = 5 }
    Corruption = @{ CorruptRate = 0.2 }
    Close      = @{ CloseAfterBytes = $BreakAfterBytes }
    Reset      = @{ ResetAfterBytes = $BreakAfterBytes }
    Stall      = @{ StallAfterBytes = $BreakAfterBytes }
}

$listeners = [Collections.Generic.List[object]]::new()
$pool = $good = $null
$bad = 0
try {
    if ($Local) {
        $server = Start-TcpServer -FrameFormat Line { 'The answer is 42, and was so all along.' }
        $listeners.Add($server)
        $ComputerName, $Port = $server.ComputerName, $server.Port
    }
    # Started ahead, so that the time a PowerShell takes to start is not taken for the client's.
    $pool = New-ChildProcessPool -Size 2 -Wait
    foreach ($name in @('Good') + $Drill) {
        $target = if ($name -eq 'Good') { [pscustomobject]@{ ComputerName = $ComputerName; Port = $Port } }
        elseif ($name -eq 'Refused') { [pscustomobject]@{ ComputerName = '127.0.0.1'; Port = Get-AvailablePort } }
        else {
            $fault = $faults[$name]
            Start-TcpFaultProxy $ComputerName $Port -Direction ServerToClient -Seed 1 @fault
        }
        if ($target -is [PSNetConcurrency.NetListener]) {
            $listeners.Add($target)
        }
        $run = Invoke-ChildProcess $Client -ArgumentList $target.ComputerName, $target.Port -Pool $pool -TimeoutSeconds $TimeoutSeconds -Detailed
        if ($name -eq 'Good') {
            if (-not $run.Success) {
                throw "The client does not work on a good network either: $($run.Failure.Message)"
            }
            $good = $run.StandardOutput
            continue
        }
        $outcome = if ($run.TimedOut) { 'Hung' } elseif (-not $run.Success) { 'Failed' } elseif ($run.StandardOutput -cne $good) { 'Wrong' } else { 'Survived' }
        if ($outcome -in 'Wrong', 'Hung') {
            $bad++
        }
        [pscustomobject]@{
            PSTypeName = 'PSNetConcurrency.Example.DrillResult'
            Drill      = $name
            Outcome    = $outcome
            Duration   = $run.Duration
            Detail     = if ($outcome -eq 'Wrong') { "It returned '$($run.StandardOutput)'." } elseif ($outcome -ne 'Survived') { $run.Failure.Message }
        }
    }
}
finally {
    $pool | Remove-ChildProcessPool
    $listeners | Stop-NetListener -Force
}
$Host.UI.WriteLine($(if ($bad) { "$bad of $($Drill.Count) drills ended badly." } else { "It came through $($Drill.Count) drills." }))
exit $bad
