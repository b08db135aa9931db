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

/// <summary>The base of the cmdlets that choose sessions by id or name.</summary>
public abstract class TcpSessionSelectorCommand : NetCmdlet
{
    internal const string ById = "Id", ByName = "Name";

    /// <summary>The ids of the sessions.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ById)]
    [ArgumentCompleter(typeof(SessionIdCompleter))]
    public int[] Id { get; set; } = [];

    internal IEnumerable<TcpSession> Select(string[] names) =>
        HandleSelector.Select(HandleRegistry.Get<TcpSession>(), ParameterSetName == ById ? Id : null, ParameterSetName == ByName ? names : null,
            s => s.Id, s => s.Name, "TCP session", "Get-TcpSession", e => ReportFailure(e));
}

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

/// <summary>Closes TCP sessions.</summary>
/// <remarks>
/// <para>The connection is closed in order, so that the peer sees the end of input after all that was sent. When bytes of the peer were never received the system resets the connection instead: that is TCP's rule.</para>
/// </remarks>
/// <example>
///   <para>Closes all sessions.</para>
///   <code>Get-TcpSession | Remove-TcpSession</code>
/// </example>
/// <outputs>None.</outputs>
[Cmdlet(VerbsCommon.Remove, "TcpSession", DefaultParameterSetName = BySession, SupportsShouldProcess = true)]
public sealed class RemoveTcpSessionCommand : TcpSessionSelectorCommand
{
    private const string BySession = "Session";

    /// <summary>The sessions, as New-TcpSession and Get-TcpSession return them.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = BySession)]
    [ValidateNotNull]
    [Alias("InputObject")]
    public TcpSession[] Session { get; set; } = [];

    /// <summary>The names of the sessions. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ByName)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(SessionNameCompleter))]
    public string[] Name { get; set; } = [];

    protected override Task ProcessAsync()
    {
        foreach (TcpSession session in ParameterSetName == BySession ? Session : Select(Name))
        {
            if (ShouldProcess(session.ToString(), "Close session"))
            {
                session.Dispose();
                HandleRegistry.Remove(session);
            }
        }
        return Task.CompletedTask;
    }
}
