namespace PSNetConcurrency.Tests;

/// <summary>Where the clone is that the tests run in.</summary>
internal static class TestEnvironment
{
    public static string RepositoryRoot { get; } = FindRoot();

    public static string ManifestPath => Path.Combine(RepositoryRoot, "PSNetConcurrency.psd1");

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PSNetConcurrency.psd1")))
        {
            folder = folder.Parent;
        }
        return folder?.FullName ?? throw new FileNotFoundException("The tests run outside a clone.");
    }
}
