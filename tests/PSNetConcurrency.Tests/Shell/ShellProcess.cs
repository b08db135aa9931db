using System.Diagnostics;
using System.Text;

namespace PSNetConcurrency.Tests.Shell;

/// <summary>What a finished shell left.</summary>
internal sealed record ShellResult(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of the output that are not empty.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The built shell as a real child process.</summary>
internal sealed class ShellProcess : IDisposable
{
    /// <summary>Far more than any of these take: reached only when something hangs.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task<string> _error;

    private ShellProcess(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
    }

    public int Id => _process.Id;

    public StreamWriter Input => _process.StandardInput;

    public static ShellProcess Start(string[] arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(TestEnvironment.ShellPath, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = TestEnvironment.RepositoryRoot,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        return new ShellProcess(Process.Start(start)!);
    }

    /// <summary>Runs the shell to its end with this standard input.</summary>
    public static async Task<ShellResult> RunAsync(string[] arguments, string input = "", IReadOnlyDictionary<string, string>? environment = null)
    {
        using ShellProcess shell = Start(arguments, environment);
        try
        {
            await shell.Input.WriteAsync(input);
            shell.Input.Close();
        }
        catch (IOException)
        {
            // It ended without reading: then its exit code is what the test looks at.
        }
        return await shell.FinishAsync();
    }

    public static Task<ShellResult> CommandAsync(string command, string input = "") => RunAsync(["-NoProfile", "-Command", command], input);

    public async Task<string?> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);

    public async Task<ShellResult> FinishAsync()
    {
        string output = await _process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        string error = await _error.WaitAsync(Patience);
        await _process.WaitForExitAsync().WaitAsync(Patience);
        return new ShellResult(_process.ExitCode, output, error);
    }

    /// <summary>Kills it and nothing else, and waits until it is gone.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
    }
}
