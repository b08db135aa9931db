namespace PSNetConcurrency.Core.Terminal;

/// <summary>
/// Waits until a key is there without taking it. This one, for Windows and macOS, looks every few milliseconds: Windows wakes
/// a waiter for what is no key (focus, mouse, a key's release), and poll(2) of macOS does not know terminals.
/// </summary>
internal class KeyWaiter : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(30);

    public virtual async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(Interval);
        while (!Console.KeyAvailable)
        {
            await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }
        return true;
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }
}
