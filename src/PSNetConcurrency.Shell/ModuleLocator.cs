namespace PSNetConcurrency.Shell;

/// <summary>Finds the module's manifest: beside the shell or in a folder above it.</summary>
internal static class ModuleLocator
{
    public const string ManifestName = "PSNetConcurrency.psd1";

    public static string? Find(string start)
    {
        for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
        {
            string manifest = Path.Combine(folder.FullName, ManifestName);
            if (File.Exists(manifest))
            {
                return manifest;
            }
        }
        return null;
    }
}
