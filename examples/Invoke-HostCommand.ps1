<#
.SYNOPSIS
    Runs a command on many hosts at once, with a time limit for each, and reports how each fared.
.DESCRIPTION
    Hosts whose port does not answer are told apart at once. On the others the command is started through ssh, or any
    other launcher, so many at a time; one that hangs is ended when its time is up and holds nobody up. Each host is a
    row: its state, how long it took, and what it said; StandardOutput, StandardError and ExitCode have all of it.

    The exit code is the number of hosts on which the command did not succeed, and 100 at most.
.PARAMETER ComputerName
    The hosts, as the launcher knows them. They may come from the pipeline.
.PARAMETER Command
    The command, for the shell of the other host.
.PARAMETER Via
    The program that carries the command to a host, and its arguments; the host and the command are added to them.
.PARAMETER Port
    The port that must be open on a host before anything is started; 0 does not look.
.PARAMETER TimeoutSeconds
    How long the command may take on a host.
.PARAMETER ThrottleLimit
    How many hosts are at work at once.
.PARAMETER Local
    Tries it: a shell of this machine plays each host, and has its name in HOSTNAME.
.EXAMPLE
    ./Invoke-HostCommand.ps1 -Local -Command 'echo I am $HOSTNAME'

    Tries it with twenty hosts that do not exist. (On Windows: 'echo I am %HOSTNAME%'.)
.EXAMPLE
    [IO.File]::ReadAllLines('hosts.txt') | ./Invoke-HostCommand.ps1 -Command 'uptime' -TimeoutSeconds 10 | Export-Csv report.csv

    The hosts from a file, the report into another.
.EXAMPLE
    1..20 | ForEach-Object { "web$_" } | ./Invoke-HostCommand.ps1 -Command 'systemctl is-active nginx' | Where-Object State -ne Completed

    Only where it did not succeed.
.EXAMPLE
    'pod-a', 'pod-b' | ./Invoke-HostCommand.ps1 -Via kubectl, exec -Port 0 -Command '--', 'date'

    Through another launcher.
#>
[CmdletBinding(DefaultParameterSetName = 'Host')]
param(
    [Parameter(ParameterSetName = 'Host', Mandatory, Position = 0, ValueFromPipeline)]
    [Parameter(ParameterSetName = 'Local', Position = 0)]
    [string[]] $ComputerName = @(1..20 | ForEach-Object { 'trial{0:00}' -f $_ }),

    [Parameter(Mandatory, Position = 1)]
    [string[]] $Command,

    [Parameter(ParameterSetName = 'Host')]
    [string[]] $Via = @('ssh', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5'),

    [Parameter(ParameterSetName = 'Host')]
    [ValidateRange(0, 65535)]
    [int] $Port = 22,

    [ValidateRange(0.1, 86400)]
    [double] $TimeoutSeconds = 30,

    [ValidateRange(1, 1000)]
    [int] $ThrottleLimit = 20,

    [Parameter(ParameterSetName = 'Local', Mandatory)]
    [switch] $Local
)

begin {
    if (-not (Get-Module -Name PSNetConcurrency)) {
        Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', 'PSNetConcurrency.psd1'))
    }
    Import-Module ([IO.Path]::Combine($PSScriptRoot, 'Examples.psd1'))

    function New-Row([string] $name, [string] $state, [timespan] $duration, [string] $output, [object] $result) {
        [pscustomobject]@{
            PSTypeName     = 'PSNetConcurrency.Example.HostResult'
            ComputerName   = $name
            State          = $state
            Duration       = $duration
            Output         = $output.Trim().Split("`n")[0].TrimEnd()
            ExitCode       = $result.ExitCode
            Signal         = $result.Signal
            StandardOutput = $result.StandardOutput
            StandardError  = $result.StandardError
        }
    }

    $names = [Collections.Generic.List[string]]::new()
}

process {
    # pwsh -File hands "a,b" over as one string.
    $names.AddRange([string[]] $ComputerName.ForEach{ $_.Split(',', [StringSplitOptions] 'RemoveEmptyEntries, TrimEntries') })
}

end {
    $failed = 0
    $reachable = @($names)
    if ($Port -and -not $Local) {
        $tests = @(Test-TcpPort -ComputerName $names -Port $Port -TimeoutSeconds ([Math]::Min(5, $TimeoutSeconds)))
        foreach ($test in $tests.Where{ -not $_.IsOpen }) {
            $failed++
            New-Row $test.ComputerName 'Unreachable' ([timespan]::Zero) "Port ${Port}: $($test.State)"
        }
        $reachable = @($tests.Where{ $_.IsOpen }.ComputerName)
    }

    # One argument that differs: the block makes it of the host that is piped.
    $words = if (-not $Local) { $Via + { $_ } + $Command }
    elseif ($IsWindows) { 'cmd', '/d', '/c', { "set HOSTNAME=$_&$Command" } }
    else { 'sh', '-c', { "HOSTNAME=$_; $Command" } }

    # Rows come as the hosts are done, the quickest first.
    $reachable.Where{ $_ } | Invoke-ChildProcess -FilePath $words[0] -ArgumentList $words[1..($words.Count - 1)] -TimeoutSeconds $TimeoutSeconds -ThrottleLimit $ThrottleLimit -Detailed | ForEach-Object {
        if (-not $_.Success) {
            $failed++
        }
        New-Row $_.Item $_.State $_.Duration ($_.StandardOutput, $_.StandardError).Where({ $_ }, 'First')[0] $_
    }
    $Host.UI.WriteLine("$($names.Count - $failed) of $($names.Count) hosts succeeded.")
    exit [Math]::Min($failed, 100)
}
