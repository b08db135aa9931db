namespace PSNetConcurrency.Tests.Processes;

/// <summary>A session and a folder of a test that starts children; none of them outlives it.</summary>
public abstract class ChildTests : IDisposable
{
    private protected readonly PowerShellSession _session = new();
    private protected readonly string _folder = Directory.CreateTempSubdirectory("psnc").FullName;

    public void Dispose()
    {
        _session.Invoke("Get-ChildProcess | Remove-ChildProcess -Force");
        _session.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
