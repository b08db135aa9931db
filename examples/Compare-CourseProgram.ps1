<#
.SYNOPSIS
    Runs the programs of the course, in Python, side by side and against the cmdlets, and tells whether they agree.
.DESCRIPTION
    The programs are in the folder course beside this script. Of each topic there is a row: what Python said, what the
    cmdlets said, and whether it is the same. Clients are tried against the servers of the other side, so that a program
    of the course keeps working when its peer is replaced by a cmdlet.

    Without Python the rows have what the cmdlets say. docs/course.md goes through the whole course. The exit code is
    the number of rows that do not agree.
.PARAMETER Topic
    Which topics; wildcards are allowed.
.PARAMETER Python
    The Python 3 program. Empty leaves Python out.
.EXAMPLE
    ./Compare-CourseProgram.ps1
.EXAMPLE
    ./Compare-CourseProgram.ps1 -Topic *file* | Format-List
#>
[CmdletBinding()]
param(
    [Parameter(Position = 0)]
    [SupportsWildcards()]
    [string] $Topic = '*',

    [AllowEmptyString()]
    [string] $Python = $(if ($IsWindows) { 'python' } else { 'python3' })
)

if (-not (Get-Module -Name PSNetConcurrency)) {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', 'PSNetConcurrency.psd1'))
}
Import-Module ([IO.Path]::Combine($PSScriptRoot, 'Examples.psd1'))

if ($Python -and -not (Get-Command -Name $Python -CommandType Application -ErrorAction Ignore)) {
    $Host.UI.WriteLine("There is no $Python here: the programs of the course are left out.")
    $Python = ''
}

# A program of the course to its end, and what it printed.
function Invoke-Course([string] $program, [string[]] $arguments = @()) {
    Invoke-ChildProcess -FilePath $Python -ArgumentList (@([IO.Path]::Combine($PSScriptRoot, 'course', $program)) + $arguments) -TimeoutSeconds 30
}

# A server of the course: it prints its port first, then serves the block, and what else it prints comes last.
function Use-CourseServer([string] $program, [scriptblock] $use, [string[]] $arguments = @()) {
    $server = Start-ChildProcess -FilePath $Python -ArgumentList (@([IO.Path]::Combine($PSScriptRoot, 'course', $program)) + $arguments) -TimeoutSeconds 30
    try {
        $lines = $null
        $server | Receive-ChildProcess -Wait | ForEach-Object {
            # The first line is there while the server runs.
            if (-not $lines) { $lines = @($_); & $use ([int] $_) } else { $_ }
        }
    }
    finally {
        $server | Remove-ChildProcess -Force
    }
}

$folder = [IO.Directory]::CreateTempSubdirectory('course-').FullName
$file = [IO.Path]::Combine($folder, 'lesson.bin')
$bytes = [byte[]]::new(100000)
[Random]::new(1).NextBytes($bytes)
[IO.File]::WriteAllBytes($file, $bytes)
$inbox = [IO.Directory]::CreateDirectory([IO.Path]::Combine($folder, 'inbox')).FullName
$digest = { (Get-FileDigest -LiteralPath $args[0] -Algorithm MD5).Hash.ToLowerInvariant() }

# Of each topic what Python does and what the cmdlets do; where both are in it, each with the other's peer.
$topics = [ordered]@{
    'TCP: our client, each server' = @{
        Python = { Use-CourseServer tcp_server.py { Invoke-TcpExchange 127.0.0.1 $args[0] 'hello' } }
        Ours   = {
            $server = Start-TcpServer { param($Message) $Message.ToUpper() }
            $server | Invoke-TcpExchange -InputObject 'hello'
            $server | Stop-NetListener
        }
    }
    'TCP: each client, our server' = @{
        Python = {
            $server = Start-TcpServer { param($Message) $Message.ToUpper() }
            Invoke-Course tcp_client.py $server.Port, 'hello'
            $server | Stop-NetListener
        }
        Ours   = {
            $server = Start-TcpServer { param($Message) $Message.ToUpper() }
            Invoke-TcpExchange 127.0.0.1 $server.Port 'hello'
            $server | Stop-NetListener
        }
    }
    'UDP: our client, each server' = @{
        Python = { Use-CourseServer udp_server.py { (Invoke-UdpExchange 127.0.0.1 $args[0] 'hello').Text } }
        Ours   = {
            $server = Start-UdpServer { param($Message) $Message.ToUpper() }
            ($server | Invoke-UdpExchange -InputObject 'hello').Text
            $server | Stop-NetListener
        }
    }
    'UDP: each client, our server' = @{
        Python = {
            $server = Start-UdpServer { param($Message) $Message.ToUpper() }
            Invoke-Course udp_client.py $server.Port, 'hello'
            $server | Stop-NetListener
        }
        Ours   = {
            $server = Start-UdpServer { param($Message) $Message.ToUpper() }
            (Invoke-UdpExchange 127.0.0.1 $server.Port 'hello').Text
            $server | Stop-NetListener
        }
    }
    'A file: our sender, each receiver' = @{
        Python = { Use-CourseServer receive_file.py { $null = Send-FramedFile 127.0.0.1 $args[0] $file -Plain } $inbox }
        Ours   = {
            $server = Start-FramedFileServer $inbox -Conflict Overwrite
            $null = $server | Send-FramedFile -Path $file
            & $digest ([IO.Path]::Combine($inbox, 'lesson.bin'))
            $server | Stop-NetListener
        }
    }
    'A file: each sender, our receiver' = @{
        Python = {
            $server = Start-FramedFileServer $inbox -Conflict Overwrite
            Invoke-Course send_file.py $server.Port, $file
            & $digest ([IO.Path]::Combine($inbox, 'lesson.bin'))
            $server | Stop-NetListener
        }
        Ours   = {
            $server = Start-FramedFileServer $inbox -Conflict Overwrite
            $null = $server | Send-FramedFile -Path $file -Plain
            $null = $server | Wait-NetListener -MessageCount 1 -TimeoutSeconds 30
            & $digest ([IO.Path]::Combine($inbox, 'lesson.bin'))
            $server | Stop-NetListener
        }
    }
    'Processes: function, class, join' = @{
        Python = { Invoke-Course process.py }
        Ours   = {
            $n = 100
            $parent = $PID
            $p = Start-ChildProcess -ArgumentList 'egon' {
                param($Name)
                $n = $using:n
                $n = 0
                "$Name runs, child of the parent: $((Get-CurrentProcess).ParentProcessId -eq $using:parent), n = $n"
            } -Module ([IO.Path]::Combine($PSScriptRoot, '..', 'PSNetConcurrency.psd1'))
            $p | Wait-ChildProcess | Receive-ChildProcess
            $q = Start-ChildProcess -ClassName MyProcess -ArgumentList 'alex' -Definition {
                class MyProcess {
                    [string] $Who
                    MyProcess([string] $who) { $this.Who = $who }
                    [string] Run() { return "$($this.Who) runs" }
                }
            }
            $q | Wait-ChildProcess | Receive-ChildProcess
            "parent: n = $n, alive: $(Test-ChildProcess $p), exit code: $($q.ExitCode)"
            $p, $q | Remove-ChildProcess
        }
    }
}

$bad = 0
try {
    foreach ($name in $topics.Keys.Where{ $_ -like $Topic }) {
        $theirs = if ($Python) { @(. $topics[$name].Python) }
        $ours = @(. $topics[$name].Ours)
        $agrees = if ($Python) { "$theirs" -ceq "$ours" }
        if ($agrees -eq $false) {
            $bad++
        }
        [pscustomobject]@{
            PSTypeName       = 'PSNetConcurrency.Example.CourseResult'
            Topic            = $name
            Agrees           = $agrees
            PSNetConcurrency = $ours
            Python           = $theirs
        }
    }
}
finally {
    [IO.Directory]::Delete($folder, $true)
}
exit $bad
