namespace PSNetConcurrency.Tests.Help;

/// <summary>One engine for all tests of a class, which only ask it: its module's help is read once.</summary>
public sealed class SharedEngine : IDisposable
{
    internal CleanEngine Engine { get; } = new();

    public void Dispose() => Engine.Dispose();
}
