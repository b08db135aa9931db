using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Tls;

namespace PSNetConcurrency.Infrastructure.Tcp;

/// <summary>The base of the cmdlets that connect to a TCP server: whom to, how long, and TLS.</summary>
public abstract class TcpClientCommand : NetCmdlet
{
    internal const string ToServer = "Server";

    /// <summary>The server's name or address. Every address of a name is tried, IPv6 and IPv4. A listener of this module binds it by property name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ToServer)]
    [ValidateNotNullOrEmpty]
    [Alias("HostName", "Cn")]
    public string ComputerName { get; set; } = "";

    /// <summary>The server's port, 1 to 65535.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, ParameterSetName = ToServer)]
    [ValidateRange(1, 65535)]
    public int Port { get; set; }

    /// <summary>Uses TLS. Without -CertificateThumbprint or -SkipCertificateCheck the system must trust the server's certificate.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ToServer)]
    public SwitchParameter UseTls { get; set; }

    /// <summary>The name that the server's certificate must be for, and that is sent to the server (SNI). The default is -ComputerName.</summary>
    [Parameter(ParameterSetName = ToServer)]
    [ValidateNotNullOrEmpty]
    public string? TlsHostName { get; set; }

    /// <summary>The SHA-256 (or SHA-1) thumbprint that the server's certificate must have; then no issuer need be trusted. Implies -UseTls.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = ToServer)]
    public string? CertificateThumbprint { get; set; }

    /// <summary>Takes any certificate: encrypted, but to whom is not known. Implies -UseTls.</summary>
    [Parameter(ParameterSetName = ToServer)]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <summary>How to judge the server's certificate; null without TLS.</summary>
    internal CertificatePin? Pin()
    {
        string? thumbprint = string.IsNullOrEmpty(CertificateThumbprint) ? null : CertificatePin.Normalize(CertificateThumbprint);
        return UseTls || thumbprint is not null || SkipCertificateCheck ? new CertificatePin(thumbprint, SkipCertificateCheck, TlsHostName ?? ComputerName) : null;
    }

    internal TcpConnectOptions ConnectOptions(double timeoutSeconds) => new()
    {
        ComputerName = ComputerName,
        Port = Port,
        Timeout = TimeSpan.FromSeconds(timeoutSeconds),
        Tls = Pin(),
    };
}
