using System.Globalization;
using System.Text;
using PSNetConcurrency.Core.Processes;
using PSNetConcurrency.Core.Processes.Launching;
using PSNetConcurrency.Core.Processes.Observation;
using PSNetConcurrency.Core.Processes.Output;

namespace PSNetConcurrency.Soak.Children;

/// <summary>
/// Programs that write numbered lines, ended at random in every way there is: what they had written is kept, in order and
/// without a gap, the end is told as it was, and neither they nor what they started is left.
/// </summary>
internal sealed class ProgramScenario : IScenario
{
    private const string Count = "i=0; while [ $i -lt $1 ]; do echo $i; i=$((i+1)); done", Endless = "i=0; while :; do echo $i; i=$((i+1)); done";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // How a child can end; what does not depend on signals is everywhere.
    private static readonly Func<Round, Task>[] Ends = OperatingSystem.IsWindows()
        ? [KilledWindowsAsync]
        : [KilledAsync, TerminatedAsync, StoppedAsync, InputClosedAsync, OutputClosedAsync, EndsItselfAsync, TreeStoppedAsync];

    public string Name => "programs";

    public int Workers => 1;

    public Task StartAsync(CancellationToken stop) => Task.CompletedTask;

    public async Task RoundAsync(Round round)
    {
        Func<Round, Task>[] chosen = [.. Enumerable.Range(0, round.Random.Next(1, 7)).Select(_ => Ends[round.Random.Next(Ends.Length)])];
        await Task.WhenAll(chosen.Select(end => end(round)));
        round.Figures.Add("children", "programs", "started", chosen.Length);
    }

    public Task SettleAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => default;

    private static Task KilledAsync(Round round) => SignalledAsync(round, SystemSignal.Kill, "SIGKILL");

    private static Task TerminatedAsync(Round round) => SignalledAsync(round, SystemSignal.Terminate, "SIGTERM");

    private static async Task SignalledAsync(Round round, int signal, string name)
    {
        ChildProcess child = Start(Endless);
        ProcessRecord process = ProcessTable.Find(child.ProcessId) ?? throw new SoakException($"{child} is not in the process table.");
        await RunForAWhileAsync(round);
        SystemSignal.Send(process, signal);
        await EndsAsync(round, child, ChildProcessState.Failed, name, name);
    }

    private static async Task KilledWindowsAsync(Round round)
    {
        ChildProcess child = ChildProcess.Start(new ChildProcessOptions { FilePath = "cmd.exe", Arguments = ["/d", "/c", "for /L %i in (0,1,100000000) do @echo %i"] });
        await RunForAWhileAsync(round);
        await child.StopAsync(TimeSpan.Zero, includeDescendants: true, round.Stop);
        await EndsAsync(round, child, ChildProcessState.Stopped, null, "stopped");
    }

    private static async Task StoppedAsync(Round round)
    {
        bool asked = round.Random.Next(2) == 0;
        ChildProcess child = Start(Endless);
        await RunForAWhileAsync(round);
        await child.StopAsync(asked ? Limit : TimeSpan.Zero, includeDescendants: false, round.Stop);
        await EndsAsync(round, child, ChildProcessState.Stopped, asked ? "SIGTERM" : "SIGKILL", "stopped");
    }

    private static async Task InputClosedAsync(Round round)
    {
        int lines = round.Random.Next(1, 3000);
        ChildProcess child = ChildProcess.Start(Options($"{Count}; read x", lines) with { HasInput = true });
        await RunForAWhileAsync(round);
        child.CloseInput();
        // read fails at the end of its input.
        await EndsAsync(round, child, ChildProcessState.Failed, null, "input closed", lines);
    }

    private static async Task OutputClosedAsync(Round round)
    {
        int lines = round.Random.Next(1, 3000);
        ChildProcess child = Start($"{Count}; exec >&- 2>&-; kill -9 $$", lines);
        await EndsAsync(round, child, ChildProcessState.Failed, "SIGKILL", "SIGKILL", lines);
    }

    private static async Task EndsItselfAsync(Round round)
    {
        // All that it wrote before it ended is kept, though nobody read while it wrote.
        int lines = round.Random.Next(1, 3000), way = round.Random.Next(3);
        ChildProcess child = Start(Count + (way switch { 0 => "", 1 => "; kill -9 $$", _ => "; kill $$; read x" }), lines);
        await EndsAsync(round, child, way == 0 ? ChildProcessState.Completed : ChildProcessState.Failed, way switch { 0 => null, 1 => "SIGKILL", _ => "SIGTERM" }, "by itself", lines);
    }

    private static async Task TreeStoppedAsync(Round round)
    {
        ChildProcess child = Start("sleep 1000 & (sleep 1000 & wait) & wait");
        await RunForAWhileAsync(round);
        ProcessRecord[] below = [.. ProcessTable.Descendants(child.ProcessId)];
        await child.StopAsync(TimeSpan.Zero, includeDescendants: true, round.Stop);
        foreach (ProcessRecord process in below)
        {
            await Until.TrueAsync(() => !ProcessTable.IsAlive(process), $"{process.Name} ({process.ProcessId}), which {child} had started, is gone");
        }
        await EndsAsync(round, child, ChildProcessState.Stopped, "SIGKILL", "stopped", 0);
    }

    private static ChildProcess Start(string script, int lines = 0) => ChildProcess.Start(Options(script, lines));

    private static ChildProcessOptions Options(string script, int lines) =>
        new() { FilePath = "/bin/sh", Arguments = ["-c", script, "sh", lines.ToString(CultureInfo.InvariantCulture)] };

    // From before its first instruction to long after.
    private static Task RunForAWhileAsync(Round round)
    {
        int milliseconds;
        lock (round)
        {
            milliseconds = (int)Math.Pow(10, round.Random.NextDouble() * 2.2) - 1;
        }
        return Task.Delay(milliseconds, round.Stop);
    }

    private static async Task EndsAsync(Round round, ChildProcess child, ChildProcessState state, string? signal, string column, int? lines = null)
    {
        SoakException.Require(await child.WaitAsync(Limit, round.Stop), $"{child} does not end.");
        SoakException.Require(child.State == state && child.Signal == signal, $"{child} ended as {child.State} by {child.Signal ?? "no signal"}, where {state} by {signal ?? "no signal"} was to come: {child.Failure}");
        SoakException.Require(ProcessTable.Find(child.ProcessId) is not { } left || left.ParentProcessId != Environment.ProcessId, $"{child} has ended and is still in the process table.");
        int kept = CheckLines(await ReadAsync(child, round.Stop), lines);
        child.Output.Dispose();
        round.Figures.Add("children", "programs", column);
        round.Figures.Add("children", "programs", "lines kept", kept);
    }

    private static int CheckLines(string output, int? lines)
    {
        string[] written = output.Split('\n');
        for (int i = 0; i < written.Length - 1; i++)
        {
            SoakException.Require(written[i].TrimEnd('\r') == i.ToString(CultureInfo.InvariantCulture), $"Line {i} is '{written[i]}'.");
        }
        string next = (written.Length - 1).ToString(CultureInfo.InvariantCulture);
        SoakException.Require(next.StartsWith(written[^1].TrimEnd('\r'), StringComparison.Ordinal), $"The last, unfinished line is '{written[^1]}', where {next} was to come.");
        SoakException.Require(lines is null || written.Length - 1 == lines, $"{written.Length - 1} lines are kept of {lines}.");
        return written.Length - 1;
    }

    private static async Task<string> ReadAsync(ChildProcess child, CancellationToken stop)
    {
        MemoryStream output = new();
        while (await child.Output.WaitToReadAsync(null, stop))
        {
            if (child.Output.TryPeek(null, out OutputChunk chunk))
            {
                SoakException.Require(chunk.Kind == OutputKind.StandardOutput, $"{child} wrote to its error stream: {Encoding.UTF8.GetString(chunk.Bytes.Span)}");
                output.Write(chunk.Bytes.Span);
                child.Output.Advance(null, chunk.Bytes.Length);
            }
        }
        return Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length);
    }
}
