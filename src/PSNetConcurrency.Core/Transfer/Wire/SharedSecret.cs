using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Transfer.Wire;

/// <summary>
/// A secret that both ends know, and prove to each other without sending it: an HMAC-SHA256 (RFC 2104) over both nonces, under a
/// key that PBKDF2 (RFC 8018) makes slow to guess. With TLS the proof is for the server's certificate (RFC 5929,
/// tls-server-end-point), so that nobody can pass it on from a connection of his own.
/// </summary>
internal sealed class SharedSecret
{
    public const int NonceLength = 32;
    private const int Iterations = 100_000;
    private const string Context = "PSNetConcurrency file transfer 1";

    private readonly byte[] _key;

    public SharedSecret(string secret)
    {
        if (secret.Length == 0)
        {
            throw new NetException(NetError.InvalidArgument, "The shared secret is empty.");
        }
        _key = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(Context), Iterations, HashAlgorithmName.SHA256, 32);
    }

    public static string NewNonce() => Convert.ToHexString(RandomNumberGenerator.GetBytes(NonceLength));

    /// <summary>The proof of one side; the sides' proofs differ, so that neither can be sent back to whom it came from.</summary>
    public string Prove(bool sender, string senderNonce, string receiverNonce, string binding) => Convert.ToHexString(
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{Context}\n{(sender ? "sender" : "receiver")}\n{senderNonce}\n{receiverNonce}\n{binding}")));

    public bool Check(string? proof, bool sender, string senderNonce, string receiverNonce, string binding) => proof is not null
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(proof), Encoding.UTF8.GetBytes(Prove(sender, senderNonce, receiverNonce, binding)));

    /// <summary>What a proof over this connection is bound to: the digest of the server's certificate, or nothing without TLS.</summary>
    public static string BindingOf(Stream stream, bool server) =>
        stream is SslStream tls && (server ? tls.LocalCertificate : tls.RemoteCertificate) is X509Certificate certificate ? certificate.GetCertHashString(HashAlgorithmName.SHA256) : "";

    /// <exception cref="NetException"><see cref="NetError.InsecureConnection"/>: others can read the connection, and change it after the proof.</exception>
    public static void RequireSafe(Stream stream, IPAddress? remote)
    {
        if (stream is not SslStream && (remote is null || !IPAddress.IsLoopback(remote)))
        {
            throw new NetException(NetError.InsecureConnection, $"A shared secret proves nothing over a connection to {remote} that is not encrypted: whoever stands between could take it over after the proof. Use TLS.", remote?.ToString());
        }
    }
}
