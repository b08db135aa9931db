using System.Net;
using System.Net.Sockets;
using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Client;

namespace PSNetConcurrency.Core.Tests.Net.Client;

/// <summary>What limits a receive of frames: each frame, and nothing else.</summary>
public sealed class FramedReceiveTests : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public FramedReceiveTests() => _listener.Start();

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Many_frames_that_come_at_once_are_not_one_that_is_too_large()
    {
        ReceiveRequest request = new() { Format = FrameFormat.Parse("Line,MaximumFrameLength=100"), MaximumBytes = 100, Timeout = Eventually.Limit };
        string lines = string.Concat(Enumerable.Range(0, 10).Select(i => new string((char)('0' + i), 49) + "\n"));
        using TcpSession session = await ReceivingAsync($"{lines}{new string('x', 200)}\nend\n");
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(new string((char)('0' + i), 49), await NextAsync(session, request));
        }
        Assert.Equal(NetError.MessageTooLarge, (await Assert.ThrowsAsync<NetException>(() => session.ReceiveAsync(request, default))).Error);
        Assert.Equal("end", await NextAsync(session, request));
    }

    [Fact]
    public async Task A_frame_has_the_limit_of_its_format()
    {
        using TcpSession session = await ReceivingAsync(new string('x', 500) + "\n");
        Assert.Equal(500, (await NextAsync(session, new ReceiveRequest { Format = FrameFormat.Parse("Line,MaximumFrameLength=1000"), MaximumBytes = 100, Timeout = Eventually.Limit })).Length);
    }

    [Fact]
    public async Task A_count_within_the_limit_is_taken_of_more_than_the_limit()
    {
        using TcpSession session = await ReceivingAsync(new string('x', 500));
        Assert.Equal("xxxxx", await NextAsync(session, new ReceiveRequest { Count = 5, MaximumBytes = 100, Timeout = Eventually.Limit }));
        NetException more = await Assert.ThrowsAsync<NetException>(() => session.ReceiveAsync(new ReceiveRequest { Count = 600, MaximumBytes = 100, Timeout = Eventually.Limit }, default));
        Assert.Equal(NetError.MessageTooLarge, more.Error);
    }

    // A session to which that has come, in one piece.
    private async Task<TcpSession> ReceivingAsync(string text)
    {
        Task<Socket> accepting = _listener.AcceptSocketAsync();
        TcpSession session = await TcpSession.ConnectAsync(new TcpConnectOptions { ComputerName = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port }, default);
        using Socket peer = await accepting;
        await peer.SendAsync(Encoding.ASCII.GetBytes(text));
        return session;
    }

    private static async Task<string> NextAsync(TcpSession session, ReceiveRequest request)
    {
        Received received = await session.ReceiveAsync(request, default);
        Assert.Equal(ReceiveEndReason.Complete, received.EndReason);
        return Encoding.ASCII.GetString(received.Data);
    }
}
