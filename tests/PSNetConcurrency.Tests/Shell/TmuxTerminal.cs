using System.Diagnostics;

namespace PSNetConcurrency.Tests.Shell;

/// <summary>The shell's prompt in a terminal of tmux, on a tmux server of its own.</summary>
internal sealed class TmuxTerminal : IDisposable
{
    private readonly string _socket = $"psnc-{Guid.NewGuid():N}";

    private TmuxTerminal()
    {
    }

    public static async Task<TmuxTerminal> StartAsync(params string[] arguments)
    {
        var terminal = new TmuxTerminal();
        // The exit code stays on the screen after the shell.
        string command = $"'{TestEnvironment.ShellPath}' {string.Join(' ', arguments)}; echo \"ended with $?\"; exec cat";
        await terminal.TmuxAsync("-f", "/dev/null", "new-session", "-d", "-s", "t", "-x", "120", "-y", "50", "-c", TestEnvironment.RepositoryRoot, command);
        return terminal;
    }

    /// <summary>Types text as it is, then keys by tmux's names.</summary>
    public async Task TypeAsync(string text, params string[] keys)
    {
        if (text.Length > 0)
        {
            await TmuxAsync("send-keys", "-t", "t", "-l", text);
        }
        if (keys.Length > 0)
        {
            await TmuxAsync(["send-keys", "-t", "t", .. keys]);
        }
    }

    /// <summary>Looks until a line of the screen fulfils the condition.</summary>
    public Task WaitForLineAsync(Func<string, bool> condition) => WaitForScreenAsync(lines => lines.Any(condition));

    /// <summary>Looks until the lines of the screen, without those below that are blank, fulfil the condition.</summary>
    public async Task<string[]> WaitForScreenAsync(Func<string[], bool> condition)
    {
        var clock = Stopwatch.StartNew();
        string screen;
        do
        {
            screen = await TmuxAsync("capture-pane", "-p", "-t", "t");
            string[] lines = [.. screen.TrimEnd().Split('\n').Select(line => line.TrimEnd())];
            if (condition(lines))
            {
                return lines;
            }
        }
        while (clock.Elapsed < ShellProcess.Patience);
        Assert.Fail($"Not seen on the screen:\n{screen}");
        return [];
    }

    public Task WaitForLineAsync(string line) => WaitForLineAsync(seen => seen == line);

    public void Dispose()
    {
        using Process kill = Process.Start(new ProcessStartInfo("tmux", ["-L", _socket, "kill-server"]) { RedirectStandardError = true })!;
        kill.WaitForExit();
    }

    private async Task<string> TmuxAsync(params string[] arguments)
    {
        using Process tmux = Process.Start(new ProcessStartInfo("tmux", ["-L", _socket, .. arguments])
        {
            RedirectStandardOutput = true,
            Environment = { ["TMUX"] = "", ["LC_ALL"] = "C.UTF-8" },
        })!;
        string output = await tmux.StandardOutput.ReadToEndAsync().WaitAsync(ShellProcess.Patience);
        await tmux.WaitForExitAsync().WaitAsync(ShellProcess.Patience);
        return output;
    }
}
