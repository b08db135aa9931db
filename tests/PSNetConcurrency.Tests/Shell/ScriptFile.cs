namespace PSNetConcurrency.Tests.Shell;

/// <summary>A script in a temporary folder of its own, gone afterwards.</summary>
internal sealed class ScriptFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psnc-shell-");

    public ScriptFile(string text, string name = "script.ps1")
    {
        Path = System.IO.Path.Combine(_folder.FullName, name);
        File.WriteAllText(Path, text);
    }

    public string Path { get; }

    public void Dispose() => _folder.Delete(recursive: true);
}
