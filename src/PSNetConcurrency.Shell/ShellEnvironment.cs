namespace PSNetConcurrency.Shell;

/// <summary>What children of the shell find in their environment.</summary>
internal static class ShellEnvironment
{
    /// <summary>
    /// Puts the shell first in PATH, so that pwsh in a script is this one, and tells launchers where the runtime is, so that
    /// they start where dotnet was found by PATH only.
    /// </summary>
    public static void Prepare()
    {
        string home = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        string? path = Environment.GetEnvironmentVariable("PATH");
        if (string.IsNullOrEmpty(path))
        {
            Environment.SetEnvironmentVariable("PATH", home);
        }
        else if (path != home && !path.StartsWith(home + Path.PathSeparator, StringComparison.Ordinal))
        {
            Environment.SetEnvironmentVariable("PATH", home + Path.PathSeparator + path);
        }

        string? framework = Path.GetDirectoryName(typeof(object).Assembly.Location);
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is null && !string.IsNullOrEmpty(framework))
        {
            // <root>/shared/Microsoft.NETCore.App/<version>
            string root = Path.GetFullPath(Path.Combine(framework, "..", "..", ".."));
            if (Directory.Exists(Path.Combine(root, "host", "fxr")))
            {
                Environment.SetEnvironmentVariable("DOTNET_ROOT", root);
            }
        }
    }
}
