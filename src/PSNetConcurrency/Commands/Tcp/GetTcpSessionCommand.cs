using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Tcp;

namespace PSNetConcurrency.Commands.Tcp;

/// <summary>Gets the TCP sessions of this PowerShell session.</summary>
/// <remarks>
/// <para>Without parameters all sessions that New-TcpSession opened and Remove-TcpSession has not removed, oldest first. State, BytesSent and BytesReceived are live. A peer that went away is noticed by the next send or receive, not before.</para>
/// </remarks>
/// <example>
///   <para>Opens a session and lists it.</para>
///   <code>$server = Start-TcpEchoServer
/// $null = $server | New-TcpSession -Name Echo
/// Get-TcpSession -Name Echo
/// Get-TcpSession | Remove-TcpSession
/// $server | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.TcpSession: the sessions.</outputs>
[Cmdlet(VerbsCommon.Get, "TcpSession", DefaultParameterSetName = ByName)]
[OutputType(typeof(TcpSession))]
public sealed class GetTcpSessionCommand : TcpSessionSelectorCommand
{
    /// <summary>The names of the sessions. Wildcards are allowed.</summary>
    [Parameter(Position = 0, ParameterSetName = ByName)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionNameCompleter))]
    public string[] Name { get; set; } = ["*"];

    protected override Task ProcessAsync()
    {
        WriteObject(Select(Name), enumerateCollection: true);
        return Task.CompletedTask;
    }
}
