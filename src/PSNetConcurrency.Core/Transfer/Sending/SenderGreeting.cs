using System.Net;
using System.Text.Json;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Sending;

/// <summary>The beginning of a transfer, as its sender has it: who is there, and does it know the secret?</summary>
internal sealed class SenderGreeting(SendOptions options, TransferConnection connection, Stream stream, IPEndPoint remote)
{
    private string Hint => stream is System.Net.Security.SslStream
        ? "Is it a receiver of this module? If it was started with -AllowedThumbprint, show one of those certificates with -ClientCertificate; if it knows the dictionary frame and nothing else, use -Plain."
        : "Is it a receiver of this module? If it wants TLS, use -UseTls; if it knows the dictionary frame and nothing else, use -Plain.";

    /// <summary>Greets, and proves the secret where there is one.</summary>
    /// <exception cref="NetException">The peer refuses, can't prove the secret, or does not speak the transfer's language.</exception>
    public async Task GreetAsync(string senderId)
    {
        connection.Expecting = true;
        string nonce = SharedSecret.NewNonce();
        connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Hello);
            json.WriteNumber("version", TransferKeys.Version);
            json.WriteString("nonce", nonce);
            json.WriteString("sender", senderId);
        });
        DictionaryHeader hello = await AskAsync(TransferKeys.Hello).ConfigureAwait(false);
        if (hello.GetString("nonce") == nonce)
        {
            throw new NetException(NetError.TransferRefused, $"{connection.Peer} sends back what it is sent: an echo server, not a receiver of files.", connection.Peer);
        }
        bool wanted = hello.Root.TryGetProperty("secret", out JsonElement secret) && secret.ValueKind == JsonValueKind.True;
        if (wanted && options.Secret is null)
        {
            throw new NetException(NetError.AuthenticationFailed, $"{connection.Peer} wants a shared secret: give it with -SharedSecret.", connection.Peer);
        }
        if (options.Secret is { } ours)
        {
            if (!wanted)
            {
                throw new NetException(NetError.AuthenticationFailed, $"{connection.Peer} was started without a shared secret, so it can't prove to be the receiver that is meant. Start it with -SharedSecret, or leave that out here. Nothing was sent.", connection.Peer);
            }
            await ProveAsync(ours, nonce, hello.GetString("nonce") ?? "").ConfigureAwait(false);
        }
        connection.Expecting = false;
    }

    private async Task ProveAsync(SharedSecret secret, string ours, string theirs)
    {
        SharedSecret.RequireSafe(stream, remote.Address);
        string binding = SharedSecret.BindingOf(stream, server: false);
        connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Proof);
            json.WriteString("proof", secret.Prove(sender: true, ours, theirs, binding));
        });
        DictionaryHeader proof = await AskAsync(TransferKeys.Proof).ConfigureAwait(false);
        if (!secret.Check(proof.GetString("proof"), sender: false, ours, theirs, binding))
        {
            throw new NetException(NetError.AuthenticationFailed, $"{connection.Peer} could not prove that it knows the shared secret. Nothing was sent.", connection.Peer);
        }
    }

    private async Task<DictionaryHeader> AskAsync(string expected)
    {
        DictionaryHeader? answer;
        try
        {
            await connection.FlushAsync().ConfigureAwait(false);
            answer = await connection.ReadHeaderAsync(static _ => true).ConfigureAwait(false);
        }
        catch (NetException e) when (e.Error == NetError.TimedOut)
        {
            throw new NetException(NetError.TimedOut, $"{connection.Peer} took the greeting and did not answer within {options.Timeout.TotalSeconds:0.###} s. {Hint}", connection.Peer, e);
        }
        catch (NetException e) when (e.Error == NetError.PeerReset)
        {
            throw new NetException(NetError.PeerReset, $"{connection.Peer} reset the connection instead of answering the greeting. It may be full, or not let this address in (-Allow, -Deny). {Hint}", connection.Peer, e);
        }
        catch (NetException e) when (e.Error == NetError.FrameCorrupted)
        {
            throw new NetException(NetError.FrameCorrupted, $"{connection.Peer} answered the greeting with something else: {e.Message} {Hint}", connection.Peer, e, e.Received);
        }
        string? message = answer?.GetString(TransferKeys.Message);
        return message == expected ? answer!
            : throw (message == TransferKeys.Refuse ? RemoteError.Read(answer!, $"{connection.Peer} refused the transfer", connection.Peer)
                : answer is null ? new NetException(NetError.PeerClosed, $"{connection.Peer} closed the connection instead of answering the greeting. {Hint}", connection.Peer)
                : new NetException(NetError.FrameCorrupted, $"{connection.Peer} answered the greeting with something else. {Hint}", connection.Peer));
    }
}
