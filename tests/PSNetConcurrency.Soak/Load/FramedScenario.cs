using System.Buffers;
using System.Collections.Specialized;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Tls;

namespace PSNetConcurrency.Soak.Load;

/// <summary>
/// A server of messages that answers each with the same backwards. Clients send many at once, through bad networks: answers come
/// in order, whole and right, and all of them where nothing cut the connection.
/// </summary>
/// <param name="name">The scenario's name.</param>
/// <param name="format">How messages are framed.</param>
/// <param name="tls">Whether it is all inside TLS.</param>
/// <param name="start">Starts another server that answers so; null for one without scripts.</param>
internal sealed class FramedScenario(string name, FrameFormat format, bool tls = false, Func<NetListener>? start = null) : IScenario
{
    private readonly X509Certificate2? _certificate = tls ? ServerCertificate.CreateSelfSigned() : null;
    private NetListener? _server;

    public string Name => name;

    public int Workers => 1;

    private NetListener Server => _server!;

    public Task StartAsync(CancellationToken stop)
    {
        _server = start?.Invoke() ?? TcpServer.Start("Message", new TcpServerOptions { Certificate = _certificate }, new MessageProtocol(format, new Backwards(), (header, payload) => new Message(header, payload)));
        return Task.CompletedTask;
    }

    public async Task RoundAsync(Round round)
    {
        int count = round.Random.Next(1, 300), most = 1 << round.Random.Next(1, 12);
        byte[][] messages = [.. Enumerable.Range(0, count).Select(_ => Text(round.Random, most))];
        ArrayBufferWriter<byte> stream = new();
        for (int i = 0; i < count; i++)
        {
            format.Encode(format.HasHeader ? new OrderedDictionary { ["number"] = i } : null, messages[i], stream);
        }
        // Through TLS a changed byte ends the connection; without, nothing could tell it from a message.
        NetFault fault = round.Number % 3 == 0 ? NetFault.None : StreamFaults.Draw(round.Random, stream.WrittenCount, corrupts: tls);
        FaultProxyListener proxy = Listeners.Proxy(Server.Port, fault, round);
        int answered;
        try
        {
            answered = await AnswersAsync(proxy.Port, stream.WrittenMemory, messages, fault.Patience(), round.Stop);
            SoakException.Require(answered == count || fault.Cuts() || proxy.FaultStatistic.CorruptedCount > 0, $"Nothing cut the connection, and {answered} of {count} messages were answered; faults: {fault}.");
        }
        finally
        {
            await proxy.EndAsync();
        }
        StreamFaults.Count(round.Figures, proxy.FaultStatistic);
        round.Figures.Add("load", Name, "messages", answered);
        round.Figures.Add("load", Name, "bytes checked", messages.Take(answered).Sum(m => (long)m.Length));
    }

    public async Task SettleAsync(CancellationToken stop) => await Server.SettleAsync();

    public async ValueTask DisposeAsync()
    {
        await Server.EndAsync();
        _certificate?.Dispose();
    }

    // How many answers came, all of which were right.
    private async Task<int> AnswersAsync(int port, ReadOnlyMemory<byte> stream, byte[][] messages, TimeSpan patience, CancellationToken stop)
    {
        CertificatePin? pin = _certificate is null ? null : new CertificatePin(ServerCertificate.Thumbprint(_certificate), SkipCheck: false, "127.0.0.1");
        TcpSession? session = null;
        int answered = 0;
        try
        {
            session = await TcpSession.ConnectAsync(new TcpConnectOptions { ComputerName = "127.0.0.1", Port = port, Tls = pin, Timeout = patience }, stop);
            Task sending = session.SendAsync(stream, patience, stop);
            while (answered < messages.Length)
            {
                Received received = await session.ReceiveAsync(new ReceiveRequest { Format = format, Timeout = patience }, stop);
                if (received.EndReason != ReceiveEndReason.Complete)
                {
                    break;
                }
                Check(received, messages[answered], answered);
                answered++;
            }
            if (answered < messages.Length)
            {
                // It may be waiting for a peer that is gone.
                session.Dispose();
            }
            await sending;
        }
        catch (NetException)
        {
            // How it ended is not in question, only what had come until then.
        }
        finally
        {
            session?.Dispose();
        }
        return answered;
    }

    private void Check(Received received, byte[] message, int number)
    {
        SoakException.Require(received.Data.AsSpan().SequenceEqual(Reversed(message)), $"Answer {number} is not the message backwards.");
        if (format.HasHeader)
        {
            object? told = format.ReadHeader(received.Header)!["number"];
            SoakException.Require(Convert.ToInt32(told, CultureInfo.InvariantCulture) == number, $"The header of answer {number} says {told}.");
        }
    }

    // No line break is in it.
    private static byte[] Text(Random random, int most) => [.. Enumerable.Range(0, random.Next(1, most + 1)).Select(_ => (byte)random.Next(0x20, 0x7f))];

    private static byte[] Reversed(byte[] bytes)
    {
        byte[] reversed = [.. bytes];
        Array.Reverse(reversed);
        return reversed;
    }

    private sealed record Message(byte[]? Header, byte[] Payload);

    /// <summary>Answers on threads of the pool, as a script's handler does on threads of its own.</summary>
    private sealed class Backwards : IMessageHandler
    {
        public void Handle(MessageWork work) => ThreadPool.UnsafeQueueUserWorkItem(static work =>
        {
            if (work.Take() is not Message message)
            {
                return;
            }
            OrderedDictionary? header = null;
            if (message.Header is not null)
            {
                header = new OrderedDictionary { ["number"] = Core.Framing.DictionaryHeader.Parse(message.Header).GetInt64("number") };
            }
            work.Complete([new FrameContent(header, Reversed(message.Payload))]);
        }, work, preferLocal: false);

        public void Stop()
        {
        }
    }
}
