using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>What is looked at before a process is started, the same on every system.</summary>
internal static class StartChecks
{
    /// <summary>All that a launcher needs to know.</summary>
    /// <exception cref="NetException">It can't be started so.</exception>
    public static StartRequest Prepare(ChildProcessOptions options, string name)
    {
        if (options.Arguments.FirstOrDefault(a => a.Contains('\0')) is { } bad)
        {
            throw new NetException(NetError.InvalidArgument, "An argument has the character NUL in it, which no program can be given.", bad);
        }
        if (options.WorkingDirectory is { } folder && !Directory.Exists(folder))
        {
            throw FolderMissing(folder);
        }
        if (options.Timeout is { } limit && limit <= TimeSpan.Zero)
        {
            throw new NetException(NetError.InvalidArgument, "The time that a process may take has to be longer than nothing.", limit);
        }
        Dictionary<string, string> environment = ChildEnvironment.Build(options.Environment, name);
        string path = ProgramFinder.Find(options.FilePath, environment.GetValueOrDefault("PATH"));
        return new StartRequest(name, path, options.Arguments, options.WorkingDirectory, environment, options);
    }

    public static NetException FolderMissing(string folder) =>
        new(NetError.WorkingDirectoryMissing, $"The working directory {folder} does not exist. Make it first, or name another.", folder);

    public static NetException NoSuchProcessor(long mask) =>
        new(NetError.InvalidArgument, $"The processor affinity 0x{mask:X} names no processor that this process may use; bit 0 is the first.", mask);

    public static NetException PriorityRefused(System.Diagnostics.ProcessPriorityClass priority, string words) =>
        new(NetError.AccessDenied, $"The priority {priority} was refused: {words}. Only an administrator may raise a priority.", priority);
}
