using PSNetConcurrency.Core.Tests;

namespace PSNetConcurrency.Soak.Doors;

/// <summary>
/// Where something comes in that a stranger wrote: a port, or a reader of files and texts. Whatever comes is served or refused
/// as the contract says; anything else is thrown.
/// </summary>
internal interface IDoor : IAsyncDisposable
{
    string Name { get; }

    Task StartAsync(CancellationToken stop);

    /// <summary>Tries some inputs, each counted with <see cref="Tried"/>.</summary>
    Task TryAsync(Round round, HostileBytes hostile, Tried tried);

    /// <summary>An honest client is served as if nothing had been; a reader reads what is valid.</summary>
    Task ServeAsync(Round round);

    Task SettleAsync(CancellationToken stop);
}

/// <summary>What was tried at a door.</summary>
internal sealed class Tried
{
    public long Inputs { get; private set; }

    public long Bytes { get; private set; }

    public void Add(int bytes)
    {
        Inputs++;
        Bytes += bytes;
    }
}
