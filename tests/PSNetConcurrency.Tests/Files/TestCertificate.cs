using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PSNetConcurrency.Tests.Files;

/// <summary>Certificates as an administrator makes them, for either side of TLS.</summary>
internal static class TestCertificate
{
    public static X509Certificate2 Create(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
