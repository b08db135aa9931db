using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PSNetConcurrency.Core.Net.Tls;

/// <summary>The certificate a server shows, given or made for the occasion.</summary>
public static class ServerCertificate
{
    /// <summary>
    /// Makes a self-signed certificate (ECDSA P-256, valid for a year) for this machine's names and loopback. Its key lives in
    /// memory only. Clients know it by its thumbprint; see <see cref="CertificatePin"/>.
    /// </summary>
    public static X509Certificate2 CreateSelfSigned(string? commonName = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string host = string.IsNullOrEmpty(commonName) ? Dns.GetHostName() : commonName;
        CertificateRequest request = new($"CN={host}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(host);
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        X509Certificate2 made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
        if (!OperatingSystem.IsWindows())
        {
            return made;
        }
        // Windows' TLS does not take a key that was never in a store or a file.
        using (made)
        {
#pragma warning disable SYSLIB0057 // Its replacement is not in .NET 8.
            return new X509Certificate2(made.Export(X509ContentType.Pkcs12));
#pragma warning restore SYSLIB0057
        }
    }

    /// <summary>What a server's handshakes need, prepared once. With thumbprints, clients must show a certificate that has one of them.</summary>
    public static SslServerAuthenticationOptions ServerOptions(X509Certificate2 certificate, IReadOnlyList<string>? allowedThumbprints = null)
    {
        if (!certificate.HasPrivateKey)
        {
            throw new NetException(NetError.InvalidArgument, $"The certificate '{certificate.Subject}' has no private key, so a server can't use it.", certificate.Thumbprint);
        }
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true),
            ClientCertificateRequired = allowedThumbprints is { Count: > 0 },
            RemoteCertificateValidationCallback = allowedThumbprints is { Count: > 0 } ? (_, shown, _, _) => IsAllowed(shown, allowedThumbprints) : null,
        };
    }

    // Thrown rather than false: the handshake's own words would not say which certificate it was.
    private static bool IsAllowed(X509Certificate? shown, IReadOnlyList<string> thumbprints) =>
        shown is null ? throw new NetException(NetError.CertificateNotPinned, "The client showed no certificate, and only those of -AllowedThumbprint may connect.")
        : CertificatePin.Matches(shown, thumbprints) ? true
        : throw new NetException(NetError.CertificateNotPinned, $"The client showed the certificate '{shown.Subject}' with the thumbprint {Thumbprint(shown)}, which is none of -AllowedThumbprint.", Thumbprint(shown));

    /// <summary>The SHA-256 thumbprint, as <c>openssl x509 -fingerprint -sha256</c> gives it, without colons.</summary>
    public static string Thumbprint(X509Certificate certificate) => certificate.GetCertHashString(HashAlgorithmName.SHA256);
}
