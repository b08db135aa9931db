using PSNetConcurrency.Core.Tests;

namespace PSNetConcurrency.Soak.Doors;

/// <summary>Malformed input at every door in turn, and an honest client after each batch.</summary>
internal sealed class DoorScenario(IReadOnlyList<IDoor> doors) : IScenario
{
    public string Name => "doors";

    public int Workers => 2;

    public async Task StartAsync(CancellationToken stop)
    {
        foreach (IDoor door in doors)
        {
            await door.StartAsync(stop);
        }
    }

    public async Task RoundAsync(Round round)
    {
        IDoor door = doors[(int)(round.Number % doors.Count)];
        Tried tried = new();
        try
        {
            await door.TryAsync(round, new HostileBytes(round.Random), tried);
            await door.ServeAsync(round);
        }
        catch (Exception e)
        {
            throw new SoakException($"At the door '{door.Name}': {e.Message}", e);
        }
        round.Figures.Add("doors", door.Name, "inputs", tried.Inputs);
        round.Figures.Add("doors", door.Name, "bytes", tried.Bytes);
        round.Figures.Add("doors", door.Name, "served");
    }

    public async Task SettleAsync(CancellationToken stop)
    {
        foreach (IDoor door in doors)
        {
            await door.SettleAsync(stop);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IDoor door in doors)
        {
            await door.DisposeAsync();
        }
    }
}
