using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Faults;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Net.Server.Services;

namespace PSNetConcurrency.Soak.Load;

/// <summary>
/// A UDP echo server, at full load and through bad networks. Of what the proxy says it passed on every datagram arrives, whole
/// where it was not damaged; without a proxy every one comes back.
/// </summary>
internal sealed class DatagramScenario : IScenario
{
    private const int Burst = 16;

    private UdpServer? _server;

    public string Name => "echo-udp";

    public int Workers => 1;

    private UdpServer Server => _server!;

    public Task StartAsync(CancellationToken stop)
    {
        _server = UdpServer.Start("UdpEcho", new UdpServerOptions(), new EchoService());
        return Task.CompletedTask;
    }

    public Task RoundAsync(Round round) => round.Number % 3 == 0 ? LoadAsync(round) : DisturbAsync(round);

    public async Task SettleAsync(CancellationToken stop) => await Server.SettleAsync();

    public async ValueTask DisposeAsync() => await Server.EndAsync();

    private async Task LoadAsync(Round round)
    {
        using Client client = new(Server.LocalEndPoint, round, count: 3000);
        while (client.Sent < client.Count)
        {
            client.SendBurst();
            await client.ReceiveAsync(until: () => client.Intact == client.Sent, round.Stop);
        }
        SoakException.Require(client is { Damaged: 0, Copies: 0 }, $"{client.Damaged} datagrams were damaged and {client.Copies} came twice.");
        Count(round, client);
    }

    private async Task DisturbAsync(Round round)
    {
        NetFault fault = Draw(round.Random);
        UdpFaultProxyService service = new("127.0.0.1", Server.Port, [IPAddress.Loopback], fault, round.Random.NextInt64());
        UdpFaultProxyListener proxy = UdpFaultProxyListener.Start(new UdpServerOptions(), service);
        DatagramFaultStatistic done = proxy.FaultStatistic;
        try
        {
            using Client client = new(proxy.LocalEndPoint, round, round.Random.Next(1, 200));
            while (client.Sent < client.Count)
            {
                client.SendBurst();
                // So that no system's buffer overflows: what is lost then is nobody's account.
                await client.ReceiveAsync(() => done.ClientToServer.Received == client.Sent && Settled(), round.Stop);
            }
            await client.ReceiveAsync(() => client.Received == done.ServerToClient.Passed && Settled(), round.Stop);
            long harmed = done.Corrupted + done.Truncated;
            SoakException.Require(client.Damaged <= 4 * harmed, $"{client.Damaged} datagrams arrived damaged; the proxy damaged {harmed}.");
            SoakException.Require(client.Copies <= done.Duplicated * 2, $"{client.Copies} datagrams came again; the proxy made {done.Duplicated} copies.");
            Count(round, client);
        }
        finally
        {
            await proxy.EndAsync();
        }
        CountFaults(round, done);

        bool Settled() => service.WaitingMemory == 0 && done.ServerToClient.Received == done.ClientToServer.Passed;
    }

    private void Count(Round round, Client client)
    {
        round.Figures.Add("load", Name, "messages", client.Intact);
        round.Figures.Add("load", Name, "bytes checked", client.Bytes);
    }

    private static void CountFaults(Round round, DatagramFaultStatistic done)
    {
        Add("datagrams lost", done.Lost);
        Add("datagrams duplicated", done.Duplicated);
        Add("datagrams reordered", done.Reordered);
        Add("datagrams delayed", done.Delayed);
        Add("datagrams corrupted", done.Corrupted);
        Add("datagrams truncated", done.Truncated);

        void Add(string kind, long count) => round.Figures.Add("faults", kind, "injected", count);
    }

    private static NetFault Draw(Random random)
    {
        double Rate(int outOf) => random.Next(outOf) == 0 ? random.NextDouble() * 0.3 : 0;
        return new NetFault
        {
            Direction = (FaultDirection)random.Next(3),
            LossRate = Rate(2),
            DuplicateRate = Rate(3),
            ReorderRate = Rate(3),
            ReorderMilliseconds = 5,
            CorruptRate = Rate(4),
            TruncateRate = Rate(4),
            LatencyMilliseconds = random.Next(4) == 0 ? random.Next(1, 10) : 0,
            JitterMilliseconds = random.Next(4) == 0 ? random.Next(1, 10) : 0,
        };
    }

    /// <summary>Sends numbered datagrams and judges what comes.</summary>
    private sealed class Client : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly byte[] _buffer = new byte[65536];
        private readonly byte[][] _datagrams;
        private readonly bool[] _seen;

        public Client(IPEndPoint server, Round round, int count)
        {
            Count = count;
            _seen = new bool[count];
            int size = round.Random.Next(4, 1400);
            _datagrams = [.. Enumerable.Range(0, count).Select(i =>
            {
                byte[] datagram = round.Bytes(size);
                BinaryPrimitives.WriteInt32LittleEndian(datagram, i);
                return datagram;
            })];
            _socket.Connect(server);
        }

        public int Count { get; }

        public int Sent { get; private set; }

        public long Received => Intact + Damaged + Copies;

        /// <summary>Datagrams that came as they were sent, each once.</summary>
        public long Intact { get; private set; }

        public long Damaged { get; private set; }

        /// <summary>Datagrams that came as they were sent, again.</summary>
        public long Copies { get; private set; }

        public long Bytes { get; private set; }

        public void SendBurst()
        {
            for (int i = 0; i < Burst && Sent < Count; i++)
            {
                _socket.Send(_datagrams[Sent++]);
            }
        }

        public async Task ReceiveAsync(Func<bool> until, CancellationToken stop)
        {
            while (true)
            {
                while (_socket.Available > 0)
                {
                    Take(_socket.Receive(_buffer));
                }
                if (until())
                {
                    return;
                }
                stop.ThrowIfCancellationRequested();
                await Task.Yield();
            }
        }

        public void Dispose() => _socket.Dispose();

        private void Take(int length)
        {
            ReadOnlySpan<byte> datagram = _buffer.AsSpan(0, length);
            int number = length < 4 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(datagram);
            if (number < 0 || number >= Sent || !datagram.SequenceEqual(_datagrams[number]))
            {
                Damaged++;
            }
            else if (_seen[number])
            {
                Copies++;
            }
            else
            {
                _seen[number] = true;
                Intact++;
                Bytes += length;
            }
        }
    }
}
