namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Runs a script in a child and waits for what it returns: for cmdlets that use children to measure something. On the pipeline thread.</summary>
internal static class ScriptCall
{
    /// <exception cref="Core.Net.NetException">The child can't be started, or failed.</exception>
    public static async Task<IReadOnlyList<object?>> InvokeAsync(ScriptJob job, ScriptChildOptions options, CancellationToken stop)
    {
        ChildProcess child = ScriptChild.Start(job, options);
        await JoinAsync(child, stop);
        if (child.Failure is { } failure)
        {
            throw failure;
        }
        List<object?> output = [];
        OutputReading reading = new(ChildOutput.Of(child), new OutputReadingOptions());
        while (reading.Next() is { } record)
        {
            if (record.Stream == ChildStreamKind.Output)
            {
                output.Add(record.Value);
            }
        }
        return output;
    }

    /// <summary>Waits until a child has ended; a stop ends it, with all below it.</summary>
    public static async Task JoinAsync(ChildProcess child, CancellationToken stop)
    {
        try
        {
            await child.WaitAsync(null, stop);
        }
        catch (OperationCanceledException)
        {
            await child.StopAsync(TimeSpan.Zero, includeDescendants: true, CancellationToken.None);
            throw;
        }
    }
}
