using System.Management.Automation;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Listeners;

namespace PSNetConcurrency.Commands.Listeners;

/// <summary>Receives what happened at a listener: clients that came and went, messages, errors.</summary>
/// <remarks>
/// <para>A listener keeps its last 4096 events (and at most 16 MiB of messages); when nobody fetches them the oldest make room. Receive-NetListener takes the events there are, oldest first; with -Keep they stay for the next call, and with -Wait it goes on until the listener stops or Ctrl+C is pressed.</para>
/// <para>Message events are recorded by servers that handle messages (Start-TcpServer, Start-UdpServer); an echo server only counts, so that it costs nothing. An event's Message is the message itself, and its Error the exception.</para>
/// </remarks>
/// <example>
///   <para>What an echo server has seen.</para>
///   <code>$server = Start-TcpEchoServer
/// $null = $server | Invoke-TcpExchange -InputObject 'hello'
/// $server | Receive-NetListener
/// $server | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.ListenerEvent: what happened, oldest first.</outputs>
[Cmdlet(VerbsCommunications.Receive, "NetListener", DefaultParameterSetName = ByListener)]
[OutputType(typeof(ListenerEvent))]
public sealed class ReceiveNetListenerCommand : ListenerSelectorCommand
{
    private readonly List<NetListener> _waited = [];

    /// <summary>Goes on as events come, of all listeners together, until the last of them stops.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Leaves the events for the next call.</summary>
    [Parameter]
    public SwitchParameter Keep { get; set; }

    protected override Task BeginAsync()
    {
        if (Wait && Keep)
        {
            throw new NetException(NetError.InvalidArgument, "-Wait and -Keep exclude each other: what is kept would come again and again.");
        }
        return Task.CompletedTask;
    }

    protected override Task ProcessAsync()
    {
        foreach (NetListener listener in Selected())
        {
            if (Keep)
            {
                WriteObject(listener.Events.Snapshot(), enumerateCollection: true);
                continue;
            }
            WriteEvents(listener);
            if (Wait)
            {
                _waited.Add(listener);
            }
        }
        return Task.CompletedTask;
    }

    // Of all at once, as they come: one that goes on does not keep the others' back.
    protected override async Task EndAsync()
    {
        Task<bool>[] more = [.. _waited.Select(Next)];
        while (more.Length > 0)
        {
            await Task.WhenAny(more);
            for (int i = more.Length - 1; i >= 0; i--)
            {
                if (!more[i].IsCompleted)
                {
                    continue;
                }
                if (await more[i])
                {
                    WriteEvents(_waited[i]);
                    more[i] = Next(_waited[i]);
                }
                else
                {
                    _waited.RemoveAt(i);
                    more = [.. more[..i], .. more[(i + 1)..]];
                }
            }
        }

        Task<bool> Next(NetListener listener) => listener.Events.WaitAsync(StopToken).AsTask();
    }

    // One by one: when Select-Object -First has enough, the rest is still there.
    private void WriteEvents(NetListener listener)
    {
        while (listener.Events.TryTake(out ListenerEvent? e))
        {
            WriteObject(e);
        }
    }
}
