using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Tls;

namespace PSNetConcurrency.Infrastructure;

/// <summary>The base of the cmdlets that start a TCP listener: what all listeners can be told, binding, registration.</summary>
public abstract class ListenerCommand : NetCmdlet
{
    /// <summary>The port to listen on. With 0, the default, the system chooses a free one; the real port is on the output object.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public int Port { get; set; }

    /// <summary>A name for the listener, for Get-NetListener and its kin. The default is its kind and id, such as Echo1.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The address of this machine to listen on. The default is loopback, 127.0.0.1, which only this machine reaches.</summary>
    [Parameter]
    [ValidateNotNull]
    public IPAddress LocalAddress { get; set; } = IPAddress.Loopback;

    /// <summary>Listens on every address of this machine, IPv6 and IPv4, so that other machines reach it. A warning says so.</summary>
    [Parameter]
    public SwitchParameter AnyAddress { get; set; }

    /// <summary>How many clients may be connected at once. More are refused with a reset; those inside notice nothing. The default is 10000.</summary>
    [Parameter]
    [ValidateRange(1, 1_000_000)]
    public int MaximumConnection { get; set; } = 10_000;

    /// <summary>How long, in seconds, a client may neither send nor take anything before it is disconnected; 0 for ever. The default is 300.</summary>
    [Parameter]
    [ValidateRange(0d, 31_536_000d)]
    public double IdleTimeoutSeconds { get; set; } = 300;

    /// <summary>How many connections the system completes and keeps waiting until they are accepted: the number that listen() takes. It is no limit on clients. The system may lower it. The default is 512.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Backlog { get; set; } = 512;

    /// <summary>A certificate with its private key: clients must then use TLS.</summary>
    [Parameter]
    [ValidateNotNull]
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Makes a certificate for this listener: clients must then use TLS, and pin the CertificateThumbprint of the output object. Cmdlets of this module that get the object by pipeline pin it themselves.</summary>
    [Parameter]
    public SwitchParameter SelfSigned { get; set; }

    /// <summary>Addresses or networks, such as 10.0.0.0/8 or 192.168.1.7, that may connect; all others are refused.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Allow { get; set; } = [];

    /// <summary>Addresses or networks that are refused, also where -Allow names them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Deny { get; set; } = [];

    protected override bool FailuresTerminate => true;

    /// <summary>The listener's kind, as Get-NetListener shows it.</summary>
    protected abstract string ListenerKind { get; }

    /// <summary>What the listener does with its clients.</summary>
    protected abstract ServerProtocol CreateProtocol();

    /// <summary>The options from the parameters; a cmdlet adds its own.</summary>
    protected virtual TcpServerOptions CreateOptions()
    {
        if (AnyAddress && MyInvocation.BoundParameters.ContainsKey(nameof(LocalAddress)))
        {
            throw new NetException(NetError.InvalidArgument, "-AnyAddress and -LocalAddress exclude each other.", LocalAddress);
        }
        if (Certificate is not null && SelfSigned)
        {
            throw new NetException(NetError.InvalidArgument, "-Certificate and -SelfSigned exclude each other.", Certificate.Thumbprint);
        }
        return new TcpServerOptions
        {
            Name = Name,
            Address = AnyAddress ? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any) : LocalAddress,
            Port = Port,
            Backlog = Backlog,
            MaximumConnection = MaximumConnection,
            IdleTimeout = TimeSpan.FromSeconds(IdleTimeoutSeconds),
            Certificate = SelfSigned ? ServerCertificate.CreateSelfSigned() : Certificate,
            Allow = Allow.Select(ParseNetwork).ToArray(),
            Deny = Deny.Select(ParseNetwork).ToArray(),
        };
    }

    /// <summary>Starts the listener; a cmdlet whose listener has properties of its own starts that.</summary>
    protected virtual TcpServer StartServer(TcpServerOptions options, ServerProtocol protocol) => TcpServer.Start(ListenerKind, options, protocol);

    protected override Task EndAsync()
    {
        StartListener(CreateOptions());
        return Task.CompletedTask;
    }

    /// <summary>Starts the listener, keeps it for Get-NetListener and writes it.</summary>
    protected void StartListener(TcpServerOptions options) => WriteObject(LaunchListener(options));

    /// <summary>Starts the listener and keeps it for Get-NetListener.</summary>
    internal TcpServer LaunchListener(TcpServerOptions options)
    {
        ServerProtocol protocol = CreateProtocol();
        TcpServer listener;
        try
        {
            listener = StartServer(options, protocol);
        }
        catch
        {
            protocol.OnStopped();
            throw;
        }
        HandleRegistry.Add(listener);
        if (!IPAddress.IsLoopback(listener.LocalEndPoint.Address))
        {
            WriteWarning($"{listener.Name} can be reached from other machines, on {listener.LocalEndPoint}. -Allow, -Deny and TLS limit who may use it.");
        }
        return listener;
    }

    internal static IPNetwork ParseNetwork(string text)
    {
        string[] parts = text.Split('/');
        if (IPAddress.TryParse(parts[0], out IPAddress? address))
        {
            byte[] bytes = address.GetAddressBytes();
            int prefix = 8 * bytes.Length;
            if (parts.Length == 1 || (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out prefix) && prefix <= 8 * bytes.Length))
            {
                if (address.IsIPv4MappedToIPv6 && prefix >= 96)
                {
                    // Clients of a dual-mode listener are known by their IPv4 address.
                    bytes = address.MapToIPv4().GetAddressBytes();
                    prefix -= 96;
                }
                // People write the address of a host with its prefix: the bits behind it are cleared.
                for (int bit = prefix; bit < 8 * bytes.Length; bit++)
                {
                    bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
                }
                return new IPNetwork(new IPAddress(bytes), prefix);
            }
        }
        throw new NetException(NetError.InvalidArgument, $"'{text}' is not an address or a network. Write 192.168.1.7, 10.0.0.0/8 or 2001:db8::/32.", text);
    }
}
