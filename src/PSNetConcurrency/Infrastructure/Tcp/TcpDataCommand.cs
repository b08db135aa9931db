using System.Management.Automation;
using System.Text;
using PSNetConcurrency.Core.Net.Client;

namespace PSNetConcurrency.Infrastructure.Tcp;

/// <summary>The base of the cmdlets that send or receive: over a session, or over a connection for the occasion.</summary>
public abstract class TcpDataCommand : TcpClientCommand
{
    // The default set: the engine tries that one first on what comes down the pipeline, and a session has a ComputerName and a Port as well.
    internal const string OverSession = "Session";

    /// <summary>A session of New-TcpSession to use, also by pipeline; it stays open. Without one, the cmdlet connects to -ComputerName and -Port, and closes when it is done.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = OverSession)]
    [ValidateNotNull]
    public TcpSession? Session { get; set; }

    /// <summary>How long one operation may take, in seconds: connecting, sending a message, or waiting for a reply. The default is 30.</summary>
    [Parameter]
    [ValidateRange(0.001d, 31_536_000d)]
    public double TimeoutSeconds { get; set; } = 30;

    /// <summary>The encoding of text: a name or a code page's number. The default is utf8NoBOM.</summary>
    [Parameter]
    [EncodingTransform]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    public Encoding Encoding { get; set; } = new UTF8Encoding(false);

    internal TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);

    protected override ProgressRecord? Progress() => ProgressOfWait(Session is not null ? Session.ToString() : $"{ComputerName}:{Port}", TimeoutSeconds);

    /// <summary>The session given, or a new connection that the caller disposes of.</summary>
    internal Task<TcpSession> ConnectAsync() => TcpSession.ConnectAsync(ConnectOptions(TimeoutSeconds), StopToken);

    /// <summary>Runs <paramref name="work"/> over the session given, or over a connection made and closed for it.</summary>
    internal async Task WithSessionAsync(Func<TcpSession, Task> work)
    {
        if (Session is not null)
        {
            await work(Session);
            return;
        }
        using TcpSession own = await ConnectAsync();
        await work(own);
    }
}
