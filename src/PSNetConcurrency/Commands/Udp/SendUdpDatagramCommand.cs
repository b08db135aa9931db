using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Udp;

namespace PSNetConcurrency.Commands.Udp;

/// <summary>Sends datagrams over UDP: to a host, to all hosts of a network, to a group, or in answer to one received.</summary>
/// <remarks>
/// <para>Each message from the pipeline is one datagram, and arrives whole or not at all. UDP tells nobody whether it does; Invoke-UdpExchange waits for a reply.</para>
/// <para>A host where nothing listens on the port says so (ICMP port unreachable). On this machine that is known at once and is the error ConnectionRefused; another host's word is seen only when more is sent after it has come back. Of a name with several addresses the next is tried when one refuses or can't be reached.</para>
/// <para>A datagram that Receive-UdpDatagram returned is answered by piping it: to its sender, and from the port that it came to. While its receiver still runs, further up in the pipeline, the answer goes out from that very socket; afterwards that port is bound again. Without -InputObject the answer is the datagram's own data, as an echo.</para>
/// </remarks>
/// <example>
///   <para>A line to a syslog server.</para>
///   <code>Send-UdpDatagram -ComputerName 127.0.0.1 -Port 514 -InputObject '&lt;13&gt;backup: done' -ErrorAction SilentlyContinue</code>
/// </example>
/// <example>
///   <para>Wakes a machine (wake-on-LAN): six times FF, then sixteen times its MAC address, to all hosts of the network.</para>
///   <code>$mac = [byte[]](0x02, 0, 0x5e, 0x10, 0, 1)
/// $magic = [byte[]](,0xff * 6) + $mac * 16
/// Send-UdpDatagram -Broadcast -Port 9 -InputObject $magic -Count 3 -ErrorAction SilentlyContinue</code>
/// </example>
/// <example>
///   <para>Answers what is received, from the port it came to; here for 0.2 seconds.</para>
///   <code>$port = Get-AvailablePort -Protocol Udp
/// Receive-UdpDatagram -Port $port -TimeoutSeconds 0.2 |
///     ForEach-Object { $_ | Send-UdpDatagram -InputObject "You said $($_.Text)." }</code>
/// </example>
/// <inputs>System.Object: the messages. Or objects with ComputerName and Port, such as a listener or a received datagram, with -InputObject given.</inputs>
/// <outputs>None.</outputs>
/// <seealso cref="ReceiveUdpDatagramCommand"/>
/// <seealso cref="InvokeUdpExchangeCommand"/>
[Cmdlet(VerbsCommunications.Send, "UdpDatagram", DefaultParameterSetName = ToServer)]
public sealed class SendUdpDatagramCommand : UdpMessageCommand
{
    private static readonly TimeSpan ResolveLimit = TimeSpan.FromSeconds(10);

    private UdpSocket? _socket;
    private IPEndPoint? _remote;
    private object? _key;
    private bool _named;

    /// <summary>A datagram that Receive-UdpDatagram returned, to be answered; meant to be piped. The answer goes to its sender, from the port it came to unless -LocalPort is given. Where -ComputerName is given, what is piped is passed on to that host instead.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = ToServer)]
    [ValidateNotNull]
    public UdpDatagram? ReplyTo { get; set; }

    /// <summary>The port of this machine to send from. The default is any that is free.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int LocalPort { get; set; }

    /// <summary>How often each datagram is sent. The default is 1.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Count { get; set; } = 1;

    internal override UdpOptions SocketOptions() => base.SocketOptions() with { LocalPort = LocalPort };

    protected override ProgressRecord? Progress() => ProgressOf($"Sending to {(ReplyTo is null ? $"{Target}:{Port}" : ReplyTo.RemoteEndPoint)}");

    protected override void ReleaseResources() => _socket?.Dispose();

    protected override Task BeginAsync()
    {
        // Given beside the datagrams that come, it is somebody else that they go to.
        _named = MyInvocation.BoundParameters.ContainsKey(nameof(ComputerName));
        return base.BeginAsync();
    }

    protected override async Task SendAsync(object? message)
    {
        byte[] bytes = Encode(message);
        UdpDatagram? answered = _named ? null : ReplyTo;
        if (answered is { Receiver: { IsOpen: true } receiver } datagram && LocalPort == 0 && LocalAddress is null)
        {
            UdpSocket.CheckLength(bytes.Length, datagram.RemoteEndPoint.AddressFamily, datagram.RemoteEndPoint.ToString());
            Repeat(() => receiver.SendTo(bytes, datagram.RemoteEndPoint), datagram.RemoteEndPoint, bytes.Length);
            return;
        }
        object key = answered is null ? (Target, Port) : (answered.RemoteEndPoint, answered.LocalEndPoint);
        if (_socket is not null && key.Equals(_key))
        {
            UdpSocket.CheckLength(bytes.Length, _remote!.AddressFamily, _remote.ToString());
            Repeat(() => SendOn(bytes), _remote, bytes.Length);
            return;
        }
        // Let go of first: -LocalPort may be the same.
        _socket?.Dispose();
        _socket = null;
        IPAddress[] addresses = answered is null ? await ResolveAsync(ResolveLimit) : [answered.RemoteEndPoint.Address];
        _key = key;
        for (int i = 0; ; i++)
        {
            _remote = new IPEndPoint(addresses[i], answered?.Port ?? Port);
            UdpSocket.CheckLength(bytes.Length, _remote.AddressFamily, _remote.ToString());
            try
            {
                _socket = MulticastGroup is null && !Broadcast ? UdpSocket.Connect(_remote, OptionsFor(answered)) : UdpSocket.Open(_remote.AddressFamily, SocketOptions());
                Repeat(() => SendOn(bytes), _remote, bytes.Length);
                return;
            }
            catch (NetException e) when (i < addresses.Length - 1 && e.Error is NetError.ConnectionRefused or NetError.HostUnreachable)
            {
                _socket?.Dispose();
                _socket = null;
            }
        }
    }

    private UdpOptions OptionsFor(UdpDatagram? datagram)
    {
        UdpOptions options = SocketOptions();
        if (datagram is null || LocalPort != 0)
        {
            return options;
        }
        IPAddress local = datagram.LocalEndPoint.Address;
        bool any = local.Equals(IPAddress.Any) || local.Equals(IPAddress.IPv6Any) || MulticastMembership.IsGroup(local);
        return options with { LocalPort = datagram.LocalEndPoint.Port, LocalAddress = LocalAddress ?? (any ? null : local) };
    }

    private void Repeat(Func<SocketError> send, IPEndPoint remote, int length)
    {
        for (int i = 0; i < Count; i++)
        {
            StopToken.ThrowIfCancellationRequested();
            if (send() is not SocketError.Success and SocketError error)
            {
                throw UdpSocket.Describe(error, remote.ToString(), length);
            }
        }
    }

    private SocketError SendOn(byte[] bytes)
    {
        if (MulticastGroup is not null || Broadcast)
        {
            return _socket!.SendTo(bytes, _remote!);
        }
        SocketError error = _socket!.Send(bytes);
        // A refusal that has come is of a datagram before this one, or, on this machine, of this one.
        return error == SocketError.Success && _socket.TryReceive([], out _) == SocketError.ConnectionRefused ? SocketError.ConnectionRefused : error;
    }
}
