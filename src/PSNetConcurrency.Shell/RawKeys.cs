namespace PSNetConcurrency.Shell;

/// <summary>While it lives Ctrl+C is a key, not a signal.</summary>
internal sealed class RawKeys : IDisposable
{
    public RawKeys() => Console.TreatControlCAsInput = true;

    public void Dispose() => Console.TreatControlCAsInput = false;
}
