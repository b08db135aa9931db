using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure.Framing;

namespace PSNetConcurrency.Infrastructure.Tcp;

/// <summary>The base of the cmdlets that send what comes down the pipeline.</summary>
public abstract class TcpMessageCommand : TcpDataCommand
{
    private readonly ByteRun _bytes = new();
    private bool _given;
    private string? _text;

    /// <summary>What to send: a string in -Encoding, or bytes as they are. A run of bytes from the pipeline is one message, as a byte array is that is piped. Behind a listener or session that is piped the first argument is the message: $server | Invoke-TcpExchange hello.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, Position = 2)]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [AllowNull]
    public object? InputObject { get; set; }

    protected abstract Task SendAsync(object? message);

    protected override Task BeginAsync()
    {
        Dictionary<string, object> bound = MyInvocation.BoundParameters;
        _given = bound.ContainsKey(nameof(InputObject));
        // $server | Invoke-TcpExchange hello: positions are given out before the pipeline is looked at, and the first is the host's.
        _text = !_given && bound.ContainsKey(nameof(ComputerName)) && !bound.ContainsKey(nameof(Port)) ? ComputerName : null;
        return Task.CompletedTask;
    }

    protected override async Task ProcessAsync()
    {
        object? message = InputObject is PSObject wrapped ? wrapped.BaseObject : InputObject;
        if (!_given && _bytes.TryAdd(message))
        {
            return;
        }
        await FlushAsync();
        if (message is NetListener or TcpSession)
        {
            if (_text is not null)
            {
                Session = message as TcpSession;
                ComputerName = (message as NetListener)?.ComputerName ?? "";
                await SendAsync(_text);
                return;
            }
            throw new NetException(NetError.BlankInput, $"A {(message is TcpSession ? "session" : "listener")} says where to send, not what: give the message with -InputObject.", message);
        }
        await SendAsync(InputObject);
    }

    protected override Task EndAsync() => FlushAsync();

    private async Task FlushAsync()
    {
        if (_bytes.Take() is { } message)
        {
            try
            {
                await SendAsync(message);
            }
            catch (NetException e)
            {
                // What comes after the run is a message of its own.
                ReportFailure(e);
            }
        }
    }
}
