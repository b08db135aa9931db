using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Tests;

namespace PSNetConcurrency.Soak.Doors;

/// <summary>A reader of texts or records: it reads what is valid, and of anything else says that it is not, with errors of its own.</summary>
/// <param name="name">The door's name.</param>
/// <param name="valid">What it reads.</param>
/// <param name="read">Reads; throws <see cref="NetException"/> only.</param>
internal sealed class TextDoor(string name, string[] valid, Action<byte[]> read) : IDoor
{
    public string Name => name;

    public Task StartAsync(CancellationToken stop) => Task.CompletedTask;

    public Task TryAsync(Round round, HostileBytes hostile, Tried tried)
    {
        for (int i = 0; i < 200; i++)
        {
            byte[] input = round.Random.Next(5) == 0 ? hostile.Noise() : hostile.Mutate(Encoding.UTF8.GetBytes(valid[round.Random.Next(valid.Length)]));
            try
            {
                read(input);
            }
            catch (NetException)
            {
                // Refused, which is as good as read.
            }
            catch (Exception e)
            {
                throw new SoakException($"The input {Convert.ToHexString(input)} ('{Encoding.UTF8.GetString(input)}') was neither read nor refused.", e);
            }
            tried.Add(input.Length);
        }
        return Task.CompletedTask;
    }

    public Task ServeAsync(Round round)
    {
        foreach (string text in valid)
        {
            read(Encoding.UTF8.GetBytes(text));
        }
        return Task.CompletedTask;
    }

    public Task SettleAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => default;
}
