using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Tcp;

namespace PSNetConcurrency.Commands.Tcp;

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
    [ArgumentCompleter(typeof(PositionCompleter<SessionNameCompleter>))]
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
