using System.Security.Authentication;

namespace PSNetConcurrency.Core.Net.Tls;

/// <summary>One way to tell why TLS failed.</summary>
internal static class TlsErrors
{
    public static NetException Describe(Exception e, string peer) => e switch
    {
        AuthenticationException { InnerException: NetException pinned } => pinned,
        AuthenticationException => new(NetError.TlsHandshakeFailed, $"The TLS handshake with {peer} failed: {Innermost(e)} Check that both ends use TLS.", peer, e),
        _ => new(NetError.TlsHandshakeFailed, $"TLS with {peer} failed: {Innermost(e)} Check that both ends use TLS.", peer, e),
    };

    private static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
        {
            e = inner;
        }
        return e.Message.EndsWith('.') ? e.Message : e.Message + ".";
    }
}
