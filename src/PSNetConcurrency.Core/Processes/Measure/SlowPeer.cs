using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Core.Processes.Measure;

/// <summary>The far end of real connections over loopback that answers each byte with the next one, after a delay.</summary>
internal sealed class SlowPeer : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _sockets = [];
    private readonly CancellationTokenSource _end = new();
    private readonly TimeSpan _delay;

    public SlowPeer(TimeSpan delay)
    {
        _delay = delay;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
    }

    /// <summary>A connection to it; it is closed with the peer.</summary>
    public async Task<Socket> ConnectAsync(CancellationToken stop)
    {
        Socket near = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _sockets.Add(near);
        await near.ConnectAsync(_listener.LocalEndPoint!, stop).ConfigureAwait(false);
        Socket far = await _listener.AcceptAsync(stop).ConfigureAwait(false);
        _sockets.Add(far);
        _ = AnswerAsync(far);
        return near;
    }

    public void Dispose()
    {
        _end.Cancel();
        _sockets.ForEach(s => s.Dispose());
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AnswerAsync(Socket far)
    {
        CancellationToken end = _end.Token;
        byte[] value = new byte[1];
        try
        {
            while (await far.ReceiveAsync(value, end).ConfigureAwait(false) > 0)
            {
                await Task.Delay(_delay, end).ConfigureAwait(false);
                value[0]++;
                await far.SendAsync(value, end).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The measurement is over.
        }
    }
}
