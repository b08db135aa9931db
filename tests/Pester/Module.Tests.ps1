BeforeDiscovery {
    $root = [IO.Path]::Combine($PSScriptRoot, '..', '..')
    $cmdlets = (Import-PowerShellDataFile (Join-Path $root 'PSNetConcurrency.psd1')).CmdletsToExport
    $topics = (Get-ChildItem (Join-Path $root 'en-US') -Filter about_*.help.txt).Name -replace '\.help\.txt$'
}

BeforeAll {
    $manifest = [IO.Path]::Combine($PSScriptRoot, '..', '..', 'PSNetConcurrency.psd1')
    Import-Module $manifest -Force

    # Every command that a test calls: comments, names of tests and other strings are none.
    $called = [Collections.Generic.HashSet[string]]::new()
    foreach ($file in Get-ChildItem $PSScriptRoot -Filter *.Tests.ps1) {
        $script = [Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref] $null, [ref] $null)
        foreach ($command in $script.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true)) {
            $null = $called.Add("$($command.GetCommandName())")
        }
    }

    # What the completer offers for a line, with the cursor at its end.
    function Complete([string] $Line) {
        (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches.CompletionText
    }
}

AfterAll {
    Remove-Module PSNetConcurrency
}

Describe 'The module' {
    It 'has a valid manifest' {
        (Test-ModuleManifest $manifest).Name | Should -Be 'PSNetConcurrency'
    }

    It 'exports cmdlets and nothing else' {
        $module = Get-Module PSNetConcurrency
        $module.ExportedFunctions.Count + $module.ExportedAliases.Count + $module.ExportedVariables.Count | Should -Be 0
        $module.ExportedCmdlets.Keys | Sort-Object | Should -Be ((Import-PowerShellDataFile $manifest).CmdletsToExport | Sort-Object)
    }

    It 'is imported without a warning about verbs' {
        $output = & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command "Import-Module '$($manifest.Replace("'", "''"))'" 3>&1 2>&1
        $output | Should -BeNullOrEmpty
    }

    It 'does not keep a session of PowerShell from ending' {
        $code = "Import-Module '$($manifest.Replace("'", "''"))'; `$null = Start-TcpEchoServer; `$null = Start-TcpServer { }; 'ended'"
        & ([Environment]::ProcessPath) -NoProfile -NonInteractive -Command $code | Should -Be 'ended'
        $LASTEXITCODE | Should -Be 0
    }
}

Describe 'The removed module' {
    AfterAll {
        Import-Module $manifest -Force
    }

    It 'has stopped its listeners and closed its sessions' {
        $server = Start-TcpEchoServer
        $session = $server | New-TcpSession
        Remove-Module PSNetConcurrency
        $server.State | Should -Be 'Stopped'
        $session.State | Should -Be 'Closed'
        Import-Module $manifest
        Test-TcpPort $server.ComputerName $server.Port -Quiet | Should -BeFalse
        Get-NetListener | Should -BeNullOrEmpty
    }
}

Describe 'Help of <_>' -ForEach $cmdlets {
    BeforeAll {
        $name = $_
        $help = Get-Help $name -Full
    }

    It 'has a synopsis, a description and examples' {
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis | Should -Not -Match "^\s*$name \["
        $help.Description.Text | Should -Not -BeNullOrEmpty
        $help.Examples.Example.Code | Should -Not -BeNullOrEmpty
    }

    It 'describes every parameter' {
        $common = [Management.Automation.Cmdlet]::CommonParameters + [Management.Automation.Cmdlet]::OptionalCommonParameters
        $parameters = (Get-Command $name).Parameters.Keys.Where{ $_ -notin $common }
        # Asked for none it is an error.
        $described = if ($parameters) { Get-Help $name -Parameter * | Group-Object Name -AsHashTable -AsString }
        foreach ($parameter in $parameters) {
            $described[$parameter].Description.Text | Should -Not -BeNullOrEmpty -Because "-$parameter is a parameter of $name"
        }
    }

    It 'is called in a test' {
        $called.Contains($name) | Should -BeTrue
    }
}

Describe 'About topics' {
    It '<_> is found' -ForEach $topics {
        Get-Help $_ | Should -Match "^TOPIC\s+$_"
    }
}

Describe 'Completion' {
    BeforeAll {
        $server = Start-TcpEchoServer -Name 'Complete me'
        $session = $server | New-TcpSession -Name Line
    }
    AfterAll {
        $session | Remove-TcpSession
        $server | Stop-NetListener -Force
    }

    It 'offers <Expected> after <Line>' -ForEach @(
        @{ Line = 'Start-TcpServer -FrameFormat Li'; Expected = 'Line' }
        @{ Line = 'Invoke-TcpExchange -FrameFormat LengthF'; Expected = "'LengthField,4,Little'" }
        @{ Line = 'Invoke-TcpExchange -Encoding utf8N'; Expected = 'utf8NoBOM' }
        @{ Line = 'Start-TcpEchoServer -Kind Day'; Expected = 'Daytime' }
        @{ Line = 'Get-NetListener -Kind '; Expected = 'Echo' }
        @{ Line = 'Stop-NetListener -Name Com'; Expected = "'Complete me'" }
        @{ Line = 'Stop-NetListener '; Expected = "'Complete me'" }
        @{ Line = 'Get-TcpSession -Name L'; Expected = 'Line' }
        @{ Line = 'Wait-TcpPort -State C'; Expected = 'Closed' }
    ) {
        Complete $Line | Should -Contain $Expected
    }

    It 'offers the ids there are' {
        Complete 'Stop-NetListener -Id ' | Should -Contain "$($server.Id)"
        Complete 'Remove-TcpSession -Id ' | Should -Contain "$($session.Id)"
    }
}

Describe 'Views' {
    BeforeAll {
        $server = Start-TcpEchoServer -Name Shown
        $session = $server | New-TcpSession -Name Talk

        function Lines($Value, [int] $Width) {
            ($Value | Out-String -Width $Width).Split([Environment]::NewLine).TrimEnd().Where{ $_ }
        }
    }
    AfterAll {
        $session | Remove-TcpSession
        $server | Stop-NetListener -Force
    }

    It 'shows <Name> as a table, a line each, at <Width> columns' -ForEach @(
        foreach ($width in 80, 120) {
            @{ Width = $width; Name = 'a listener'; First = 'Id'; Value = { $server } }
            @{ Width = $width; Name = 'a session'; First = 'Id'; Value = { $session } }
            @{ Width = $width; Name = 'an event'; First = 'Time'; Value = { $server | Receive-NetListener -Keep | Select-Object -First 1 } }
            @{ Width = $width; Name = 'a port test'; First = 'ComputerName'; Value = { $server | Test-TcpPort } }
            @{ Width = $width; Name = 'a port that was waited for'; First = 'ComputerName'; Value = { $server | Wait-TcpPort } }
            @{ Width = $width; Name = 'an exchange'; First = 'RemoteEndPoint'; Value = { $server | Invoke-TcpExchange -InputObject 'hello' -Detailed } }
            @{ Width = $width; Name = 'a receive'; First = 'Bytes'; Value = { $session | Receive-TcpData -NonBlocking -Detailed } }
            @{ Width = $width; Name = 'an echo measurement'; First = 'Server'; Value = { $server | Measure-TcpEcho -Count 10 -Connection 1 } }
            @{ Width = $width; Name = 'sticky packets'; First = 'Sent'; Value = { Measure-StickyPacket } }
        }
    ) {
        $lines = Lines (& $Value) $Width
        $lines | Should -HaveCount 3
        $lines[0].Trim() | Should -Match "^$First\b"
        $lines | ForEach-Object { $_.Length | Should -BeLessOrEqual $Width }
    }

    It 'shows everything in a list' {
        $text = $server | Format-List | Out-String
        'UseTls', 'RefusedCount', 'StartTime' | ForEach-Object { $text | Should -Match "(?m)^$_ +:" }
    }
}
