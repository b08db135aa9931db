using System.Diagnostics;

namespace PSNetConcurrency.Tests.Shell;

public class SignalTests
{
    private const string Script = "try { 'ready'; while ($true) { } } finally { [Console]::Out.WriteLine('cleaned') }";

    [UnixFact]
    public async Task An_interrupt_stops_a_command() => await AssertSignalAsync("-INT", ["-Command", Script], 130, "cleaned");

    [UnixFact]
    public async Task An_interrupt_stops_a_file()
    {
        using var script = new ScriptFile(Script);
        await AssertSignalAsync("-INT", ["-File", script.Path], 130, "cleaned");
    }

    [UnixFact]
    public async Task Termination_cleans_up_and_runs_ProcessExit_handlers()
    {
        // A delegate of the runtime's own: a script block cannot run any more when the process ends.
        const string Register = "$write = [Console].GetMethod('WriteLine', [type[]]@([string], [object], [object])); "
            + "[AppDomain]::CurrentDomain.add_ProcessExit([Delegate]::CreateDelegate([EventHandler], 'handled', $write)); ";
        await AssertSignalAsync("-TERM", ["-Command", Register + Script], 143, "cleaned", "handled");
    }

    [UnixFact]
    public async Task Termination_does_not_wait_for_what_never_stops()
    {
        using ShellProcess shell = ShellProcess.Start(["-Command", "'ready'; [Threading.ManualResetEventSlim]::new().Wait()"]);
        Assert.Equal("ready", await shell.ReadLineAsync());
        await KillAsync("-TERM", shell.Id);

        Assert.Equal(143, (await shell.FinishAsync()).ExitCode);
    }

    private static async Task AssertSignalAsync(string signal, string[] arguments, int exitCode, params string[] output)
    {
        using ShellProcess shell = ShellProcess.Start(arguments);
        Assert.Equal("ready", await shell.ReadLineAsync());
        await KillAsync(signal, shell.Id);
        ShellResult result = await shell.FinishAsync();

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Equal(output, result.Lines);
        Assert.Equal("", result.Error);
    }

    private static async Task KillAsync(string signal, int id)
    {
        using Process kill = Process.Start("kill", [signal, id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync().WaitAsync(ShellProcess.Patience);
    }
}
