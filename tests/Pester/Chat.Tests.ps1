# Two people of one machine, on loopback, on ports chosen by the system.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force

    function Start-Pair {
        $ann = Start-ChatPeer -UserName ann -HostName box -NickName 'Ännchen' -GroupName Sales -Port 0
        $bob = Start-ChatPeer -UserName bob -HostName box -Port 0 -Peer "127.0.0.1:$($ann.Port)"
        $null = Get-ChatUser ann -Peer $bob -Wait
        $null = Get-ChatUser bob -Peer $ann -Wait
        $ann, $bob
    }
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'Start-ChatPeer' {
    AfterEach {
        Get-NetListener | Stop-NetListener -Force
    }

    It 'is a listener on loopback' {
        $peer = Start-ChatPeer -UserName ann -Port 0 -WarningVariable warnings
        $peer.Kind | Should -Be 'ChatPeer'
        $peer.LocalEndPoint.Address | Should -Be ([ipaddress]::Loopback)
        $peer.Port | Should -BeGreaterThan 0
        $warnings | Should -BeNullOrEmpty
        (Get-NetListener -Kind ChatPeer).Id | Should -Be $peer.Id
    }

    It 'answers with a script block, and two that answer do not talk for ever' {
        $word = 'echo'
        $bot = Start-ChatPeer -UserName bot -HostName box -Port 0 -OnMessage { "$using:word $($_.Text)" }
        $other = Start-ChatPeer -UserName other -HostName box -Port 0 -Peer "127.0.0.1:$($bot.Port)" -OnMessage { 'never' }
        $null = Get-ChatUser bot -Peer $other -Wait
        $null = Send-ChatMessage bot 'hello' -Peer $other -Wait
        $reply = Receive-ChatMessage -Peer $other -Count 1
        $reply.Text | Should -BeExactly 'echo hello'
        $reply.IsAutomatic | Should -BeTrue
        Receive-ChatMessage -Peer $bot -Count 2 -TimeoutSeconds 0.5 -ErrorAction SilentlyContinue | Should -HaveCount 1
    }

    It 'refuses names that can be none' {
        { Start-ChatPeer -UserName 'a:b' -Port 0 } | Should -Throw -ErrorId 'InvalidArgument,*'
    }

    It 'tells that a port is taken' {
        $peer = Start-ChatPeer -UserName ann -Port 0
        { Start-ChatPeer -UserName bob -Port $peer.Port } | Should -Throw -ErrorId 'PortInUse,*'
    }
}

Describe 'Send-ChatMessage and Receive-ChatMessage' {
    BeforeEach {
        $ann, $bob = Start-Pair
    }

    AfterEach {
        Get-NetListener | Stop-NetListener -Force
    }

    It 'delivers a text' {
        $sent = Send-ChatMessage ann 'grüße 世界' -Peer $bob -Wait
        $sent.State | Should -Be 'Delivered'
        $got = Receive-ChatMessage -Peer $ann -Count 1
        $got.Text | Should -BeExactly 'grüße 世界'
        $got.From | Should -Be 'bob@box'
    }

    It 'delivers each text of the pipeline, in order, to all' {
        $carol = Start-ChatPeer -UserName carol -HostName box -Port 0 -Peer "127.0.0.1:$($bob.Port)"
        $null = Get-ChatUser carol -Peer $bob -Wait
        'one', 'two', 'three' | Send-ChatMessage -To * -Peer $bob -Wait | Should -HaveCount 6
        foreach ($receiver in $ann, $carol) {
            (Receive-ChatMessage -Peer $receiver -NoWait).Text | Should -Be 'one', 'two', 'three'
        }
    }

    It 'takes users and messages for receivers' {
        Get-ChatUser -Peer $bob | Send-ChatMessage -Text 'by user' -Peer $bob -Wait | Should -HaveCount 1
        $got = Receive-ChatMessage -Peer $ann -Count 1
        $null = Send-ChatMessage -To $got -Text 'an answer' -Peer $ann -Wait
        (Receive-ChatMessage -Peer $bob -Count 1).Text | Should -Be 'an answer'
    }

    It 'opens sealed messages, or leaves them' {
        $sent = Send-ChatMessage ann 'secret' -Sealed -Peer $bob -Wait
        $got = Receive-ChatMessage -Peer $ann -Count 1 -KeepSealed
        $got.Text | Should -BeNullOrEmpty
        $sent.State | Should -Be 'Delivered'
        ($got | Receive-ChatMessage -Peer $ann).Text | Should -Be 'secret'
        $again = Send-ChatMessage ann 'second' -Sealed -Peer $bob
        (Receive-ChatMessage -Peer $ann -Count 1).Text | Should -Be 'second'
        # Its sender is told that it was opened.
        foreach ($message in $sent, $again) {
            [Threading.SpinWait]::SpinUntil({ $message.State -eq 'Read' }, 10000) | Should -BeTrue
        }
    }

    It 'keeps what is for somebody who is away' {
        $kept = Send-ChatMessage carol@box 'later' -Peer $ann
        $kept.State | Should -Be 'Queued'
        { Send-ChatMessage carol@box 'now' -Peer $ann -Wait -TimeoutSeconds 0.1 -ErrorAction Stop } | Should -Throw -ErrorId 'TimedOut,*'
        $carol = Start-ChatPeer -UserName carol -HostName box -Port 0 -Peer "127.0.0.1:$($ann.Port)"
        (Receive-ChatMessage -Peer $carol -Count 2).Text | Should -Be 'later', 'now'
    }

    It 'receives from some only' {
        $null = Send-ChatMessage ann 'from bob' -Peer $bob -Wait
        Receive-ChatMessage -From 'x*' -Peer $ann -NoWait | Should -BeNullOrEmpty
        (Receive-ChatMessage -From 'b*' -Peer $ann -NoWait).Text | Should -Be 'from bob'
    }

    It 'tells of names that are nobody''s, blank texts, and time that ran out' {
        { Send-ChatMessage nobody 'x' -Peer $ann -ErrorAction Stop } | Should -Throw -ErrorId 'UserNotFound,*'
        { Send-ChatMessage bob ' ' -Peer $ann -ErrorAction Stop } | Should -Throw -ErrorId 'BlankInput,*'
        { Receive-ChatMessage -Count 1 -TimeoutSeconds 0.1 -Peer $ann -ErrorAction Stop } | Should -Throw -ErrorId 'TimedOut,*'
        { Receive-ChatMessage -NoWait -ErrorAction Stop } | Should -Throw -ErrorId 'InvalidArgument,*'
        { Get-ChatUser -Peer nothing } | Should -Throw
    }
}

Describe 'Get-ChatUser and Set-ChatStatus' {
    AfterEach {
        Get-NetListener | Stop-NetListener -Force
    }

    It 'sees what the other shows' {
        $ann, $bob = Start-Pair
        $user = Get-ChatUser 'Änn*' -Peer $bob
        $user.Name | Should -Be 'ann'
        $user.Group | Should -Be 'Sales'
        $user.Status | Should -Be 'Online'
        Set-ChatStatus Absent 'at lunch' -NickName 'Ann' -Peer $ann
        $user = Get-ChatUser ann -Status Absent -Peer $bob -Wait
        $user.NickName | Should -Be 'Ann'
        { Set-ChatStatus -Peer $ann } | Should -Throw -ErrorId 'InvalidArgument,*'
    }

    It 'needs no -Peer where only one runs' {
        { Get-ChatUser -ErrorAction Stop } | Should -Throw -ErrorId 'HandleNotFound,*'
        $null = Start-ChatPeer -UserName ann -Port 0
        Get-ChatUser | Should -BeNullOrEmpty
        { Get-ChatUser carol -ErrorAction Stop } | Should -Throw -ErrorId 'UserNotFound,*'
    }
}

Describe 'Send-ChatFile and Receive-ChatFile' {
    BeforeEach {
        $ann, $bob = Start-Pair
        $folder = [IO.Directory]::CreateTempSubdirectory('psnc-chat-').FullName
        $inbox = [IO.Directory]::CreateDirectory("$folder/inbox").FullName
        [IO.File]::WriteAllText("$folder/a.txt", 'A')
        [IO.File]::WriteAllText("$folder/b.txt", 'BB')
    }

    AfterEach {
        Get-NetListener | Stop-NetListener -Force
        [IO.Directory]::Delete($folder, $true)
    }

    It 'moves files by wildcard, in one message' {
        $null = Send-ChatFile ann "$folder/*.txt" -Text 'two' -Peer $bob -Wait
        $message = Receive-ChatMessage -Peer $ann -Count 1
        $message.File.Name | Should -Be 'a.txt', 'b.txt'
        $results = $message | Receive-ChatFile -Destination $inbox -Peer $ann
        $results.ForEach{ $_.Length } | Should -Be 1, 2
        [IO.File]::ReadAllText("$inbox/b.txt") | Should -Be 'BB'
        { $message.File[0] | Receive-ChatFile -Destination $inbox -Peer $ann -ErrorAction Stop } | Should -Throw -ErrorId 'FileExists,*'
    }

    It 'moves a folder' {
        $null = Send-ChatFile ann -LiteralPath $folder -Peer $bob -Wait
        $target = [IO.Directory]::CreateTempSubdirectory('psnc-chat-').FullName
        try {
            $result = Receive-ChatMessage -Peer $ann -Count 1 | Receive-ChatFile $target -Peer $ann
            [IO.File]::ReadAllText("$($result.Path)/a.txt") | Should -Be 'A'
        }
        finally {
            [IO.Directory]::Delete($target, $true)
        }
    }

    It 'tells of a file that is not there' {
        { Send-ChatFile ann "$folder/none.txt" -Peer $bob -ErrorAction Stop } | Should -Throw -ErrorId 'FileNotFound,*'
    }
}

Describe 'Get-ChatHistory' {
    It 'reads what was said, by peer and by file' {
        $folder = [IO.Directory]::CreateTempSubdirectory('psnc-chat-').FullName
        try {
            $ann = Start-ChatPeer -UserName ann -HostName box -Port 0 -HistoryPath "$folder/chat.jsonl"
            $null = Send-ChatMessage bob@box 'one'
            $null = Send-ChatMessage carol@box 'two'
            $ann | Stop-NetListener
            (Get-ChatHistory "$folder/*.jsonl").Text | Should -Be 'one', 'two'
            (Get-ChatHistory "$folder/chat.jsonl" -With 'carol*').State | Should -Be 'Failed'
            (Get-ChatHistory "$folder/chat.jsonl" -Last 1).Text | Should -Be 'two'
            { Get-ChatHistory "$folder/none.jsonl" -ErrorAction Stop } | Should -Throw -ErrorId 'FileNotFound,*'
        }
        finally {
            Get-NetListener | Stop-NetListener -Force
            [IO.Directory]::Delete($folder, $true)
        }
    }
}

Describe 'Enter-Chat' {
    # In a runspace whose host shows nothing: where Pester runs there may be a terminal, and then it would wait for a person.
    It 'is an error without a terminal, which names what scripts use' {
        $shell = [PowerShell]::Create([initialsessionstate]::CreateDefault2())
        try {
            $null = $shell.AddScript({ Import-Module $args[0]; Enter-Chat -Port 0 }).AddArgument((Get-Module PSNetConcurrency).Path)
            $null = $shell.Invoke()
            $shell.Streams.Error.Count | Should -Be 1
            $shell.Streams.Error[0].FullyQualifiedErrorId | Should -BeLike 'NoTerminal,*'
            $shell.Streams.Error[0].Exception.Message | Should -BeLike '*Send-ChatMessage*'
        }
        finally {
            $shell.Dispose()
        }
    }
}
