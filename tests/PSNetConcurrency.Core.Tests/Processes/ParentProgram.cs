using PSNetConcurrency.Core.Processes;
using PSNetConcurrency.Core.Processes.Launching;

namespace PSNetConcurrency.Core.Tests.Processes;

/// <summary>A process that has children, to be killed: what a test can't do to itself.</summary>
internal static class ParentProgram
{
    /// <summary>Runs this assembly again.</summary>
    public static ChildProcessOptions Options(params string[] arguments) =>
        new() { FilePath = "dotnet", Arguments = ["exec", typeof(ParentProgram).Assembly.Location, .. arguments] };

    private static int Main(string[] arguments)
    {
        IProcessLauncher launcher = arguments[0] == "portable" ? new PortableLauncher() : ProcessLauncher.Default;
        // A program alone, a shell with another in its group, one that stays in our group, and one that lives on.
        ChildProcess[] children =
        [
            ChildProcess.Start(Shell.Script("echo $$; exec sleep 1000"), launcher),
            ChildProcess.Start(Shell.Script("echo $$; sleep 1000 & echo $!; wait"), launcher),
            ChildProcess.Start(Shell.Script("echo $$; exec sleep 1000") with { OwnGroup = false }, launcher),
            ChildProcess.Start(Shell.Script("exec sleep 1000") with { Detached = true }, launcher),
        ];
        string[] first = children[0].LinesAsync(1).GetAwaiter().GetResult(), second = children[1].LinesAsync(2).GetAwaiter().GetResult(), third = children[2].LinesAsync(1).GetAwaiter().GetResult();
        Console.WriteLine(string.Join('\n', [.. first, .. second, .. third, $"{children[3].ProcessId}", children[0].Name]));
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }
}
