using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Benchmarks;

/// <summary>Finds, builds and starts programs.</summary>
internal static class Programs
{
    private static readonly bool CanPin = Environment.ProcessorCount > 1 && Find("taskset") is not null;

    /// <summary>The embedded shell, in the configuration that this program was built in; it may not be built.</summary>
    public static string EmbeddedShell { get; } = Path.Combine(BenchmarkOptions.RepositoryRoot, "src", "PSNetConcurrency.Shell", "bin",
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0", "pwsh" + (OperatingSystem.IsWindows() ? ".exe" : ""));

    /// <summary>A program's path, or null where it is not installed.</summary>
    public static string? Find(string name) => Path.IsPathRooted(name)
        ? (File.Exists(name) ? name : null)
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(d => Path.Combine(d, name)).FirstOrDefault(File.Exists);

    /// <summary>Builds a peer written in C; null, and a line that says why, where that can't be done.</summary>
    public static async Task<string?> BuildAsync(string name, CancellationToken cancellationToken, params string[] libraries)
    {
        if (Find("gcc") is null)
        {
            Console.WriteLine($"{name} is left out: there is no gcc.");
            return null;
        }
        string output = Path.Combine(Directory.CreateDirectory(Path.Combine(BenchmarkOptions.RepositoryRoot, "artifacts", "peers")).FullName, name);
        (int exitCode, string text) = await RunAsync(new Command("gcc", [.. (string[])["-O3", "-march=native", "-o", output, Path.Combine(BenchmarkOptions.PeerFolder, name + ".c")], .. libraries]), cancellationToken);
        if (exitCode != 0)
        {
            Console.WriteLine($"{name} is left out: gcc failed: {text}");
            return null;
        }
        return output;
    }

    /// <summary>This program again, as a child.</summary>
    public static Command Self(params string[] args) =>
        new(Environment.ProcessPath!, Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? [typeof(Programs).Assembly.Location, "child", .. args] : ["child", .. args]);

    /// <summary>Runs a command on one processor only, where the system has a way to say so.</summary>
    public static Command Pin(Command command, int processor) =>
        CanPin ? command with { File = "taskset", Arguments = ["-c", processor.ToString(), command.File, .. command.Arguments] } : command;

    public static Process Start(Command command, bool quiet = false)
    {
        ProcessStartInfo info = new(command.File, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = quiet,
        };
        foreach ((string key, string value) in command.Environment)
        {
            info.Environment[key] = value;
        }
        return Process.Start(info) ?? throw new InvalidOperationException($"{command.File} did not start.");
    }

    public static async Task<(int ExitCode, string Output)> RunAsync(Command command, CancellationToken cancellationToken)
    {
        using Process process = Start(command, quiet: true);
        try
        {
            Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
            string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return (process.ExitCode, output + await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    public static int FreePort(ProtocolType protocol = ProtocolType.Tcp) => PortFinder.Find(protocol, 1, null, null)[0];

    /// <summary>Waits until a UDP server just started answers; an echo server answers anything.</summary>
    public static async Task<bool> WaitForAnswerAsync(Process server, int port, ReadOnlyMemory<byte> question, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        for (int i = 0; i < 500 && !server.HasExited; i++)
        {
            try
            {
                socket.Send(question.Span);
                await timer.WaitForNextTickAsync(cancellationToken);
                if (socket.Available > 0)
                {
                    return true;
                }
            }
            catch (SocketException)
            {
                // Nobody there yet.
                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }
        return false;
    }

    /// <summary>Waits until a server just started takes connections.</summary>
    public static async Task<bool> WaitForPortAsync(Process server, int port, CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        for (int i = 0; i < 500 && !server.HasExited; i++)
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return true;
            }
            catch (SocketException)
            {
                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }
        return false;
    }
}

/// <summary>A program with its arguments.</summary>
internal sealed record Command(string File, params string[] Arguments)
{
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
