namespace PSNetConcurrency.Core.Processes.Pooling;

/// <summary>Which variables a process that was started ahead may still be given, and which it has read already.</summary>
internal static class PoolEnvironment
{
    // Read by the system's loader, by .NET or by PowerShell while a process starts, and never again.
    private static readonly string[] Prefixes = ["DOTNET_", "COMPlus_", "CORECLR_", "LD_", "DYLD_", "POWERSHELL_", "__PS", "PSModulePath", "PSExecutionPolicy", "LC_", "XDG_", "GLIBC_", "MALLOC_"];

    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        // PowerShell puts its own folder in front of PATH.
        "PATH",
        "LANG", "LANGUAGE", "TZ", "TERM", "TERMINFO", "COLUMNS", "LINES", "NO_COLOR", "HOME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "ICU_DATA",
    };

    // PowerShell's door for a debugger, a named pipe, costs a child of a pool a third of its time when it is closed.
    private const string NoDoor = "POWERSHELL_DIAGNOSTICS_OPTOUT";

    /// <summary>In what the variables of a pool's processes differ from this process's, until they run a script.</summary>
    public static IReadOnlyDictionary<string, string?> AtStart { get; } = new Dictionary<string, string?> { [NoDoor] = "1" };

    /// <summary>Whether what a process reads while it starts is the same in both.</summary>
    public static bool StartAlike(IReadOnlyDictionary<string, string> started, IReadOnlyDictionary<string, string> wanted) =>
        Changes(started, wanted).All(c => !IsReadAtStart(c.Key) || (c.Key == NoDoor && c.Value is null));

    /// <summary>What makes <paramref name="wanted"/> of the variables that a process was started with; null takes one away.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Changes(IReadOnlyDictionary<string, string> started, IReadOnlyDictionary<string, string> wanted)
    {
        foreach ((string name, string value) in wanted)
        {
            if (!started.TryGetValue(name, out string? before) || before != value)
            {
                yield return new(name, value);
            }
        }
        foreach (string name in started.Keys)
        {
            if (!wanted.ContainsKey(name))
            {
                yield return new(name, null);
            }
        }
    }

    private static bool IsReadAtStart(string name) => Names.Contains(name) || Prefixes.Any(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase));
}
