using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Tests.Net.Server;

public sealed class StreamChannelTests
{
    [Fact]
    public async Task A_connection_that_is_aborted_before_its_conversation_begins_is_closed_all_the_same()
    {
        EventLoop loop = LoopGroup.Rent();
        try
        {
            using TcpServer server = TcpServer.Start("Test", new TcpServerOptions(), new Unasked());
            using Socket listening = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listening.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listening.Listen();
            listening.Blocking = false;
            TaskCompletionSource<StreamChannel> taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
            TaskCompletionSource<IDisposable> accepting = new(TaskCreationOptions.RunContinuationsAsynchronously);
            loop.Post(() => accepting.SetResult(loop.Listen(listening, new Aborter(server, taken))));
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            // It may see the reset before it sees that it is connected.
            await client.ConnectAsync(listening.LocalEndPoint!).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            StreamChannel channel = await taken.Task.WaitAsync(Eventually.Limit);
            await Eventually.TrueAsync(() => channel.IsClosed, "the channel is closed");
            IDisposable acceptor = await accepting.Task;
            loop.Post(acceptor.Dispose);
        }
        finally
        {
            LoopGroup.Return(loop);
        }
    }

    private sealed class Unasked : StreamProtocol
    {
        public override Task ServeAsync(NetClient client, Stream stream, CancellationToken stop) => throw new InvalidOperationException("It was aborted before.");
    }

    private sealed class Aborter(TcpServer server, TaskCompletionSource<StreamChannel> taken) : IAcceptor
    {
        public IChannelHandler OnAccept(IPEndPoint remote) => new NetClient(server, 1, remote);

        public void OnAccepted(Channel channel)
        {
            NetClient client = (NetClient)channel.Handler;
            StreamChannel stream = StreamChannel.Take((SocketChannel)channel, client, null);
            client.Attach(stream);
            stream.Abort();
            stream.Start((StreamProtocol)server.Protocol);
            taken.SetResult(stream);
        }

        public void OnAcceptFailed(SocketError error)
        {
        }
    }
}
