<#
.SYNOPSIS
    Watches how many datagrams a link loses, and draws it as it happens.
.DESCRIPTION
    Sends numbered datagrams to a UDP echo server at a steady pace, and every few seconds writes a row: what was lost,
    how long the others took, and a bar. At the other end any echo server of RFC 862 will do, such as that of
    Start-UdpEchoServer -AnyAddress. Both ways together are measured.

    The exit code is 0, or 1 when more than -MaximumLossPercent was lost in all.
.PARAMETER ComputerName
    The host that echoes.
.PARAMETER Port
    Its port.
.PARAMETER DurationSeconds
    How long to watch.
.PARAMETER SampleSeconds
    How long a row takes.
.PARAMETER IntervalMilliseconds
    How long after one datagram the next is sent.
.PARAMETER PayloadSize
    The bytes of a datagram. Take the size of what the link is to carry: larger ones are lost more easily.
.PARAMETER FullScalePercent
    The loss that fills the whole bar.
.PARAMETER MaximumLossPercent
    How much may be lost in all.
.PARAMETER SvgPath
    Also writes the chart to this file, as SVG.
.PARAMETER Local
    Tries it with a link on this machine that loses to order, in bursts as radio does.
.EXAMPLE
    ./Watch-LinkLoss.ps1 -Local -DurationSeconds 10 -SampleSeconds 1
.EXAMPLE
    ./Watch-LinkLoss.ps1 branch.example.com 7 -PayloadSize 160 -MaximumLossPercent 1 -SvgPath loss.svg

    A minute of datagrams as telephones send them: would this link carry calls?
#>
[CmdletBinding(DefaultParameterSetName = 'Host')]
param(
    [Parameter(ParameterSetName = 'Host', Mandatory, Position = 0)]
    [string] $ComputerName,

    [Parameter(ParameterSetName = 'Host', Position = 1)]
    [ValidateRange(1, 65535)]
    [int] $Port = 7,

    [ValidateRange(0.1, 1e6)]
    [double] $DurationSeconds = 60,

    [ValidateRange(0.1, 3600)]
    [double] $SampleSeconds = 5,

    [ValidateRange(1, 10000)]
    [double] $IntervalMilliseconds = 20,

    [ValidateRange(40, 65507)]
    [int] $PayloadSize = 64,

    [ValidateRange(0.1, 100)]
    [double] $FullScalePercent = 20,

    [ValidateRange(0, 100)]
    [double] $MaximumLossPercent = 100,

    [string] $SvgPath,

    [Parameter(ParameterSetName = 'Local', Mandatory)]
    [switch] $Local
)

if (-not (Get-Module -Name PSNetConcurrency)) {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', 'PSNetConcurrency.psd1'))
}
Import-Module ([IO.Path]::Combine($PSScriptRoot, 'Examples.psd1'))

# A bar in eighths of a character; one that is longer than the scale ends in an arrow.
function Get-Bar([double] $share, [int] $width) {
    $eighths = [int] [Math]::Round([Math]::Min($share, 1) * $width * 8)
    $bar = '█' * [Math]::Floor($eighths / 8)
    if ($share -gt 1) { $bar.Substring(1) + '▶' }
    elseif ($eighths % 8) { $bar + ' ▏▎▍▌▋▊▉'[$eighths % 8] }
    elseif ($share -gt 0 -and -not $bar) { '▏' }
    else { $bar }
}

# A column for each row, with what it says when the pointer is on it.
function Get-Svg([object[]] $rows, [string] $title) {
    $culture = [cultureinfo]::InvariantCulture
    $text = { [Security.SecurityElement]::Escape($args[0]) }
    $step = 600 / $rows.Count
    $worst = [Math]::Max(1, ($rows | ForEach-Object { $most = 0.0 } { $most = [Math]::Max($most, $_.LossPercent) } { $most }))
    $columns = for ($i = 0; $i -lt $rows.Count; $i++) {
        $height = 200 * $rows[$i].LossPercent / $worst
        [string]::Format($culture, '<rect x="{0:0.#}" y="{1:0.#}" width="{2:0.#}" height="{3:0.#}" fill="#d55e00"><title>{4:HH:mm:ss}: {5} of {6} lost</title></rect>',
            60 + $i * $step, 240 - $height, $step * 0.8, $height, $rows[$i].Time, $rows[$i].Lost, $rows[$i].Sent)
    }
    @"
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 280" font-family="sans-serif" font-size="12">
<rect width="680" height="280" fill="white"/>
<text x="60" y="24" font-size="16">$(& $text $title)</text>
<path d="M60 40V240H660" fill="none" stroke="black"/>
<text x="52" y="48" text-anchor="end">$($worst.ToString('0.#', $culture)) %</text>
<text x="52" y="240" text-anchor="end">0 %</text>
$($columns -join "`n")
<text x="60" y="260">$($rows[0].Time.ToString('T', $culture))</text>
<text x="660" y="260" text-anchor="end">$($rows[-1].Time.ToString('T', $culture))</text>
</svg>
"@
}

$rows = [Collections.Generic.List[object]]::new()
$sent = $lost = 0
$target = [pscustomobject]@{ ComputerName = $ComputerName; Port = $Port }
try {
    if ($Local) {
        $echo = Start-UdpEchoServer
        $target = $echo | Start-UdpFaultProxy -LossRate 0.04 -LossBurstLength 3 -LatencyMilliseconds 10 -JitterMilliseconds 5 -Direction ServerToClient
    }
    $count = [int] [Math]::Max(1, $SampleSeconds * 1000 / $IntervalMilliseconds)
    $watch = [Diagnostics.Stopwatch]::StartNew()
    do {
        $time = [DateTimeOffset]::Now
        # A datagram that takes longer than a second may as well be lost.
        $link = $target | Measure-UdpLink -Count $count -IntervalMilliseconds $IntervalMilliseconds -PayloadSize $PayloadSize -TimeoutSeconds 1 -ErrorAction Stop
        $sent += $link.Sent
        $lost += $link.Lost
        $row = [pscustomobject]@{
            PSTypeName  = 'PSNetConcurrency.Example.LinkSample'
            Time        = $time
            Sent        = $link.Sent
            Received    = $link.Received
            Lost        = $link.Lost
            LossPercent = $link.LossPercent
            Latency     = $link.LatencyAverage
            Jitter      = $link.Jitter
            Status      = $link.Status
            Chart       = Get-Bar ($link.LossPercent / $FullScalePercent) 40
        }
        $rows.Add($row)
        $row
    } while ($watch.Elapsed.TotalSeconds -lt $DurationSeconds)
}
finally {
    $target, $echo | Where-Object { $_ -is [PSNetConcurrency.NetListener] } | Stop-NetListener -Force
}

$percent = if ($sent) { 100 * $lost / $sent } else { 100 }
$Host.UI.WriteLine("Of $sent datagrams $lost were lost: $($percent.ToString('0.0')) %. A full bar is $FullScalePercent %.")
if ($SvgPath) {
    $file = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($SvgPath)
    [IO.File]::WriteAllText($file, (Get-Svg $rows "Datagrams lost to $($target.ComputerName):$($target.Port)"))
    $Host.UI.WriteLine("The chart is in $file.")
}
exit [int] ($percent -gt $MaximumLossPercent)
