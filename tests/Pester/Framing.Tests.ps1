# Frames: made, cut, sent over real sockets, and found out from captured bytes.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'New-FrameFormat' {
    It 'prints so that it can be typed back' {
        "$(New-FrameFormat LengthField -LengthFieldLength 2 -ByteOrder Little)" | Should -BeExactly 'LengthField,2,Little'
        "$(New-FrameFormat Dictionary -ByteOrder Big -SizeKey len)" | Should -BeExactly 'Dictionary,Big,SizeKey=len'
    }

    It 'refuses an option that the kind has no use for' {
        { New-FrameFormat Line -Size 3 } | Should -Throw -ErrorId 'InvalidArgument,*'
    }
}

Describe 'ConvertTo-Frame and ConvertFrom-Frame' {
    It 'come back to the same messages as <_>' -ForEach 'Line', 'LengthField', 'Dictionary', 'ContentLength', 'Varint', 'Netstring', 'Delimiter,\0' {
        'one', 'two', 'grüße' | ConvertTo-Frame -Format $_ | ConvertFrom-Frame -Format $_ -Strict | Should -BeExactly 'one', 'two', 'grüße'
    }

    It 'add the size to a header, and show it' {
        $frame = ConvertTo-Frame 'hello' -Format Dictionary -Header @{ file_name = 'a' } | ConvertFrom-Frame -Format Dictionary -Detailed
        $frame.Header.file_size | Should -Be 5
        $frame.Header.file_name | Should -Be 'a'
        $frame.Text | Should -BeExactly 'hello'
    }

    It 'tell that a length is text' {
        { 'rtbu' | ConvertFrom-Frame -Format LengthField -Strict } | Should -Throw -ErrorId 'MessageTooLarge,*' -ExpectedMessage '*1920230005*looks like text*'
    }
}

Describe 'Send-Frame and Receive-Frame' {
    AfterEach {
        Get-TcpSession | Remove-TcpSession
        Get-NetListener | Stop-NetListener -Force
    }

    It 'talk to a server in frames' {
        $session = Start-TcpServer -FrameFormat Varint { "re $_" } | New-TcpSession
        'a', 'b' | Send-Frame -Session $session -Format Varint
        Receive-Frame -Session $session -Format Varint -Count 2 | Should -BeExactly 're a', 're b'
    }

    It 'carry headers' {
        $session = Start-TcpServer -FrameFormat Dictionary { param($Message) @{ did = $Message.Header.cmd } } | New-TcpSession
        Send-Frame -Session $session -Format Dictionary -InputObject @{ cmd = 'list' }
        (Receive-Frame -Session $session -Format Dictionary).Header.did | Should -Be 'list'
    }
}

Describe 'Resolve-FrameFormat' {
    It 'finds <_>' -ForEach 'LengthField,2,Big', 'LengthField,4,Little', 'Netstring', 'Dictionary', 'ContentLength', 'Line' {
        $found = @('hello', 'a second message', 'and a third', 'x' | ConvertTo-Frame -Format $_ | Resolve-FrameFormat)
        "$($found[0].Format)" | Should -BeExactly $_
        $found[0].FrameCount | Should -Be 4
    }

    It 'reads files' {
        $file = Join-Path $TestDrive 'capture.bin'
        Set-Content $file '5:hello,2:hi,3:bye,' -NoNewline
        "$((Resolve-FrameFormat $file)[0].Format)" | Should -BeExactly 'Netstring'
    }
}
