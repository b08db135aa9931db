<#
.SYNOPSIS
    Copies or moves a folder from one host to another, encrypted, and with every file verified.
.DESCRIPTION
    Run it on both hosts. The receiver listens, prints the command to run on the sender, and lists each file that has
    arrived; it ends with Ctrl+C, or with -IdleSeconds when nothing more comes. The sender sends the folder; a file gets
    its name there only when its digest is the sender's.

    A line that breaks is taken up again. When the call is repeated, nothing is sent twice: what had arrived is kept
    (-Resume), and of files that are there already only the parts that differ are sent (-Repair).

    The receiver's certificate is made for the occasion, and the sender pins it. Both must know the same secret.

    The exit code is 0 when every file arrived, and 1 otherwise.
.PARAMETER Path
    The folder to send.
.PARAMETER ComputerName
    The receiving host.
.PARAMETER Port
    The receiver's port; at the receiver 0 is a free one.
.PARAMETER CertificateThumbprint
    The thumbprint that the receiver printed.
.PARAMETER SharedSecret
    What both hosts know. It is asked for where it is not given.
.PARAMETER Receive
    Receives, in -Destination.
.PARAMETER Destination
    The folder to receive in. It is made where it does not exist. With -Local a temporary one without it.
.PARAMETER LocalAddress
    The address to receive on. Without it the receiver is reached from this machine only.
.PARAMETER IdleSeconds
    Ends the receiver when files have come, and no more for so long. Without it, it ends with Ctrl+C.
.PARAMETER Local
    Tries it: sender and receiver on this machine.
.PARAMETER RemoveSource
    Moves: files that were verified are deleted here. Not with -Verify Sample: samples almost never find a single wrong
    byte, and then no good copy would be left.
.PARAMETER Verify
    Full compares digests of the whole files, Slice one for each slice, Sample only samples: faster, and weaker.
.PARAMETER LimitBytesPerSecond
    How fast to send at most. 0 is as fast as it will go.
.EXAMPLE
    ./Copy-VerifiedFolder.ps1 -Local ./docs

    Tries it on this machine.
.EXAMPLE
    ./Copy-VerifiedFolder.ps1 -Receive -Destination /srv/inbox -LocalAddress 0.0.0.0 -Port 9500

    On the receiving host.
.EXAMPLE
    ./Copy-VerifiedFolder.ps1 ./photos backup.example.com 9500 -CertificateThumbprint 5F3A... -LimitBytesPerSecond 5MB

    On the sending host.
#>
[CmdletBinding(DefaultParameterSetName = 'Send')]
param(
    [Parameter(ParameterSetName = 'Send', Mandatory, Position = 0)]
    [Parameter(ParameterSetName = 'Local', Mandatory, Position = 0)]
    [string] $Path,

    [Parameter(ParameterSetName = 'Send', Mandatory, Position = 1)]
    [string] $ComputerName,

    [Parameter(ParameterSetName = 'Send', Mandatory, Position = 2)]
    [Parameter(ParameterSetName = 'Receive')]
    [ValidateRange(0, 65535)]
    [int] $Port,

    [Parameter(ParameterSetName = 'Send', Mandatory)]
    [string] $CertificateThumbprint,

    [Parameter(ParameterSetName = 'Send', Mandatory)]
    [Parameter(ParameterSetName = 'Receive', Mandatory)]
    [securestring] $SharedSecret,

    [Parameter(ParameterSetName = 'Receive', Mandatory)]
    [switch] $Receive,

    [Parameter(ParameterSetName = 'Receive', Mandatory)]
    [Parameter(ParameterSetName = 'Local')]
    [string] $Destination,

    [Parameter(ParameterSetName = 'Receive')]
    [ipaddress] $LocalAddress = [ipaddress]::Loopback,

    [Parameter(ParameterSetName = 'Receive')]
    [double] $IdleSeconds,

    [Parameter(ParameterSetName = 'Local', Mandatory)]
    [switch] $Local,

    [Parameter(ParameterSetName = 'Send')]
    [Parameter(ParameterSetName = 'Local')]
    [switch] $RemoveSource,

    [Parameter(ParameterSetName = 'Send')]
    [Parameter(ParameterSetName = 'Local')]
    [ValidateSet('Full', 'Slice', 'Sample')]
    [string] $Verify = 'Full',

    [Parameter(ParameterSetName = 'Send')]
    [Parameter(ParameterSetName = 'Local')]
    [long] $LimitBytesPerSecond
)

if (-not (Get-Module -Name PSNetConcurrency)) {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', 'PSNetConcurrency.psd1'))
}

# The secret for -Local, where nobody else is to know one.
function New-Secret {
    $secret = [securestring]::new()
    [guid]::NewGuid().ToString().ToCharArray().ForEach{ $secret.AppendChar($_) }
    $secret
}

function Receive-Folder {
    $server = Start-FramedFileServer -Destination $Destination -Conflict Overwrite -SelfSigned -SharedSecret $SharedSecret -LocalAddress $LocalAddress -Port $Port
    try {
        $address = if ($LocalAddress.Equals([ipaddress]::Any) -or $LocalAddress.Equals([ipaddress]::IPv6Any)) { [Net.Dns]::GetHostName() } else { $LocalAddress }
        $Host.UI.WriteLine("Receiving in $Destination. On the other host run:")
        $Host.UI.WriteLine("  ./Copy-VerifiedFolder.ps1 FOLDER $address $($server.Port) -CertificateThumbprint $($server.CertificateThumbprint)")
        if ($IdleSeconds -le 0) {
            $server | Receive-NetListener -Wait | Out-Transfer
            return
        }
        do {
            $came = $server | Wait-NetListener -MessageCount ($server.MessageCount + 1) -TimeoutSeconds $IdleSeconds -ErrorAction Ignore
            $server | Receive-NetListener | Out-Transfer
        } while ($came -or $server.ActiveConnection -or -not $server.MessageCount)
    }
    finally {
        $server | Stop-NetListener
    }
}

# Of what happened at a receiver, the files and the failures.
filter Out-Transfer {
    if ($_.Type -eq 'Message') { $_.Message }
    elseif ($_.Type -eq 'Error') { $PSCmdlet.WriteWarning("$($_.Client): $($_.Error)") }
}

# The folder's files to a receiver that is given as a listener is, by property name.
function Send-Folder([object] $receiver, [securestring] $secret) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $receiver | Send-FramedFile -LiteralPath $source -Recurse -Resume -Repair -Verify $Verify -SharedSecret $secret -LimitBytesPerSecond $LimitBytesPerSecond -ErrorAction Continue -ErrorVariable failed -OutVariable sent
    $files = $sent.Where{ -not $_.IsFolder }
    $bytes = 0L
    $files.ForEach{ $bytes += $_.Length }
    $Host.UI.WriteLine("$($files.Count) files of $($bytes.ToString('N0')) bytes verified in $($watch.Elapsed.TotalSeconds.ToString('0.0')) s, $($failed.Count) failed.")
    if ($RemoveSource) {
        foreach ($file in $files.Where{ $_.Verified }) {
            [IO.File]::Delete($file.Path)
        }
    }
    $script:exitCode = [int] ($failed.Count -gt 0)
}

if ($RemoveSource -and $Verify -eq 'Sample') {
    throw '-RemoveSource deletes only what was compared in whole. Use it with -Verify Full or Slice.'
}
$exitCode = 0
$resolve = { $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($args[0]) }
if ($Path) {
    $source = & $resolve $Path
    if (-not [IO.Directory]::Exists($source)) {
        throw "There is no folder '$source' to send."
    }
}
if ($Destination) {
    $Destination = & $resolve $Destination
    $null = [IO.Directory]::CreateDirectory($Destination)
}

if ($Receive) {
    Receive-Folder
}
elseif ($Local) {
    if (-not $Destination) {
        $Destination = [IO.Directory]::CreateTempSubdirectory('received-').FullName
    }
    $secret = New-Secret
    $server = Start-FramedFileServer -Destination $Destination -Conflict Overwrite -SelfSigned -SharedSecret $secret
    try {
        Send-Folder $server $secret
        $Host.UI.WriteLine("They are in $Destination.")
    }
    finally {
        $server | Stop-NetListener
    }
}
else {
    Send-Folder ([pscustomobject]@{ ComputerName = $ComputerName; Port = $Port; CertificateThumbprint = $CertificateThumbprint }) $SharedSecret
}
exit $exitCode
