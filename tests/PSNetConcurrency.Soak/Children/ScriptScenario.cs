using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Core.Processes.Launching;
using PSNetConcurrency.Core.Processes.Observation;

namespace PSNetConcurrency.Soak.Children;

/// <summary>
/// Script blocks in PowerShell processes of their own, started with the real module and ended at random: the objects they had
/// written are kept, in order and without a gap, and the end is told as it was.
/// </summary>
internal sealed class ScriptScenario : IScenario
{
    private ModuleSession? _session;

    public string Name => "scripts";

    public int Workers => 1;

    private ModuleSession Session => _session!;

    public Task StartAsync(CancellationToken stop)
    {
        _session = new ModuleSession();
        return Task.CompletedTask;
    }

    public async Task RoundAsync(Round round)
    {
        int way = round.Random.Next(OperatingSystem.IsWindows() ? 2 : 4), count = round.Random.Next(1, 5000), code = round.Random.Next(0, 4);
        ChildProcess child = way == 0
            ? Session.One<ChildProcess>("Start-ChildProcess { param($n, $code) for ($i = 0; $i -lt $n; $i++) { $i }; exit $code } -ArgumentList $count, $code", ("count", count), ("code", code))
            : Session.One<ChildProcess>("Start-ChildProcess { for ($i = 0; ; $i++) { $i } }");
        if (way > 0)
        {
            // At once, or when it has begun to write.
            await (round.Random.Next(4) == 0 ? Task.Delay(round.Random.Next(300), round.Stop) : Until.TrueAsync(() => child.HasMoreData || !child.IsAlive, $"{child} writes"));
            await Task.Delay(round.Random.Next(50), round.Stop);
        }
        string column;
        switch (way)
        {
            case 0:
                column = "by itself";
                break;
            case 1:
                Session.Run("$child | Stop-ChildProcess", ("child", child));
                column = "stopped";
                break;
            default:
                ProcessRecord process = ProcessTable.Find(child.ProcessId) ?? throw new SoakException($"{child} is not in the process table.");
                SystemSignal.Send(process, way == 2 ? SystemSignal.Kill : SystemSignal.Terminate);
                column = way == 2 ? "SIGKILL" : "SIGTERM";
                break;
        }
        PSObject[] output = [.. Session.Run("$null = $child | Wait-ChildProcess; $child | Receive-ChildProcess -ErrorAction Ignore; $child | Remove-ChildProcess", ("child", child))];
        for (int i = 0; i < output.Length; i++)
        {
            SoakException.Require(output[i].BaseObject is int number && number == i, $"Object {i} is {output[i]}.");
        }
        switch (way)
        {
            case 0:
                SoakException.Require(child.ExitCode == code && output.Length == count, $"{output.Length} of {count} objects are kept, and the exit code is {child.ExitCode}, where {code} was to come.");
                break;
            case 1:
                SoakException.Require(child.State == ChildProcessState.Stopped, $"{child} is {child.State}.");
                break;
            case 2:
                SoakException.Require(child is { State: ChildProcessState.Failed, Signal: "SIGKILL" }, $"{child} ended as {child.State} by {child.Signal ?? "no signal"}: {child.Failure}");
                break;
            default:
                // The runtime takes SIGTERM for a wish, and ends in order with 143.
                SoakException.Require(child.State == ChildProcessState.Failed && (child.Signal == "SIGTERM" || child.ExitCode == 128 + SystemSignal.Terminate),
                    $"{child} ended as {child.State} by {child.Signal ?? child.ExitCode?.ToString(CultureInfo.InvariantCulture)}: {child.Failure}");
                break;
        }
        SoakException.Require(ProcessTable.Find(child.ProcessId) is not { } left || left.ParentProcessId != Environment.ProcessId, $"{child} has ended and is still in the process table.");
        round.Figures.Add("children", Name, "started");
        round.Figures.Add("children", Name, column);
        round.Figures.Add("children", Name, "lines kept", output.Length);
    }

    public Task SettleAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _session?.Dispose();
        return default;
    }
}
