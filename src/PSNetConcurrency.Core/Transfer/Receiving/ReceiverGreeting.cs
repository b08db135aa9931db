using System.Net;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>The beginning of a transfer, as its receiver has it: who is there, and does it know the secret?</summary>
internal sealed class ReceiverGreeting(ReceiveOptions options, TransferConnection connection, Stream stream, IPEndPoint? remote)
{
    /// <summary>Answers a greeting, and has the sender prove the secret where there is one; the sender's name for its call.</summary>
    /// <exception cref="NetException">It is no greeting, or the sender may not.</exception>
    public async Task<string> AnswerAsync(DictionaryHeader hello)
    {
        if (hello.GetString(TransferKeys.Message) != TransferKeys.Hello || hello.GetInt64("version") is not long version)
        {
            throw new NetException(NetError.FrameCorrupted, $"{connection.Peer} did not begin with a greeting.", connection.Peer);
        }
        if (version < TransferKeys.Version)
        {
            throw await RefuseAsync(new NetException(NetError.TransferRefused, $"The sender speaks version {version} of the transfer, the receiver {TransferKeys.Version}.", version)).ConfigureAwait(false);
        }
        // Part of what is remembered: no longer than a name that is made for this.
        string sender = hello.GetString("sender") is { Length: <= 64 } named ? named : "";
        string senderNonce = hello.GetString("nonce") ?? "", receiverNonce = SharedSecret.NewNonce();
        if (options.Secret is { } secret)
        {
            await AuthenticateAsync(secret, senderNonce, receiverNonce).ConfigureAwait(false);
        }
        else
        {
            WriteHello(receiverNonce, secret: false);
        }
        return sender;
    }

    // The sender proves first: a stranger who only connects gets nothing to guess at.
    private async Task AuthenticateAsync(SharedSecret secret, string senderNonce, string receiverNonce)
    {
        SharedSecret.RequireSafe(stream, remote?.Address);
        WriteHello(receiverNonce, secret: true);
        string binding = SharedSecret.BindingOf(stream, server: true);
        DictionaryHeader? answer = await connection.ReadNextAsync().ConfigureAwait(false);
        if (answer is null)
        {
            throw new NetException(NetError.AuthenticationFailed, $"{connection.Peer} left when it was asked for the shared secret.", connection.Peer);
        }
        if (senderNonce.Length != 2 * SharedSecret.NonceLength || answer.GetString(TransferKeys.Message) != TransferKeys.Proof
            || !secret.Check(answer.GetString("proof"), sender: true, senderNonce, receiverNonce, binding))
        {
            throw await RefuseAsync(new NetException(NetError.AuthenticationFailed, "The shared secret is not the receiver's, or somebody stands between.", connection.Peer)).ConfigureAwait(false);
        }
        connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Proof);
            json.WriteString("proof", secret.Prove(sender: false, senderNonce, receiverNonce, binding));
        });
    }

    private void WriteHello(string nonce, bool secret) => connection.WriteMessage(json =>
    {
        json.WriteString(TransferKeys.Message, TransferKeys.Hello);
        json.WriteNumber("version", TransferKeys.Version);
        json.WriteString("nonce", nonce);
        json.WriteBoolean("secret", secret);
        json.WriteNumber("maximum_bytes", options.MaximumBytes);
    });

    /// <summary>Tells the sender why it may not go on; returns the reason.</summary>
    public async Task<NetException> RefuseAsync(NetException reason)
    {
        connection.WriteMessage(json =>
        {
            json.WriteString(TransferKeys.Message, TransferKeys.Refuse);
            RemoteError.Write(json, reason);
        });
        await connection.FlushAsync().ConfigureAwait(false);
        return reason;
    }
}
