@{
    RootModule           = 'PSNetConcurrency/bin/PSNetConcurrency.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = 'b9f6c2c1-6b0f-4d0e-9a52-5f1f4a3c7d11'
    Author               = 'PSNetConcurrency contributors'
    CompanyName          = 'PSNetConcurrency contributors'
    Copyright            = '(c) PSNetConcurrency contributors. MIT licence.'
    Description          = 'Network programming and concurrency as tools: TCP servers and exchanges, frames that survive sticky packets, verified and resumable file transfer, port tests, measurements and fault injection, as objects that flow down the pipeline.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    FormatsToProcess     = @('PSNetConcurrency/PSNetConcurrency.format.ps1xml')
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    CmdletsToExport      = @(
        'Compare-FileDigest'
        'ConvertFrom-Frame'
        'ConvertFrom-StructByte'
        'ConvertTo-Frame'
        'ConvertTo-StructByte'
        'Enter-Chat'
        'Get-AvailablePort'
        'Get-ChatHistory'
        'Get-ChatUser'
        'Get-FileDigest'
        'Get-NetListener'
        'Get-TcpSession'
        'Invoke-TcpExchange'
        'Invoke-UdpExchange'
        'Measure-DigestConfidence'
        'Measure-StickyPacket'
        'Measure-StructFormat'
        'Measure-TcpEcho'
        'Measure-UdpLink'
        'New-FrameFormat'
        'New-TcpSession'
        'Receive-ChatFile'
        'Receive-ChatMessage'
        'Receive-Frame'
        'Receive-FramedFile'
        'Receive-NetListener'
        'Receive-TcpData'
        'Receive-UdpDatagram'
        'Remove-TcpSession'
        'Resolve-FrameFormat'
        'Send-ChatFile'
        'Send-ChatMessage'
        'Send-Frame'
        'Send-FramedFile'
        'Send-TcpData'
        'Send-UdpDatagram'
        'Set-ChatStatus'
        'Set-NetFault'
        'Start-ChatPeer'
        'Start-FramedFileServer'
        'Start-TcpEchoServer'
        'Start-TcpFaultProxy'
        'Start-TcpServer'
        'Start-UdpEchoServer'
        'Start-UdpFaultProxy'
        'Start-UdpServer'
        'Stop-NetListener'
        'Test-TcpPort'
        'Wait-NetListener'
        'Wait-TcpPort'
    )
    PrivateData          = @{
        PSData = @{
            Tags         = @('network', 'tcp', 'udp', 'socket', 'server', 'concurrency', 'framing', 'file-transfer', 'testing', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            LicenseUri   = 'https://opensource.org/license/mit'
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
