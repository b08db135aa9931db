using System.Runtime.Versioning;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>Finds the file of a program as a shell would, and tells why there is none.</summary>
internal static class ProgramFinder
{
    /// <summary>The full path of a program: of a path, or of a name that is looked up in the folders of <paramref name="searchPath"/>.</summary>
    /// <exception cref="NetException">ProgramNotFound, ProgramNotExecutable.</exception>
    public static string Find(string program, string? searchPath)
    {
        if (string.IsNullOrWhiteSpace(program) || program.Contains('\0'))
        {
            throw new NetException(NetError.InvalidArgument, "The name of the program to start is empty, or has a character in it that no file name has.", program);
        }
        bool isPath = program.Contains('/') || (OperatingSystem.IsWindows() && (program.Contains('\\') || program.Contains(':')));
        string? notExecutable = null;
        foreach (string candidate in isPath ? Candidates(Path.GetFullPath(program)) : Search(program, searchPath))
        {
            if (Why(candidate) is not { } why)
            {
                return candidate;
            }
            if (why.Length > 0)
            {
                notExecutable ??= why;
            }
        }
        if (notExecutable is not null)
        {
            throw new NetException(NetError.ProgramNotExecutable, notExecutable, program);
        }
        throw new NetException(NetError.ProgramNotFound, isPath
            ? $"There is no program {program}. Check the path."
            : $"There is no program {program} in the folders of the variable PATH. Check the name, install it, or give its whole path.", program);
    }

    /// <summary>Why the system can't execute a file that is there and may be executed.</summary>
    public static NetException NotExecutable(string path, string why, Exception? inner = null) =>
        new(NetError.ProgramNotExecutable, $"{path} can't be run as a program: {why}", path, inner);

    private static IEnumerable<string> Search(string name, string? searchPath) =>
        (searchPath ?? "").Split(Path.PathSeparator).SelectMany(folder => Candidates(Path.GetFullPath(Path.Combine(folder.Length == 0 ? "." : folder.Trim('"'), name))));

    // On Windows the extension may be left out.
    private static IEnumerable<string> Candidates(string path) => !OperatingSystem.IsWindows() || Path.HasExtension(path)
        ? [path]
        : [.. (Environment.GetEnvironmentVariable("PATHEXT") ?? ".COM;.EXE;.BAT;.CMD").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(extension => path + extension.ToLowerInvariant()), path];

    // Null: it can be run, as far as can be told. Empty: it is not there.
    private static string? Why(string path) =>
        Directory.Exists(path) ? $"{path} is a folder, not a program."
        : !File.Exists(path) ? ""
        : OperatingSystem.IsWindows() || MayExecute(path) ? null
        : $"{path} is not marked as executable for this user. Mark it with chmod +x, or start the program that reads it, such as sh, with the file as an argument.";

    [UnsupportedOSPlatform("windows")]
    private static bool MayExecute(string path) => OperatingSystem.IsLinux()
        ? ProcessLibc.AccessTo(path, 1) == 0
        : (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}
