using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PSNetConcurrency.Core.Net.Tls;

/// <summary>How a client decides that the certificate it is shown is the right one.</summary>
/// <param name="Thumbprint">The SHA-256 (or SHA-1) thumbprint that it must have; then nothing else is asked of it. Null for the system's trust.</param>
/// <param name="SkipCheck">Take any certificate.</param>
/// <param name="HostName">The name the certificate must be for, where the system's trust decides; also sent as SNI.</param>
public sealed record CertificatePin(string? Thumbprint, bool SkipCheck, string HostName)
{
    /// <summary>The certificate that the client itself shows where the server asks for one; it has its private key.</summary>
    public X509Certificate2? ClientCertificate { get; init; }

    public SslClientAuthenticationOptions ClientOptions(Action<NetException> failed) => new()
    {
        TargetHost = HostName,
        // A context, not a collection: that is searched for issuers the server names, and a pinned one has none.
        ClientCertificateContext = ClientCertificate is null ? null : SslStreamCertificateContext.Create(ClientCertificate, additionalCertificates: null, offline: true),
        RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
        {
            NetException? failure = Judge(certificate, errors);
            if (failure is not null)
            {
                failed(failure);
            }
            return failure is null;
        },
    };

    /// <summary>Reads a thumbprint as people paste it: with colons, blanks or in lower case.</summary>
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>: it is no SHA-256 or SHA-1 thumbprint.</exception>
    public static string Normalize(string thumbprint)
    {
        string hex = string.Concat(thumbprint.Where(c => c is not (':' or ' ' or '-'))).ToUpperInvariant();
        return hex.Length is 64 or 40 && hex.All(char.IsAsciiHexDigit)
            ? hex
            : throw new NetException(NetError.InvalidArgument, $"'{thumbprint}' is not a thumbprint: 64 hexadecimal digits (SHA-256) or 40 (SHA-1) are.", thumbprint);
    }

    /// <summary>Whether the certificate has one of the thumbprints, as <see cref="Normalize"/> gives them.</summary>
    public static bool Matches(X509Certificate certificate, IReadOnlyList<string> thumbprints) => thumbprints.Any(t => string.Equals(HashOf(certificate, t), t, StringComparison.OrdinalIgnoreCase));

    private static string HashOf(X509Certificate certificate, string thumbprint) => certificate.GetCertHashString(thumbprint.Length == 40 ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);

    private NetException? Judge(X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (SkipCheck)
        {
            return null;
        }
        if (certificate is null)
        {
            return new NetException(NetError.CertificateNotTrusted, $"{HostName} showed no certificate.", HostName);
        }
        if (Thumbprint is not null)
        {
            string actual = HashOf(certificate, Thumbprint);
            return string.Equals(actual, Thumbprint, StringComparison.OrdinalIgnoreCase) ? null : new NetException(NetError.CertificateNotPinned,
                $"The certificate of {HostName} is not the pinned one: its thumbprint is {actual}, expected {Thumbprint}. Somebody may stand between, or the server has a new certificate.", actual);
        }
        return errors == SslPolicyErrors.None ? null : new NetException(NetError.CertificateNotTrusted,
            $"The certificate of {HostName} ('{certificate.Subject}') is not trusted: {errors}. Pin it with -CertificateThumbprint {ServerCertificate.Thumbprint(certificate)} if it is the right one, or trust its issuer.", ServerCertificate.Thumbprint(certificate));
    }
}
