using System.Collections;
using System.Management.Automation;
using System.Text;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Scripting;

/// <summary>Starts the handler of a server that a script block answers for, whatever carries its messages.</summary>
internal static class ScriptServer
{
    /// <summary>
    /// Makes a handler for the block, starts it, and has <paramref name="serve"/> start the listener. Whoever takes the handler
    /// from <paramref name="serve"/>'s argument stops it; one that was not taken is stopped here.
    /// </summary>
    public static Task RunAsync(ScriptServerOptions options, Action<UntakenHandler> serve, CancellationToken cancellationToken) => RunAsync(options, handler =>
    {
        serve(handler);
        return Task.CompletedTask;
    }, cancellationToken);

    /// <summary>As the other, of a listener that starts asynchronously.</summary>
    public static async Task RunAsync(ScriptServerOptions options, Func<UntakenHandler, Task> serve, CancellationToken cancellationToken)
    {
        UsingVariables script = UsingVariables.Resolve(options.ScriptBlock, options.SessionVariables);
        Dictionary<string, object?> variables = new(script.Values, StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry entry in options.Variables)
        {
            variables[entry.Key.ToString()!] = entry.Value;
        }
        UntakenHandler handler = new(new ScriptBlockHandler(new ScriptHandlerOptions(script.Script, variables, options.Modules, options.Concurrency, options.Format, options.Encoding)));
        try
        {
            await handler.StartAsync().WaitAsync(cancellationToken);
            await serve(handler);
        }
        catch (Exception e) when (e is RuntimeException or InvalidOperationException && !handler.IsTaken)
        {
            throw new NetException(NetError.InvalidArgument, $"The server's runspace can't be opened: {e.Message} Check -Module and -Variable.", options.Modules, e);
        }
        finally
        {
            handler.StopUntaken();
        }
    }
}

/// <summary>What a script server is made of.</summary>
internal sealed record ScriptServerOptions(ScriptBlock ScriptBlock, PSVariableIntrinsics SessionVariables, Hashtable Variables, string[] Modules, int Concurrency, FrameFormat Format, Encoding Encoding);

/// <summary>A handler that runs and has no listener yet.</summary>
internal sealed class UntakenHandler(ScriptBlockHandler handler)
{
    private ScriptBlockHandler? _handler = handler;

    public bool IsTaken => _handler is null;

    /// <summary>The handler, which is still to be taken.</summary>
    public ScriptBlockHandler Untaken => _handler!;

    public Task StartAsync() => _handler!.StartAsync();

    /// <summary>The handler; from here on the caller stops it.</summary>
    public ScriptBlockHandler Take()
    {
        ScriptBlockHandler taken = _handler!;
        _handler = null;
        return taken;
    }

    public void StopUntaken()
    {
        if (_handler is { } unused)
        {
            // Elsewhere: a module that is being imported may take its time to stop.
            ThreadPool.QueueUserWorkItem(static handler => handler.TryStop(), unused, preferLocal: false);
        }
    }
}
