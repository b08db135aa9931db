using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Infrastructure.Framing;

namespace PSNetConcurrency.Infrastructure.Udp;

/// <summary>The base of the cmdlets that send datagrams: to one host, to a broadcast address or to a group.</summary>
public abstract class UdpMessageCommand : NetCmdlet
{
    internal const string ToServer = "Server", ToAll = "Broadcast", ToGroup = "Multicast";

    private readonly ByteRun _bytes = new();
    private bool _hostWithoutPort;

    /// <summary>The host's name or address; an IPv6 address may carry its zone, as fe80::1%eth0 does. A listener of this module, or a datagram that was received, binds it by property name. With -Broadcast it is the broadcast address, and 255.255.255.255 where it is left out.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ToServer)]
    [Parameter(ParameterSetName = ToAll)]
    [ValidateNotNullOrEmpty]
    [Alias("HostName", "Cn")]
    public string ComputerName { get; set; } = "";

    /// <summary>The port to send to, 1 to 65535.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ToServer)]
    [Parameter(Mandatory = true, ParameterSetName = ToAll)]
    [Parameter(Mandatory = true, ParameterSetName = ToGroup)]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>What to send, one datagram each: a string in -Encoding, or bytes as they are. A run of bytes from the pipeline is one datagram, as a byte array is that is piped. A received datagram sends its data; an object with a property InputObject sends that. An empty string is an empty datagram.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, Position = 2)]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>Sends to all hosts of a network: of the one that the system chooses or -LocalAddress names, or the one whose broadcast address -ComputerName is. Routers do not pass it on. IPv4 only: IPv6 has groups instead.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ToAll)]
    public SwitchParameter Broadcast { get; set; }

    /// <summary>Sends to all members of a group: an address from 224.0.0.0 to 239.255.255.255, or one that begins with ff.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ToGroup)]
    [ValidateNotNull]
    public IPAddress? MulticastGroup { get; set; }

    /// <summary>The interface that datagrams to the group leave by: its name, index or an address of it. The default is the system's choice, most often the interface of the default route.</summary>
    [Parameter(ParameterSetName = ToGroup)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(InterfaceCompleter))]
    public string? Interface { get; set; }

    /// <summary>Does not deliver to members of the group on this machine.</summary>
    [Parameter(ParameterSetName = ToGroup)]
    public SwitchParameter NoLoopback { get; set; }

    /// <summary>How many routers a datagram may pass, plus one (the TTL of IPv4, the hop limit of IPv6). The default is the system's: 64 or 128, and 1 to a group, which keeps it on the network it is sent to.</summary>
    [Parameter]
    [ValidateRange(1, 255)]
    public int Ttl { get; set; }

    /// <summary>The address of this machine to send from. The default is what the system chooses for the way to the host.</summary>
    [Parameter]
    [ValidateNotNull]
    public IPAddress? LocalAddress { get; set; }

    /// <summary>The encoding of text: a name or a code page's number. The default is utf8NoBOM.</summary>
    [Parameter]
    [EncodingTransform]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    public Encoding Encoding { get; set; } = new UTF8Encoding(false);

    /// <summary>Whether -InputObject was given beside what comes down the pipeline, which then says where to send.</summary>
    internal bool Given { get; private set; }

    /// <summary>Where to send, in one word.</summary>
    internal string Target => MulticastGroup?.ToString() ?? (Broadcast && ComputerName.Length == 0 ? IPAddress.Broadcast.ToString() : ComputerName);

    protected abstract Task SendAsync(object? message);

    protected override Task BeginAsync()
    {
        Given = MyInvocation.BoundParameters.ContainsKey(nameof(InputObject));
        _hostWithoutPort = MyInvocation.BoundParameters.ContainsKey(nameof(ComputerName)) && !MyInvocation.BoundParameters.ContainsKey(nameof(Port));
        if (MulticastGroup is { } group)
        {
            MulticastMembership.Check(group);
        }
        return Task.CompletedTask;
    }

    protected override async Task ProcessAsync()
    {
        object? message = InputObject is PSObject wrapped ? wrapped.BaseObject : InputObject;
        if (!Given && _bytes.TryAdd(message))
        {
            return;
        }
        await FlushAsync();
        if (_hostWithoutPort && message is UdpDatagram && ParameterSetName == ToServer)
        {
            throw new NetException(NetError.InvalidArgument,
                $"Where at '{ComputerName}' the datagram is to go is not said: its own port is its sender's. Give -Port too; or, where '{ComputerName}' was meant as the message, -InputObject.", ComputerName);
        }
        await SendAsync(message is PSCustomObject && ((PSObject)InputObject!).Properties[nameof(InputObject)] is { } own ? own.Value : InputObject);
    }

    protected override Task EndAsync() => FlushAsync();

    /// <summary>The bytes of a message.</summary>
    internal byte[] Encode(object? message) => (message is PSObject wrapped ? wrapped.BaseObject : message) switch
    {
        null => throw new NetException(NetError.BlankInput, "The message is $null; most often a variable that was not set. An empty datagram is sent for ''."),
        UdpDatagram datagram => datagram.Data,
        NetListener listener => throw new NetException(NetError.BlankInput, "A listener says where to send, not what: give the message with -InputObject.", listener),
        _ => PayloadConverter.ToBytes(message, Encoding),
    };

    internal virtual UdpOptions SocketOptions() => new()
    {
        LocalAddress = LocalAddress,
        Broadcast = Broadcast,
        MulticastGroup = MulticastGroup,
        Interface = Interface,
        NoLoopback = NoLoopback,
        Ttl = Ttl > 0 ? Ttl : null,
    };

    /// <summary>The addresses to send to, in order.</summary>
    internal async Task<IPAddress[]> ResolveAsync(TimeSpan timeout)
    {
        if (MulticastGroup is not null)
        {
            return [MulticastGroup];
        }
        IPAddress[] all = await TcpConnector.ResolveAsync(Target, timeout, StopToken);
        if (!Broadcast)
        {
            return all;
        }
        IPAddress[] broadcast = Array.FindAll(all, a => a.AddressFamily == AddressFamily.InterNetwork);
        return broadcast.Length > 0 ? broadcast : throw new NetException(NetError.InvalidArgument, $"{Target} is an IPv6 address, and IPv6 has no broadcast. Send to the group ff02::1 of all nodes instead: -MulticastGroup ff02::1 -Interface NAME.", Target);
    }

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
                // What comes after the run is a datagram of its own.
                ReportFailure(e);
            }
        }
    }
}
