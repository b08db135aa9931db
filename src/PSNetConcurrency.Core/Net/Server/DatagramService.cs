using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>What a UDP listener does with datagrams: the counterpart of <see cref="ServerProtocol"/>. Called on the loop; never blocks.</summary>
public abstract class DatagramService
{
    /// <summary>The server serves; its channel may be used from here on.</summary>
    public virtual void OnStarted(UdpServer server)
    {
    }

    /// <summary>A datagram has come from a sender that is allowed; data and address are valid during the call only.</summary>
    public abstract void OnDatagram(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from);

    /// <summary>Whether something is under way that a drain should wait for.</summary>
    public virtual bool IsBusy => false;

    /// <summary>Whether datagrams are still taken while a drain waits: for a service that waits for answers.</summary>
    public virtual bool TakesWhileDraining => false;

    /// <summary>The server stops: the last chance to send.</summary>
    public virtual void OnStopping(UdpServer server)
    {
    }

    /// <summary>The server has stopped; off the loop.</summary>
    public virtual void OnStopped()
    {
    }

    /// <summary>As <see cref="OnStopped"/>, for a service that has others to wait for: the server counts as stopped when this ends.</summary>
    public virtual Task OnStoppedAsync()
    {
        OnStopped();
        return Task.CompletedTask;
    }
}
