using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Listeners;
using PSNetConcurrency.Infrastructure.Udp;

namespace PSNetConcurrency.Commands.Udp;

/// <summary>Receives datagrams over UDP, from anyone who sends to a port of this machine, or to a group.</summary>
/// <remarks>
/// <para>Each datagram is written as it comes, until -Count of them have come, -TimeoutSeconds have passed, the pipeline wants no more (Select-Object -First) or Ctrl+C; the port is free then. With -Count, fewer in the time are the error TimedOut, behind those that did come; without it, the end of the time is an ordinary end.</para>
/// <para>While a datagram is dealt with further down the pipeline, the next ones are taken from the system: a burst of some ten thousand waits in memory. What comes when that is full, UDP loses.</para>
/// <para>It listens on loopback, which only this machine reaches, unless -LocalAddress, -AnyAddress, -Broadcast or -MulticastGroup says otherwise. Anyone can put any sender's address on a datagram: believe what is in it only if it proves itself.</para>
/// <para>A datagram pipes into Send-UdpDatagram, which answers it from the port it came to.</para>
/// </remarks>
/// <example>
///   <para>Ten seconds of what programs of this machine log by syslog; here of 0.2 seconds.</para>
///   <code>$port = Get-AvailablePort -Protocol Udp
/// Receive-UdpDatagram -Port $port -TimeoutSeconds 0.2 | ForEach-Object { "$($_.ComputerName): $($_.Text)" }</code>
/// </example>
/// <example>
///   <para>The next datagram, whose sender begins when the port is open.</para>
///   <code>$port = Get-AvailablePort -Protocol Udp
/// Receive-UdpDatagram -Port $port -Count 1 -OnReady { Send-UdpDatagram 127.0.0.1 $port 'hello' }</code>
/// </example>
/// <example>
///   <para>Devices of the network that announce themselves (SSDP), for as long as one likes; here for half a second.</para>
///   <code>Receive-UdpDatagram -MulticastGroup 239.255.255.250 -Port 1900 -TimeoutSeconds 0.5</code>
/// </example>
/// <outputs>PSNetConcurrency.UdpDatagram for each.</outputs>
/// <seealso cref="SendUdpDatagramCommand"/>
/// <seealso cref="InvokeUdpExchangeCommand"/>
[Cmdlet(VerbsCommunications.Receive, "UdpDatagram", DefaultParameterSetName = OnAddress)]
[OutputType(typeof(UdpDatagram))]
public sealed class ReceiveUdpDatagramCommand : NetCmdlet
{
    private const string OnAddress = "Address", FromGroup = "Multicast", FromAll = "Broadcast";
    private const double DefaultTimeout = 30;
    private const int QueueLength = 20_000;

    private int _received;

    /// <summary>The port to receive at, 1 to 65535; with 0 the system chooses one, which -OnReady is told.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [Alias("LocalPort")]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>How many datagrams to receive. The default is 0: all that come until the time is up, or Ctrl+C.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int Count { get; set; }

    /// <summary>How long to receive in all, in seconds; 0 for ever. The default is 30 with -Count, and for ever without.</summary>
    /// <value>30 with -Count, for ever without</value>
    [Parameter]
    [ValidateRange(0d, 31_536_000d)]
    public double TimeoutSeconds { get; set; }

    /// <summary>The address of this machine to receive at. The default is loopback, 127.0.0.1.</summary>
    [Parameter(ParameterSetName = OnAddress)]
    [ValidateNotNull]
    public IPAddress LocalAddress { get; set; } = IPAddress.Loopback;

    /// <summary>Receives on every address of this machine, IPv6 and IPv4, so that other machines reach it. A warning says so.</summary>
    [Parameter(ParameterSetName = OnAddress)]
    public SwitchParameter AnyAddress { get; set; }

    /// <summary>Receives broadcasts, beside what else is sent to the port: on every IPv4 address, as a socket must for that. A warning says so. Other programs may receive them at the same port.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FromAll)]
    public SwitchParameter Broadcast { get; set; }

    /// <summary>Joins a group and receives what is sent to it: an address from 224.0.0.0 to 239.255.255.255, or one that begins with ff. Other programs may be members at the same port.</summary>
    [Parameter(Mandatory = true, ParameterSetName = FromGroup)]
    [ValidateNotNull]
    public IPAddress? MulticastGroup { get; set; }

    /// <summary>The interface to join the group on: its name, index or an address of it. The default is every interface that is up.</summary>
    [Parameter(ParameterSetName = FromGroup)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(InterfaceCompleter))]
    public string? Interface { get; set; }

    /// <summary>The most bytes to keep of a datagram. Of a longer one Truncated is true, and Length still tells how long it was. The default is 65535, which none exceeds.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int MaximumBytes { get; set; } = 65535;

    /// <summary>The encoding of Text: a name or a code page's number. The default is utf8NoBOM.</summary>
    [Parameter]
    [EncodingTransform]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    public Encoding Encoding { get; set; } = new UTF8Encoding(false);

    /// <summary>Runs once the port is open, and gets its end point: the moment from which nothing is missed. Its output is not that of the cmdlet.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? OnReady { get; set; }

    protected override ProgressRecord? Progress() => ProgressOfWait(string.Create(CultureInfo.CurrentCulture, $"{_received:N0}{(Count > 0 ? $" of {Count:N0}" : "")} datagrams at port {Port}"), Limit());

    protected override async Task EndAsync()
    {
        UdpReceiver receiver = OpenOrEnd();
        BatchQueue<UdpDatagram> queue = new(QueueLength);
        Task? reading = null;
        using CancellationTokenRegistration stop = StopToken.Register(() =>
        {
            receiver.Abort();
            queue.Stop();
        });
        try
        {
            OnReady?.Invoke(receiver.LocalEndPoint);
            double limit = Limit();
            long deadline = limit > 0 ? Stopwatch.GetTimestamp() + (long)(limit * Stopwatch.Frequency) : long.MaxValue;
            reading = Task.Factory.StartNew(() => Read(receiver, queue, deadline), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            while (await queue.TakeAsync() is { } batch)
            {
                foreach (UdpDatagram datagram in batch)
                {
                    _received++;
                    WriteObject(datagram);
                }
            }
            if (Count > 0 && _received < Count)
            {
                ReportFailure(new NetException(NetError.TimedOut, $"{_received} of {Count} datagrams came to {receiver.LocalEndPoint} within {limit:0.###} s.", receiver.LocalEndPoint.ToString()));
            }
        }
        finally
        {
            // The reader ends at once then; the port is free for the next command when this one returns.
            receiver.Abort();
            queue.Stop();
            if (reading is not null)
            {
                await reading;
            }
            receiver.Dispose();
        }
    }

    private void Read(UdpReceiver receiver, BatchQueue<UdpDatagram> queue, long deadline)
    {
        try
        {
            Func<bool> idle = () =>
            {
                queue.Flush();
                return false;
            };
            for (int i = 0; Count == 0 || i < Count; i++)
            {
                if (receiver.Receive(deadline, idle) is not { } datagram || !queue.Add(datagram))
                {
                    break;
                }
            }
            queue.Complete();
        }
        catch (Exception e)
        {
            // Thrown on the pipeline thread.
            queue.Complete(e);
        }
    }

    private double Limit() => MyInvocation.BoundParameters.ContainsKey(nameof(TimeoutSeconds)) ? TimeoutSeconds : Count > 0 ? DefaultTimeout : 0;

    // Where it can't be opened the call is over; that datagrams are missing afterwards is not.
    private UdpReceiver OpenOrEnd()
    {
        try
        {
            return Open();
        }
        catch (NetException e)
        {
            ThrowTerminatingError(ErrorFactory.Create(e));
            throw;
        }
    }

    private UdpReceiver Open()
    {
        IPAddress address = ListenerCommand.AddressToBind(this, AnyAddress, LocalAddress);
        if (MulticastGroup is { } group)
        {
            MulticastMembership.Check(group);
        }
        address = Broadcast ? IPAddress.Any : address;
        UdpReceiver receiver = new(address, new UdpOptions { LocalPort = Port, Broadcast = Broadcast, MulticastGroup = MulticastGroup, Interface = Interface }, Encoding, MaximumBytes);
        if (MulticastGroup is null && !IPAddress.IsLoopback(receiver.LocalEndPoint.Address))
        {
            WriteWarning($"Other machines can send to {receiver.LocalEndPoint}, and put any sender's address on what they send.");
        }
        return receiver;
    }
}
