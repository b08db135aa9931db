using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;

namespace PSNetConcurrency.Tests.Processes;

/// <summary>A session whose children are gone when the test is, and what tests ask of processes.</summary>
internal static class ChildSession
{
    /// <summary>How long anything may take before the test gives up.</summary>
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);

    public static bool IsAlive(int processId) =>
        File.Exists($"/proc/{processId}/stat") && File.ReadAllText($"/proc/{processId}/stat").Split(')')[^1].Trim()[0] is not ('Z' or 'X');

    /// <summary>Waits until a process is gone.</summary>
    public static void WaitUntilGone(int processId) => WaitUntil(() => !IsAlive(processId), $"The process {processId} lives on.");

    public static void WaitUntil(Func<bool> condition, string complaint)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, complaint);
            Thread.Sleep(1);
        }
    }

    /// <summary>The texts of what a script put out.</summary>
    public static string[] Texts(this Collection<PSObject> output) => [.. output.Select(o => o.ToString())];

    /// <summary>Runs a script that is stopped once <paramref name="ready"/> holds, as by Ctrl+C.</summary>
    public static void Interrupt(this PowerShellSession session, string script, Func<bool> ready)
    {
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = session.Runspace;
        IAsyncResult running = shell.AddScript(script).BeginInvoke();
        WaitUntil(() => ready() || running.IsCompleted, "What the test waits for does not come.");
        Assert.False(running.IsCompleted, "The script ended by itself.");
        shell.Stop();
        Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
    }

    public static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
