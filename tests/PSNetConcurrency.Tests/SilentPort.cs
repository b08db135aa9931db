using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Tests;

/// <summary>A port on loopback that neither accepts nor refuses: its backlog is full, so the system drops what comes.</summary>
internal sealed class SilentPort : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _waiting = [];

    public SilentPort()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(1);
        // Until one is left hanging for a while: then the queue is full.
        for (bool taken = true; taken && _waiting.Count < 64;)
        {
            Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _waiting.Add(client);
            taken = client.ConnectAsync(_listener.LocalEndPoint!).Wait(300);
        }
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public void Dispose()
    {
        _waiting.ForEach(s => s.Dispose());
        _listener.Dispose();
    }
}
