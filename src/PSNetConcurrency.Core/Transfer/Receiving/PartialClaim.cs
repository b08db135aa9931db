using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>
/// Sees to it that one conversation at a time writes a file. A sender that comes back after a cut takes over from its own earlier
/// conversation, which may not know yet that it is dead.
/// </summary>
internal sealed class PartialClaim : IDisposable
{
    private static readonly TimeSpan TakeOverTime = TimeSpan.FromSeconds(10);
    private static readonly object Gate = new();
    private static readonly Dictionary<string, PartialClaim> Claims = new(StringComparer.Ordinal);

    private readonly string _path;
    private readonly string _sender;
    private readonly Action _giveUp;
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PartialClaim(string path, string sender, Action giveUp)
    {
        _path = path;
        _sender = sender;
        _giveUp = giveUp;
    }

    /// <exception cref="NetException"><see cref="NetError.TransferRefused"/>: somebody else is sending that file.</exception>
    public static async Task<PartialClaim> TakeAsync(string path, string sender, string name, Action giveUp, CancellationToken stop)
    {
        PartialClaim mine = new(path, sender, giveUp);
        while (true)
        {
            PartialClaim? other;
            lock (Gate)
            {
                if (!Claims.TryGetValue(path, out other))
                {
                    Claims[path] = mine;
                    return mine;
                }
            }
            NetException refused = new(NetError.TransferRefused, $"'{name}' is being sent by another sender now.", name);
            if (sender.Length == 0 || other._sender != sender)
            {
                throw refused;
            }
            other._giveUp();
            try
            {
                await other._released.Task.WaitAsync(TakeOverTime, stop).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                throw refused;
            }
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            Claims.Remove(_path);
        }
        _released.TrySetResult();
    }
}
