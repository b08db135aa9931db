<#
.SYNOPSIS
    Shows what PSNetConcurrency does, on real sockets and processes of this machine, in less than a minute.
.DESCRIPTION
    Each step prints its commands and then what they return. Nothing listens beyond loopback, nothing is left running,
    and a step that fails ends the tour with an error. Runs in PowerShell 7.4 and later, and in the embedded shell.
.EXAMPLE
    ./examples/Tour.ps1
#>

$ErrorActionPreference = 'Stop'

if (-not (Get-Module -Name PSNetConcurrency)) {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', 'PSNetConcurrency.psd1'))
}

$folder = $null

$steps = [ordered]@{
    'An echo server: it runs in the background, on a port that the system chose' = {
        $echo = Start-TcpEchoServer -Name Tour-Echo
        $echo
    }

    'An exchange: the server is piped, so address and port go along' = {
        $echo | Invoke-TcpExchange -InputObject 'hello' -Detailed
    }

    'A port test: one is open, and nothing listens on the other' = {
        Test-TcpPort -ComputerName $echo.ComputerName -Port $echo.Port, (Get-AvailablePort)
    }

    'A server of your own: what the block returns is the reply' = {
        # TCP has no messages, only bytes. -FrameFormat Line says where one ends.
        $capitals = Start-TcpServer -Name Tour-Capitals -FrameFormat Line {
            param($Message, $Client)
            $Client.State.Seen++
            "$($Client.State.Seen). $($Message.ToUpper())"
        }
        'one', 'two', 'three' |
            Invoke-TcpExchange -ComputerName $capitals.ComputerName -Port $capitals.Port -FrameFormat Line
    }

    'What happened at that server' = {
        $null = $capitals | Wait-NetListener -MessageCount 3 -TimeoutSeconds 10
        $capitals | Receive-NetListener
    }

    'Sticky packets: ten sends do not arrive as ten receives, but frames survive' = {
        Measure-StickyPacket
        # A small receive buffer splits what a large one glued together.
        Measure-StickyPacket -MessageSize 100 -ReceiveBufferSize 64
    }

    'Datagrams, received as they come' = {
        # The sender begins when the port, of the system's choice, is open.
        Receive-UdpDatagram -Port 0 -Count 2 -OnReady {
            param($EndPoint)
            'ping', 'pong' | Send-UdpDatagram -ComputerName 127.0.0.1 -Port $EndPoint.Port
        }
    }

    'An exchange over UDP, with a port where nobody listens: that is a result' = {
        'anyone?' | Invoke-UdpExchange -ComputerName 127.0.0.1 -Port (Get-AvailablePort -Protocol Udp)
    }

    'A link that loses, doubles and swaps datagrams, by a seed; and what a measurement sees of it' = {
        $mirror = Start-UdpEchoServer -Name Tour-Datagrams
        $link = $mirror | Start-UdpFaultProxy -Name Tour-Link -LossRate 0.05 -DuplicateRate 0.02 -ReorderRate 0.02 -Direction ServerToClient -Seed 7
        $link | Measure-UdpLink -Count 500 -IntervalMilliseconds 1
        $link.FaultStatistic.ServerToClient
    }

    'Binary records: values to bytes and back, by the formats of Python''s struct' = {
        # Big-endian: two bytes, four bytes, and text in eight.
        $record = 513, 7, 'tour' | ConvertTo-StructByte '>HI8s'
        [Convert]::ToHexString($record)
        $record | ConvertFrom-StructByte '>HI8s' -Name Kind, Number, Word -AsText
        # Where a C compiler leaves gaps.
        (Measure-StructFormat 'bhiq' -Name kind, port, count, time).Field
    }

    'A session keeps its connection between calls' = {
        $session = $echo | New-TcpSession -Name Tour-Session
        # Two sends, and yet one stream: only the count says what to take.
        'Tick', 'Tock' | Send-TcpData -Session $session
        $session | Receive-TcpData -Count 8
        $session
        $session | Remove-TcpSession
    }

    'TLS: the certificate is made for the occasion, and the pipeline pins it' = {
        $tls = Start-TcpEchoServer -Name Tour-Tls -SelfSigned
        $tls | Invoke-TcpExchange -InputObject 'secret'
        # Without the pin nobody vouches for that certificate.
        try {
            Invoke-TcpExchange -ComputerName $tls.ComputerName -Port $tls.Port -InputObject 'secret' -UseTls
        }
        catch {
            "$($_.Exception.Error): $($_.Exception.Message)"
        }
    }

    'Each failure has a name of its own' = {
        try {
            $echo | Invoke-TcpExchange -InputObject ' '
        }
        catch {
            "$($_.Exception.Error): $($_.Exception.Message)"
        }
        try {
            Invoke-TcpExchange -ComputerName 127.0.0.1 -Port (Get-AvailablePort) -InputObject 'anybody there?'
        }
        catch {
            "$($_.Exception.Error): $($_.Exception.Message)"
        }
    }

    'How fast is the echo server? Every byte that comes back is compared' = {
        # Client and server share this machine, so this is a ratio to compare with, not a record.
        $echo | Measure-TcpEcho -Connection 64 -DurationSeconds 2
    }

    'A bad network: a proxy that delays, tears and breaks' = {
        $proxy = $capitals | Start-TcpFaultProxy -Name Tour-Proxy -LatencyMilliseconds 50 -SliceSize 1
        # It comes late and a byte at a time, and is one line all the same.
        $proxy | Invoke-TcpExchange -InputObject 'slowly' -FrameFormat Line -Detailed
        "Pieces on the way: $($proxy.FaultStatistic.SliceCount)"

        $proxy | Set-NetFault -Reset -ResetAfterBytes 4 -Direction ServerToClient
        try {
            $proxy | Invoke-TcpExchange -InputObject 'broken off' -FrameFormat Line
        }
        catch {
            # What had arrived is not lost.
            "$($_.Exception.Error) after '$([Text.Encoding]::UTF8.GetString($_.Exception.Received))'"
        }
    }

    'Frames: bytes that came in any pieces are messages again' = {
        # The dictionary frame of many a Python program: the length of a JSON header, the header, the payload.
        $frame = ConvertTo-Frame 'hello' -Format Dictionary -Header @{ file_name = 'a.txt' }
        $frame | ConvertFrom-Frame -Format Dictionary -Detailed
        # What may this be?
        'one', 'two', 'three' | ConvertTo-Frame -Format LengthField,2,Little | Resolve-FrameFormat
        # A bogus length tells what it is.
        try {
            'GET / HTTP/1.1' | ConvertFrom-Frame -Format LengthField -Strict
        }
        catch {
            "$($_.Exception.Error): $($_.Exception.Message)"
        }
    }

    'Commands and headers in frames, over a connection' = {
        $files = Start-TcpServer -Name Tour-Files -FrameFormat Dictionary {
            param($Message)
            @{ status = 'ok'; command = $Message.Header.cmd }
        }
        $reply = $files | Invoke-TcpExchange -FrameFormat Dictionary -InputObject @{ cmd = 'list' }
        "The server did '$($reply.Header.command)'."
    }

    'Digests: several in one read, of files that differ in one byte of twenty million' = {
        # A folder of its own, which ends with the tour.
        $folder = [IO.Directory]::CreateTempSubdirectory('tour-').FullName
        $bytes = [byte[]]::new(20MB)
        [IO.File]::WriteAllBytes("$folder/sent.bin", $bytes)
        $bytes[9MB] = 1
        [IO.File]::WriteAllBytes("$folder/received.bin", $bytes)
        Get-FileDigest $folder/*.bin -Algorithm SHA256, XXH128
    }

    'Where they differ: the slice, from digests alone, and then the byte' = {
        # A digest for each slice is small: the files need not be in one place.
        $sent = Get-FileDigest $folder/sent.bin -SliceSize 1MB
        Get-FileDigest $folder/received.bin -SliceSize 1MB | Compare-FileDigest -ReferenceObject $sent
        Compare-FileDigest $folder/sent.bin $folder/received.bin
    }

    'Files: a tree, each file verified before it gets its name; then a repair' = {
        $null = [IO.Directory]::CreateDirectory("$folder/inbox")
        $null = [IO.Directory]::CreateDirectory("$folder/site/empty")
        [IO.File]::WriteAllText("$folder/site/index.html", '<h1>Hello</h1>')
        $disk = [byte[]]::new(4MB)
        [Random]::new(1).NextBytes($disk)
        [IO.File]::WriteAllBytes("$folder/site/disk.img", $disk)
        $inbox = Start-FramedFileServer -Name Tour-Inbox -Destination "$folder/inbox" -Conflict Overwrite
        $inbox | Send-FramedFile -Path "$folder/site" -Recurse

        # One byte changes: of four megabytes, one slice crosses the network.
        $disk[1000000]++
        [IO.File]::WriteAllBytes("$folder/site/disk.img", $disk)
        $inbox | Send-FramedFile -Path "$folder/site/disk.img" -BasePath $folder -Repair -SliceSize 64KB
    }

    'A line that breaks: the transfer goes on where the receiver has everything' = {
        $cut = $inbox | Start-TcpFaultProxy -Name Tour-Cut -ResetAfterBytes 3MB -Direction ClientToServer
        $result = $cut | Send-FramedFile -Path "$folder/site/disk.img" -SliceSize 64KB
        "Attempts: $($result.Attempt). Of $($result.Length) bytes, $($result.BytesSkipped) were at the receiver, verified, when it went on."
        $result.Range
    }

    'A chat, as IP Messenger and iptux have it: a bot, a message with its receipt, the answer' = {
        $bot = Start-ChatPeer -Name Tour-Bot -UserName bot -Port 0 -OnMessage { "You said: $($_.Text)" }
        $me = Start-ChatPeer -Name Tour-Me -UserName me -Port 0 -Peer "127.0.0.1:$($bot.Port)"
        Get-ChatUser -Name bot -Peer $me -Wait
        Send-ChatMessage -To bot -Text 'Hello.' -Peer $me -Wait
        Receive-ChatMessage -Count 1 -Peer $me
    }

    'A child process: a PowerShell of its own, with copies of what it is given' = {
        $n = 100
        $child = Start-ChildProcess -Name Tour-Child { $n = $using:n; $n++; "In the child n is $n." }
        # Join, then fetch what it wrote.
        $child | Wait-ChildProcess | Receive-ChildProcess
        "Here n is $n."
        $child
    }

    'A program: both of its streams, and how it ended' = {
        Invoke-ChildProcess -FilePath dotnet -ArgumentList '--version'
        $result = Invoke-ChildProcess -FilePath dotnet -ArgumentList 'no-such-command' -Detailed
        "ExitCode $($result.ExitCode), $($result.StandardError.Length) characters of errors"
    }

    'Joining one after the other, and all at once' = {
        $joins = Measure-JoinStrategy -DurationSeconds 0.5, 0.5, 0.5 -Strategy Serial, Parallel
        $joins
    }

    'The same as a Gantt chart, on one scale' = {
        $joins | ConvertTo-GanttChart -SameScale
    }

    'Concurrent is not parallel: two workers, on one processor' = {
        (Measure-Parallelism -WorkerCount 2 -DurationSeconds 0.2 -Mode Runspace -ProcessorAffinity 1).Explanation
    }

    'Schedulers: the convoy behind a long job, and what avoids it' = {
        24, 3, 3 | Compare-SchedulerPolicy -Policy FCFS, SJF, RoundRobin -Quantum 4
    }

    'From punch cards to time sharing: one deck of jobs, and how much of the processor each era used' = {
        $deck = 6, 1, 3 | ForEach-Object { @{ Name = "J$_"; SetupTime = 5; ReadTime = 2; ComputeTime = $_; PrintTime = 3 } }
        Invoke-BatchSimulation $deck
    }

    'Why several jobs in memory are worth it: 1 - p^n, and what a simulation says of it' = {
        Measure-Multiprogramming -IoFraction 0.8 -Degree 1, 2, 4, 10 -Simulate -Seed 1
    }

    'Running, ready, blocked: two processes on one processor, tick by tick' = {
        Invoke-ProcessStateSimulation -Program 'i,c1', 'c4'
        (Invoke-ProcessStateSimulation -Transition 'Blocked>Running').Reason
    }

    'The time by four servers, one of which lies' = {
        $clocks = @(1..3 | ForEach-Object { Start-TimeServer -Name "Tour-Clock$_" }) + (Start-TimeServer -Name Tour-Liar -Offset 90s)
        $clock = $clocks | Measure-ClockOffset -MinimumSource 3
        $clock
        "Convicted: $($clock.Falseticker.Port -eq $clocks[3].Port), as it is $($clock.Falseticker.Distance.TotalSeconds.ToString('0')) s away."
    }

    'A fleet: processes with wrong clocks fire at one instant, by the same servers' = {
        Start-FleetSchedule -Name Tour-Fleet local:00:59:00, local:-00:00:02, local { [DateTime]::UtcNow.ToString('HH:mm:ss.ffffff') } -At ([DateTimeOffset]::Now.AddSeconds(6)) -Reference $clocks -Wait
    }

    'The end: what the listeners counted' = {
        Get-NetListener -Name Tour-* | Stop-NetListener -PassThru
    }
}

try {
    $number = 0
    foreach ($title in $steps.Keys) {
        $number++
        ''
        "$number. $title"
        ''
        $lines = $steps[$title].ToString().Split("`n").ForEach{ $_.TrimEnd() }.Where{ $_ }
        $lines.ForEach{ '  > ' + $_.Substring([Math]::Min(8, $_.Length)) }
        # In this scope, so that the steps share their variables; printed now, each table with its own header.
        . $steps[$title] | Out-Default
    }
}
finally {
    # Also where a step failed, or Ctrl+C was pressed.
    Get-TcpSession -Name Tour-* | Remove-TcpSession
    Get-NetListener -Name Tour-* | Stop-NetListener -Force
    Get-ChildProcess -Name Tour-* | Stop-ChildProcess -Force
    Get-FleetSchedule -Name Tour-* | Stop-FleetSchedule
    if ($folder) {
        [IO.Directory]::Delete($folder, $true)
    }
}
