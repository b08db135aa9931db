using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>PowerShell children: starts a script in a fresh PowerShell process and feeds its $input.</summary>
internal static class ScriptChild
{
    /// <summary>Starts; takes a ready child of a pool where one fits. Call on the pipeline thread: values are serialized here.</summary>
    /// <exception cref="NetException">PowerShellNotFound, ArgumentNotSerializable, or one of ChildProcess.Start's.</exception>
    public static ChildProcess Start(ScriptJob job, ScriptChildOptions options) => throw new NotImplementedException();

    /// <summary>Whether this child takes objects with <see cref="SendInputAsync"/>; where false, it takes bytes with ChildProcess.SendAsync.</summary>
    public static bool TakesObjects(ChildProcess child) => throw new NotImplementedException();

    /// <summary>Puts an object into the child's $input; serialized before it returns, waits while much is not yet consumed.</summary>
    /// <exception cref="NetException">ArgumentNotSerializable; HandleClosed: it takes no input, its input has been ended, or it has.</exception>
    public static ValueTask SendInputAsync(ChildProcess child, object? item, CancellationToken stop) => throw new NotImplementedException();

    /// <summary>Ends the child's $input, after what was sent.</summary>
    public static void EndInput(ChildProcess child) => throw new NotImplementedException();
}
