using System.Management.Automation;

namespace PSNetConcurrency.Infrastructure.Tcp;

/// <summary>The base of the cmdlets that only send: everything over one connection, in order.</summary>
public abstract class TcpSendCommand : TcpMessageCommand
{
    private readonly List<TcpSession> _used = [];
    private TcpSession? _own;

    /// <summary>Ends the sending side of the -Session afterwards: the peer sees the end of input and can still answer.</summary>
    [Parameter(ParameterSetName = OverSession)]
    public SwitchParameter Shutdown { get; set; }

    /// <summary>Returns the -Session.</summary>
    [Parameter(ParameterSetName = OverSession)]
    public SwitchParameter PassThru { get; set; }

    /// <summary>The bytes to send for a message.</summary>
    internal abstract ReadOnlyMemory<byte> Encode(object? message);

    protected override Task BeginAsync()
    {
        if (Session is not null)
        {
            _used.Add(Session);
        }
        return base.BeginAsync();
    }

    protected override async Task EndAsync()
    {
        await base.EndAsync();
        if (_own is { } own)
        {
            await own.CloseAsync(Timeout, StopToken);
        }
        foreach (TcpSession session in _used)
        {
            if (Shutdown && session.State is (TcpSessionState.Open or TcpSessionState.PeerClosed))
            {
                await session.ShutdownSendAsync(Timeout, StopToken);
            }
            if (PassThru)
            {
                WriteObject(session);
            }
        }
    }

    protected override void ReleaseResources() => _own?.Dispose();

    protected override async Task SendAsync(object? message)
    {
        ReadOnlyMemory<byte> bytes = Encode(message);
        if (Session is null && _own is { } open && (open.ComputerName != ComputerName || open.Port != Port))
        {
            // The pipeline goes on to another server.
            _own = null;
            await open.CloseAsync(Timeout, StopToken);
        }
        TcpSession session = Session ?? (_own ??= await ConnectAsync());
        if (Session is not null && !_used.Contains(session))
        {
            _used.Add(session);
        }
        await session.SendAsync(bytes, Timeout, StopToken);
    }
}
