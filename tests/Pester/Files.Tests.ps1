# Behaves as users' tests do: real sockets on loopback, real files, and nothing left behind.
BeforeAll {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')) -Force

    function New-RandomFile([string] $Path, [int] $Length) {
        $bytes = [byte[]]::new($Length)
        [Random]::new(1).NextBytes($bytes)
        [IO.File]::WriteAllBytes($Path, $bytes)
    }
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'Send-FramedFile and Start-FramedFileServer' {
    BeforeEach {
        $work = Join-Path $TestDrive ([guid]::NewGuid().ToString('n'))
        $inbox = Join-Path $work 'inbox'
        $null = New-Item -ItemType Directory -Path $inbox
        Push-Location -LiteralPath $work
        New-RandomFile (Join-Path $work 'a.bin') 700000
    }

    AfterEach {
        Get-TcpSession | Remove-TcpSession
        Get-NetListener | Stop-NetListener -Force
        Pop-Location
    }

    It 'sends a file, verified' {
        $server = Start-FramedFileServer inbox
        $result = $server | Send-FramedFile -Path a.bin
        $result.Verified | Should -BeTrue
        $result.Digest | Should -Be (Get-FileHash a.bin).Hash
        (Get-FileHash inbox/a.bin).Hash | Should -Be $result.Digest
        (Get-Item inbox/a.bin).LastWriteTimeUtc | Should -Be (Get-Item a.bin).LastWriteTimeUtc
    }

    It 'tells what came as events' {
        $server = Start-FramedFileServer inbox
        $null = $server | Send-FramedFile -Path a.bin
        $server | Receive-NetListener -Keep | Out-String -Width 120 | Should -Match 'Message .* 700000 a\.bin, 700000 bytes, verified'
        $got = ($server | Receive-NetListener | Where-Object Type -EQ Message).Message
        $got.Path | Should -Be (Join-Path $inbox 'a.bin')
        $got.Verified | Should -BeTrue
        $server.MessageCount | Should -Be 1
        $null = $server | Send-FramedFile -Path a.bin -ErrorAction SilentlyContinue
        $printed = $server | Receive-NetListener | Out-String -Width 120
        $printed | Should -Match 'Error .* The receiver has a file'
    }

    It 'takes what Get-ChildItem returns, names like wildcards too' {
        Set-Content -LiteralPath '[1] grüße 😀.txt' -Value 'x'
        $server = Start-FramedFileServer inbox
        $sent = Get-ChildItem -File | Send-FramedFile $server.ComputerName $server.Port
        $sent.Name | Sort-Object | Should -Be ('[1] grüße 😀.txt', 'a.bin' | Sort-Object)
        Get-Content -LiteralPath 'inbox/[1] grüße 😀.txt' | Should -Be 'x'
    }

    It 'sends a tree with its empty folders' {
        $null = New-Item -ItemType Directory -Path tree/deep, tree/empty
        Set-Content tree/deep/x.txt 'x'
        $sent = Start-FramedFileServer inbox | Send-FramedFile -Path tree -Recurse
        ($sent | Where-Object IsFolder).Name | Should -Be 'tree/deep', 'tree/empty', 'tree'
        Get-Content inbox/tree/deep/x.txt | Should -Be 'x'
        'inbox/tree/empty' | Should -Exist
    }

    It 'names files from -BasePath on' {
        $null = New-Item -ItemType Directory -Path tree/deep
        Set-Content tree/deep/x.txt 'x'
        (Start-FramedFileServer inbox | Send-FramedFile -Path tree/deep/x.txt -BasePath tree).Name | Should -Be 'deep/x.txt'
        'inbox/deep/x.txt' | Should -Exist
    }

    It 'sends nothing with -WhatIf' {
        $server = Start-FramedFileServer inbox
        $server | Send-FramedFile -Path a.bin -WhatIf | Should -BeNullOrEmpty
        $server.TotalConnection | Should -Be 0
    }

    It 'reports <Id> for one and sends the others' -TestCases @(
        @{ Bad = 'missing.bin'; Id = 'FileNotFound' }
        @{ Bad = 'inbox'; Id = 'InvalidArgument' }
    ) {
        Set-Content b.txt 'b'
        $sent = Start-FramedFileServer inbox | Send-FramedFile -Path a.bin, $Bad, b.txt -ErrorVariable failed -ErrorAction SilentlyContinue
        $sent.Name | Should -Be 'a.bin', 'b.txt'
        $failed.Count | Should -Be 1
        $failed[0].FullyQualifiedErrorId | Should -BeLike "$Id,*"
    }

    It 'verifies in mode <_>' -ForEach 'Full', 'Slice', 'Sample' {
        $result = Start-FramedFileServer inbox | Send-FramedFile -Path a.bin -Verify $_ -Algorithm XXH128 -SliceSize 64KB
        $result.Verified | Should -BeTrue
        $result.VerifyMode | Should -Be $_
    }

    It 'says that nothing was verified where nothing was' {
        (Start-FramedFileServer inbox | Send-FramedFile -Path a.bin -Verify None).Verified | Should -BeFalse
    }

    It 'does with a name that is taken what -Conflict <Conflict> says' -TestCases @(
        @{ Conflict = 'Overwrite'; Names = , 'a.bin'; Old = $false }
        @{ Conflict = 'Rename'; Names = 'a (1).bin', 'a.bin'; Old = $true }
        @{ Conflict = 'Skip'; Names = , 'a.bin'; Old = $true }
    ) {
        Set-Content inbox/a.bin 'old'
        $result = Start-FramedFileServer inbox -Conflict $Conflict | Send-FramedFile -Path a.bin
        $result.Skipped | Should -Be ($Conflict -eq 'Skip')
        (Get-ChildItem inbox).Name | Should -Be $Names
        ((Get-Item inbox/a.bin).Length -lt 10) | Should -Be $Old
    }

    It 'refuses a name that is taken, by default' {
        Set-Content inbox/a.bin 'old'
        { Start-FramedFileServer inbox | Send-FramedFile -Path a.bin -ErrorAction Stop } | Should -Throw -ErrorId 'FileExists,*' -ExpectedMessage '*-Conflict Overwrite*'
        Get-Content inbox/a.bin | Should -Be 'old'
    }

    It 'repairs with the slices that differ' {
        $server = Start-FramedFileServer inbox -Conflict Overwrite
        $null = $server | Send-FramedFile -Path a.bin
        $bytes = [IO.File]::ReadAllBytes("$work/a.bin")
        $bytes[100000] = $bytes[100000] -bxor 1
        [IO.File]::WriteAllBytes("$work/a.bin", $bytes)
        $result = $server | Send-FramedFile -Path a.bin -Repair -SliceSize 64KB
        $result.BytesSent | Should -Be 64KB
        $result.BytesSkipped | Should -Be (700000 - 64KB)
        (Get-FileHash inbox/a.bin).Hash | Should -Be (Get-FileHash a.bin).Hash
    }

    It 'goes on by itself after a break' {
        $proxy = Start-FramedFileServer inbox | Start-TcpFaultProxy -ResetAfterBytes 500000 -Direction ClientToServer
        $result = $proxy | Send-FramedFile -Path a.bin -SliceSize 64KB
        $result.Attempt | Should -BeGreaterThan 1
        $result.BytesSkipped | Should -BeGreaterThan 0
        (Get-FileHash inbox/a.bin).Hash | Should -Be (Get-FileHash a.bin).Hash
    }

    It 'keeps with -Resume what a later call goes on with' {
        $server = Start-FramedFileServer inbox
        $proxy = $server | Start-TcpFaultProxy -ResetAfterBytes 500000 -Direction ClientToServer
        $proxy | Send-FramedFile -Path a.bin -SliceSize 64KB -Resume -RetryCount 0 -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
        'inbox/a.bin' | Should -Not -Exist
        $result = $server | Send-FramedFile -Path a.bin -SliceSize 64KB -Resume
        $result.Resumed | Should -BeTrue
        $result.BytesSkipped | Should -BeGreaterThan 0
        $result.Range[0].Offset | Should -Be $result.BytesSkipped
        (Get-FileHash inbox/a.bin).Hash | Should -Be (Get-FileHash a.bin).Hash
    }

    It 'pins the certificate of the piped server, and proves a secret' {
        $server = Start-FramedFileServer inbox -SelfSigned -SharedSecret 'open sesame' -Conflict Overwrite
        { $server | Send-FramedFile -Path a.bin -ErrorAction Stop } | Should -Throw -ErrorId 'AuthenticationFailed,*'
        { $server | Send-FramedFile -Path a.bin -SharedSecret 'guess' -ErrorAction Stop } | Should -Throw -ErrorId 'AuthenticationFailed,*'
        ($server | Send-FramedFile -Path a.bin -SharedSecret (ConvertTo-SecureString 'open sesame' -AsPlainText -Force)).Verified | Should -BeTrue
    }

    It 'takes no secret beyond loopback without TLS' {
        { Start-FramedFileServer inbox -AnyAddress -SharedSecret 'x' } | Should -Throw -ErrorId 'InsecureConnection,*'
    }

    It 'sends over a session, twice' {
        $session = Start-FramedFileServer inbox -Conflict Overwrite | New-TcpSession
        Send-FramedFile -Session $session -Path a.bin | Should -HaveCount 1
        Send-FramedFile -Session $session -Path a.bin | Should -HaveCount 1
        $session.State | Should -Be 'Open'
    }

    It 'speaks the plain dictionary frame' {
        $result = Start-FramedFileServer inbox | Send-FramedFile -Path a.bin -Plain
        $result.Verified | Should -BeFalse
        (Get-Item inbox/a.bin).Length | Should -Be 700000
    }

    It 'leaves nothing of its own in the folder' {
        $server = Start-FramedFileServer inbox
        $null = $server | Send-FramedFile -Path a.bin
        $server | Stop-NetListener
        (Get-ChildItem inbox -Force).Name | Should -Be 'a.bin'
    }

    It 'prints a table that says how each file was verified' {
        $lines = Start-FramedFileServer inbox | Send-FramedFile -Path a.bin -Verify Slice | Out-String -Stream -Width 120
        $lines -match 'Length +Sent +Skipped +Rate +Verified +Name' | Should -HaveCount 1
        $lines -match '683[.,]6 KB +683[.,]6 KB .*/s +SHA256 Slice +a\.bin' | Should -HaveCount 1
    }
}

Describe 'Receive-FramedFile' {
    BeforeEach {
        $inbox = Join-Path $TestDrive ([guid]::NewGuid().ToString('n'))
        $null = New-Item -ItemType Directory -Path $inbox
        $port = Get-AvailablePort
    }

    AfterEach {
        Get-NetListener | Stop-NetListener -Force
    }

    It 'returns after so many files' {
        New-RandomFile "$TestDrive/b.bin" 300000
        $sender = [powershell]::Create()
        $null = $sender.AddScript({
            param($Module, $Port, $Path)
            Import-Module $Module
            $null = Wait-TcpPort localhost $Port -TimeoutSeconds 60
            Send-FramedFile localhost $Port -LiteralPath $Path
        }).AddArgument((Get-Module PSNetConcurrency).Path).AddArgument($port).AddArgument("$TestDrive/b.bin")
        try {
            $sending = $sender.BeginInvoke()
            $got = Receive-FramedFile $inbox -Port $port -TimeoutSeconds 60
            $sent = $sender.EndInvoke($sending)
        }
        finally {
            $sender.Dispose()
        }
        $got.Path | Should -Be (Join-Path $inbox 'b.bin')
        $got.Verified | Should -BeTrue
        $sent[0].Digest | Should -Be $got.Digest
        Get-NetListener | Should -BeNullOrEmpty
    }

    It 'gives up when the time is up' {
        { Receive-FramedFile $inbox -Port $port -Count 2 -TimeoutSeconds 0.2 -ErrorAction Stop } | Should -Throw -ErrorId 'TimedOut,*' -ExpectedMessage '0 of 2 files*'
        Get-NetListener | Should -BeNullOrEmpty
    }

    It 'needs a folder that exists' {
        { Receive-FramedFile (Join-Path $inbox 'none') } | Should -Throw -ErrorId 'FileNotFound,*'
    }
}
