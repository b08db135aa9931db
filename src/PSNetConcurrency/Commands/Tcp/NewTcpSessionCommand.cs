using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Tcp;

namespace PSNetConcurrency.Commands.Tcp;

/// <summary>Opens a TCP connection and keeps it for several sends and receives.</summary>
/// <remarks>
/// <para>Send-TcpData, Receive-TcpData and Invoke-TcpExchange can do without a session: they connect, do their work and close. A session keeps the connection between calls, as a dialogue needs it. It is closed by Remove-TcpSession, the end of the PowerShell session or the removal of the module.</para>
/// </remarks>
/// <example>
///   <para>A dialogue of lines over one connection.</para>
///   <code>$server = Start-TcpServer -FrameFormat Line { param($Message) "You said: $Message" }
/// $session = $server | New-TcpSession
/// Send-TcpData -Session $session -InputObject "first`n"
/// Receive-TcpData -Session $session -Line
/// Send-TcpData -Session $session -InputObject "second`n"
/// Receive-TcpData -Session $session -Line
/// $session | Remove-TcpSession
/// $server | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.TcpSession: the open connection.</outputs>
[Cmdlet(VerbsCommon.New, "TcpSession", DefaultParameterSetName = ToServer)]
[OutputType(typeof(TcpSession))]
public sealed class NewTcpSessionCommand : TcpClientCommand
{
    /// <summary>The local port to connect from. With 0, the default, the system chooses.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int LocalPort { get; set; }

    /// <summary>Sends small writes at once (TCP_NODELAY). On by default; -NoDelay:$false lets the system gather them (Nagle's algorithm).</summary>
    /// <value>True</value>
    [Parameter]
    public SwitchParameter NoDelay { get; set; } = true;

    /// <summary>Has the system probe an idle connection (SO_KEEPALIVE), so that a peer that died is noticed.</summary>
    [Parameter]
    public SwitchParameter KeepAlive { get; set; }

    /// <summary>A name for the session. The default is TcpSession and its id.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>How long connecting may take, in seconds. The default is 10.</summary>
    [Parameter]
    [ValidateRange(0.001d, 86_400d)]
    public double TimeoutSeconds { get; set; } = 10;

    protected override ProgressRecord? Progress() => ProgressOfWait($"Connecting to {ComputerName}:{Port}", TimeoutSeconds);

    protected override async Task ProcessAsync()
    {
        TcpSession session = await TcpSession.ConnectAsync(ConnectOptions(TimeoutSeconds) with { LocalPort = LocalPort, NoDelay = NoDelay, KeepAlive = KeepAlive, Name = Name, Kept = true }, StopToken);
        HandleRegistry.Add(session);
        WriteObject(session);
    }
}
