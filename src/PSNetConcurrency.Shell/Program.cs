using System.Management.Automation;

namespace PSNetConcurrency.Shell;

/// <summary>The entry: reads the command line, answers what needs no engine, and runs a session.</summary>
internal static class Program
{
    private const int BadCommandLine = 64;

    private static int Main(string[] args)
    {
        ShellOptions options = CommandLine.Parse(args);
        if (options.Error is not null)
        {
            Console.Error.WriteLine(options.Error);
            Console.Error.WriteLine("pwsh -Help tells the options.");
            return BadCommandLine;
        }
        if (options.ShowVersion)
        {
            Console.Out.WriteLine($"PowerShell {PSVersionInfo.PSVersion}");
            return 0;
        }
        if (options.ShowHelp)
        {
            Console.Out.WriteLine(Usage.Help);
            return 0;
        }
        ShellEnvironment.Prepare();
        using var session = new ShellSession(options);
        using var signals = new Signals(session);
        return session.Run();
    }
}
