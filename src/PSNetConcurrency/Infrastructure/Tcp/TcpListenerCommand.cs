using System.Management.Automation;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Tls;
using PSNetConcurrency.Infrastructure.Listeners;

namespace PSNetConcurrency.Infrastructure.Tcp;

/// <summary>The base of the cmdlets that start a TCP listener: limits on connections, TLS, and the start itself.</summary>
public abstract class TcpListenerCommand : ListenerCommand
{
    /// <summary>How many clients may be connected at once. More are refused with a reset; those inside notice nothing. The default is 10000.</summary>
    [Parameter]
    [ValidateRange(1, 1_000_000)]
    public int MaximumConnection { get; set; } = 10_000;

    /// <summary>How many clients of one address may be connected at once, an IPv6 network of /64 counting as one address; 0, the default, is no limit but -MaximumConnection. Behind one address may be a whole company.</summary>
    [Parameter]
    [ValidateRange(0, 1_000_000)]
    public int MaximumConnectionPerAddress { get; set; }

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

    /// <summary>Makes a certificate for this listener: clients must then use TLS, and pin the CertificateThumbprint of the listener. Cmdlets of this module that get the listener by pipeline pin it themselves.</summary>
    [Parameter]
    public SwitchParameter SelfSigned { get; set; }

    /// <summary>What the listener does with its clients.</summary>
    protected abstract ServerProtocol CreateProtocol();

    /// <summary>The options from the parameters; a cmdlet adds its own.</summary>
    protected virtual TcpServerOptions CreateOptions()
    {
        IPAddress address = AddressToBind();
        if (Certificate is not null && SelfSigned)
        {
            throw new NetException(NetError.InvalidArgument, "-Certificate and -SelfSigned exclude each other.", Certificate.Thumbprint);
        }
        return new TcpServerOptions
        {
            Name = Name,
            Address = address,
            Port = Port,
            Backlog = Backlog,
            MaximumConnection = MaximumConnection,
            MaximumConnectionPerAddress = MaximumConnectionPerAddress,
            IdleTimeout = TimeSpan.FromSeconds(IdleTimeoutSeconds),
            Certificate = SelfSigned ? ServerCertificate.CreateSelfSigned() : Certificate,
            Allow = AllowedNetworks(),
            Deny = DeniedNetworks(),
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
        return Launched(listener, options.Address, "-Allow, -Deny and TLS");
    }
}
