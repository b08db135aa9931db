namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Programs started through a launcher such as ssh, srun, docker exec or sudo.</summary>
internal static class ViaLauncher
{
    /// <summary>The arguments of what is started: the program's own, or behind a launcher its words, the program and the arguments.</summary>
    public static IReadOnlyList<string> Arguments(string[] via, string program, IReadOnlyList<string> arguments)
    {
        if (via.Length == 0)
        {
            return arguments;
        }
        IEnumerable<string> words = arguments.Prepend(program);
        // ssh joins its words with spaces, and the shell on the other side splits them; other launchers pass them on as they are.
        return [.. via.Skip(1), .. Path.GetFileNameWithoutExtension(via[0]).ToUpperInvariant() is "SSH" or "AUTOSSH" or "RSH" ? words.Select(Quoted) : words];
    }

    private static string Quoted(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "@%_-+=:,./".Contains(c, StringComparison.Ordinal)) ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
