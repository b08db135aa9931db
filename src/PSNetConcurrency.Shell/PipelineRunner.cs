using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace PSNetConcurrency.Shell;

/// <summary>Runs pipelines one after another, shows what they give through Out-Default, and stops the one that runs.</summary>
internal sealed class PipelineRunner(Runspace runspace, ProgressDisplay progress)
{
    private readonly Lock _lock = new();
    private Pipeline? _running;

    /// <summary>Whether the last pipeline was stopped.</summary>
    public bool WasStopped { get; private set; }

    public Exception? RunScript(string script, bool addToHistory, IEnumerable<CommandParameter>? arguments = null, TextReader? input = null)
    {
        using Pipeline pipeline = runspace.CreatePipeline(script, addToHistory);
        Add(arguments, pipeline.Commands[0]);
        Exception? failure = Show(pipeline, input);
        if (failure is not IncompleteParseException)
        {
            return failure;
        }
        // What the engine throws for an unfinished text has no position, and is shown as nothing.
        Parser.ParseInput(script, out _, out ParseError[] errors);
        return new ParseException(errors);
    }

    public Exception? RunCommand(Command command, IEnumerable<CommandParameter> arguments, TextReader? input)
    {
        using Pipeline pipeline = runspace.CreatePipeline();
        Add(arguments, command);
        pipeline.Commands.Add(command);
        return Show(pipeline, input);
    }

    /// <summary>Runs a script for its result: nothing is shown.</summary>
    public object? Evaluate(string script)
    {
        using Pipeline pipeline = runspace.CreatePipeline(script, addToHistory: false);
        try
        {
            return Guard(pipeline, () => pipeline.Invoke().FirstOrDefault()?.BaseObject);
        }
        catch (RuntimeException)
        {
            return null;
        }
    }

    /// <summary>Shows a failure as the engine shows errors.</summary>
    public void Report(Exception failure)
    {
        ErrorRecord record = failure is IContainsErrorRecord { ErrorRecord: { } known }
            ? known
            : new ErrorRecord(failure, "Shell.UnhandledException", ErrorCategory.NotSpecified, null);
        using Pipeline pipeline = runspace.CreatePipeline();
        pipeline.Input.Write(EngineInternals.AsWrittenError(record));
        if (Show(pipeline) is not null)
        {
            Console.Error.WriteLine(failure);
        }
    }

    /// <summary>Stops what runs; returns at once.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _running?.StopAsync();
        }
    }

    private Exception? Show(Pipeline pipeline, TextReader? input = null)
    {
        if (pipeline.Commands.Count > 0)
        {
            pipeline.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        }
        pipeline.Commands.Add(new Command("Out-Default", isScript: false, useLocalScope: true));
        try
        {
            Guard<object?>(pipeline, () =>
            {
                if (input is null)
                {
                    pipeline.Invoke();
                }
                else
                {
                    InvokeWithInput(pipeline, input);
                }
                return null;
            });
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e;
        }
        finally
        {
            progress.Reset();
        }
    }

    private static void Add(IEnumerable<CommandParameter>? arguments, Command command)
    {
        foreach (CommandParameter argument in arguments ?? [])
        {
            command.Parameters.Add(argument);
        }
    }

    private T Guard<T>(Pipeline pipeline, Func<T> work)
    {
        lock (_lock)
        {
            _running = pipeline;
        }
        try
        {
            return work();
        }
        finally
        {
            lock (_lock)
            {
                _running = null;
            }
            WasStopped = pipeline.PipelineStateInfo.State == PipelineState.Stopped;
        }
    }

    /// <summary>Lines become input objects as they arrive; the pipeline may end before they do.</summary>
    private static void InvokeWithInput(Pipeline pipeline, TextReader input)
    {
        using var finished = new ManualResetEventSlim();
        pipeline.StateChanged += (_, e) =>
        {
            if (e.PipelineStateInfo.State is PipelineState.Completed or PipelineState.Failed or PipelineState.Stopped)
            {
                finished.Set();
            }
        };
        pipeline.InvokeAsync();
        new Thread(() => Feed(pipeline, input)) { IsBackground = true, Name = "Shell input" }.Start();
        finished.Wait();
        if (pipeline.PipelineStateInfo is { State: PipelineState.Failed, Reason: { } reason })
        {
            throw reason;
        }
    }

    private static void Feed(Pipeline pipeline, TextReader input)
    {
        try
        {
            while (input.ReadLine() is { } line)
            {
                pipeline.Input.Write(line);
            }
            pipeline.Input.Close();
        }
        catch (Exception e) when (e is PipelineClosedException or ObjectDisposedException or IOException)
        {
            // The pipeline ended first and wants no more.
        }
    }
}
