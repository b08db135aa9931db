using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PSNetConcurrency.Core.Tests.Processes.Observation;

/// <summary>A real process to look at; it does not outlive its test.</summary>
internal sealed partial class RealProcess : IDisposable
{
    public const int Kill = 9, Stop = 19, Continue = 18;

    private readonly Process _process;

    public RealProcess(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        _process = Process.Start(start)!;
    }

    public int Id => _process.Id;

    /// <summary>Sleeps: an ordinary blocked process.</summary>
    public static RealProcess Sleep() => new("sleep", "1000");

    /// <summary>Never gives up the processor.</summary>
    public static RealProcess Busy() => new("sh", "-c", "while :; do :; done");

    public string? ReadLine() => _process.StandardOutput.ReadLine();

    public void Signal(int signal) => Assert.Equal(0, Send(Id, signal));

    /// <summary>Ends it and waits until it is gone.</summary>
    public void End()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            End();
        }
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int id, int signal);
}
