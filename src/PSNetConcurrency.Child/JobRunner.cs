using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using PSNetConcurrency.Child.Values;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Child;

/// <summary>Runs one job in a runspace of its own, on the calling thread.</summary>
internal sealed class JobRunner
{
    /// <summary>Run's result where the script was stopped.</summary>
    public const int WasStopped = -1;

    private readonly JobFrame _job;
    private readonly FrameInput _input;
    private readonly FrameOutput _output;
    private readonly JobSpace? _ahead;
    private readonly object _gate = new();
    private JobSpace? _space;
    private PowerShell? _shell;
    private bool _stopping;

    /// <param name="job">The job.</param>
    /// <param name="input">What its $input comes from.</param>
    /// <param name="output">Where its records go.</param>
    /// <param name="ahead">A runspace that was opened ahead, which is used where it is what the job needs.</param>
    public JobRunner(JobFrame job, FrameInput input, FrameOutput output, JobSpace? ahead = null) => (_job, _input, _output, _ahead) = (job, input, output, ahead);

    /// <summary>Stops the script, whose finally blocks then run; returns at once.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopping = true;
            _input.StopWaiting();
            _shell?.BeginStop(null, null);
        }
    }

    /// <summary>Runs; leaves the frame that tells how it ended, and returns the process's exit code.</summary>
    public int Run(WireWriter last)
    {
        using JobSpace space = Open();
        space.Enter();
        _space = space;
        _job.ReadValues();
        Runspace runspace = space.Runspace;
        try
        {
            Prepare(runspace);
            int exitCode = RunJob(runspace, last);
            // A pipeline that was stopped may also just return.
            return IsStopping() ? WasStopped : exitCode;
        }
        catch (RuntimeException e) when (!_stopping)
        {
            Fault(last, FaultCode.ScriptFailed, $"The script failed: {e.ErrorRecord?.Exception.Message ?? e.Message}", e.ErrorRecord ?? new ErrorRecord(e, "ScriptFailed", ErrorCategory.NotSpecified, null));
            return 1;
        }
        catch (PipelineStoppedException)
        {
            return WasStopped;
        }
        catch (RuntimeException)
        {
            return WasStopped;
        }
    }

    private bool IsStopping()
    {
        lock (_gate)
        {
            return _stopping;
        }
    }

    public static void Fault(WireWriter frame, FaultCode code, string message, ErrorRecord? cause)
    {
        int at = frame.BeginFrame(FrameKind.Fault);
        frame.Byte((byte)code);
        frame.Text(message);
        int causeAt = frame.Length;
        frame.Int32(0);
        if (cause is not null)
        {
            int mark = frame.Length;
            try
            {
                ValueWriter.Write(frame, cause);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The message says what matters.
                frame.Truncate(mark);
            }
        }
        frame.PatchInt32(causeAt, frame.Length - causeAt - 4);
        frame.EndFrame(at);
    }

    private JobSpace Open()
    {
        if ((_job.Flags & JobFlags.HasState) != 0)
        {
            for (int i = 0; i + 1 < _job.Environment.Length; i += 2)
            {
                Environment.SetEnvironmentVariable(_job.Environment[i]!, _job.Environment[i + 1]);
            }
            if (_job.WorkingDirectory is { } folder && folder != Environment.CurrentDirectory)
            {
                Environment.CurrentDirectory = folder;
            }
        }
        if (_ahead?.Fits(_job) == true)
        {
            return _ahead;
        }
        _ahead?.Dispose();
        return new JobSpace(_job.Culture, _job.UICulture, _output);
    }

    private void Prepare(Runspace runspace)
    {
        for (int i = 0; i < _job.Modules.Length; i++)
        {
            Invoke(runspace, shell => shell.AddCommand("Microsoft.PowerShell.Core\\Import-Module").AddParameter("Name", _job.Modules[i]).AddParameter("Global").AddParameter("ErrorAction", ActionPreference.Stop));
        }
        SetVariables(runspace);
        if (_job.InitializationScript is { } script)
        {
            Invoke(runspace, shell => shell.AddScript(script, useLocalScope: false));
            // What was given goes before what it sets.
            SetVariables(runspace);
        }
    }

    private void SetVariables(Runspace runspace)
    {
        for (int i = 0; i + 1 < _job.Variables.Length; i += 2)
        {
            runspace.SessionStateProxy.SetVariable((string)_job.Variables[i]!, _job.Variables[i + 1]);
        }
    }

    private int RunJob(Runspace runspace, WireWriter last)
    {
        if (_space!.Host.ExitCode is null)
        {
            switch ((ChildProcessKind)_job.Kind)
            {
                case ChildProcessKind.ScriptFile:
                    LetScriptFileExit(runspace);
                    Invoke(runspace, shell => Arguments(Head(shell).AddCommand(_job.Path!)));
                    break;
                case ChildProcessKind.Class:
                    if (!RunClass(runspace, last))
                    {
                        return 1;
                    }
                    break;
                default:
                    Invoke(runspace, shell => Arguments(Head(shell).AddScript(_job.Script)));
                    break;
            }
        }
        int exitCode = _space!.Host.ExitCode ?? 0;
        int at = last.BeginFrame(FrameKind.Completed);
        last.Int32(exitCode);
        last.EndFrame(at);
        return exitCode;
    }

    private bool RunClass(Runspace runspace, WireWriter last)
    {
        if (_job.Script.Length > 0)
        {
            Invoke(runspace, shell => shell.AddScript(_job.Script, useLocalScope: false));
        }
        else
        {
            Invoke(runspace, shell => shell.AddScript("param($__path) . $__path", useLocalScope: false).AddArgument(_job.Path));
        }
        string name = _job.ClassName!;
        Type? type = Find(runspace, name);
        string where = _job.Path ?? "the definition";
        if (type is null)
        {
            Fault(last, FaultCode.ClassNotFound, $"There is no class {name} in {where}. Check the name, and that the text defines it with class {name} {{ … }}.", null);
            return false;
        }
        if (type.GetMethod("Run", BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static, Type.EmptyTypes) is null)
        {
            Fault(last, FaultCode.RunMethodMissing, $"The class {name} in {where} has no method Run without parameters, which is what a child process calls. Add [object] Run() {{ … }}, or [void] Run() {{ … }}.", null);
            return false;
        }
        const string script = "param($__type, $__arguments, $__properties) $__it = $__type::new.Invoke($__arguments); "
            + "for ($__i = 0; $__i -lt $__properties.Length; $__i += 2) { $__it.($__properties[$__i]) = $__properties[$__i + 1] }; $__it.Run()";
        Invoke(runspace, shell => Head(shell).AddScript(script).AddArgument(type).AddArgument(_job.Arguments).AddArgument(_job.Properties));
        return true;
    }

    private static Type? Find(Runspace runspace, string name)
    {
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = runspace;
        foreach (PSObject? found in shell.AddScript("param($__name) $__name -as [type]").AddArgument(name).Invoke())
        {
            return found?.BaseObject as Type;
        }
        return null;
    }

    private PowerShell Head(PowerShell shell) => (_job.Flags & JobFlags.HasInput) == 0
        ? shell
        : shell.AddCommand(new CmdletInfo("Read-ChildInput", typeof(ReadInputCommand)));

    private PowerShell Arguments(PowerShell shell)
    {
        for (int i = 0; i + 1 < _job.Parameters.Length; i += 2)
        {
            shell.AddParameter((string)_job.Parameters[i]!, _job.Parameters[i + 1]);
        }
        for (int i = 0; i < _job.Arguments.Length; i++)
        {
            shell.AddArgument(_job.Arguments[i]);
        }
        return shell;
    }

    private void Invoke(Runspace runspace, Action<PowerShell> build)
    {
        using PowerShell shell = PowerShell.Create();
        shell.Runspace = runspace;
        build(shell);
        RecordSink sink = _space!.Sink;
        shell.Streams.Error = StreamSink.Create<ErrorRecord>(sink, ChildStreamKind.Error);
        shell.Streams.Warning = StreamSink.Create<WarningRecord>(sink, ChildStreamKind.Warning);
        shell.Streams.Verbose = StreamSink.Create<VerboseRecord>(sink, ChildStreamKind.Verbose);
        shell.Streams.Debug = StreamSink.Create<DebugRecord>(sink, ChildStreamKind.Debug);
        shell.Streams.Information = StreamSink.Create<InformationRecord>(sink, ChildStreamKind.Information);
        shell.Streams.Progress = StreamSink.Create<ProgressRecord>(sink, ChildStreamKind.Progress);
        if ((_job.Flags & JobFlags.HasInput) != 0)
        {
            ReadInputCommand.Use(_input, _output);
        }
        lock (_gate)
        {
            if (_stopping)
            {
                throw new PipelineStoppedException();
            }
            _shell = shell;
        }
        try
        {
            shell.Invoke<PSObject, PSObject>(null, StreamSink.Create<PSObject>(sink, ChildStreamKind.Output), null);
        }
        finally
        {
            lock (_gate)
            {
                _shell = null;
            }
        }
    }

    // As pwsh -File does. Without it the engine keeps the code in $LASTEXITCODE, where it can't be told from a program's.
    private static void LetScriptFileExit(Runspace runspace)
    {
        const BindingFlags instance = BindingFlags.Instance | BindingFlags.NonPublic;
        if (typeof(Runspace).GetProperty("ExecutionContext", instance)?.GetValue(runspace) is { } context)
        {
            context.GetType().GetProperty("ScriptCommandProcessorShouldRethrowExit", instance)?.SetValue(context, true);
        }
    }
}
