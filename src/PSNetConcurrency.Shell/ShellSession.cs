using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

namespace PSNetConcurrency.Shell;

/// <summary>One run of the shell: opens the engine, does what the options ask, and knows the exit code.</summary>
internal sealed class ShellSession : IDisposable
{
    private const int CannotStart = 70;
    private const int NotForced = -1;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly ShellOptions _options;
    private readonly ShellHost _host;
    private readonly Lock _lock = new();
    private Runspace? _runspace;
    private PipelineRunner? _runner;
    private volatile int _forcedExitCode = NotForced;

    public ShellSession(ShellOptions options)
    {
        _options = options;
        _host = new ShellHost(options.NonInteractive);
    }

    public int Run()
    {
        try
        {
            Open();
        }
        catch (Exception e) when (e is RuntimeException or InvalidOperationException)
        {
            Console.Error.WriteLine($"The shell cannot start: {e.Message}");
            return CannotStart;
        }
        int exitCode = 0;
        try
        {
            exitCode = RunWork();
        }
        catch (Exception e) when (_forcedExitCode != NotForced && e is InvalidOperationException or InvalidRunspaceStateException)
        {
            // Terminate closed the engine under the work.
        }
        Close();
        return _forcedExitCode != NotForced ? _forcedExitCode : exitCode;
    }

    /// <summary>Stops what runs, as Ctrl+C does.</summary>
    public void Interrupt() => _runner?.Stop();

    /// <summary>Ends the session and the process in order: the pipeline stops, modules clean up, ProcessExit handlers run.</summary>
    public void Terminate(int exitCode)
    {
        _forcedExitCode = exitCode;
        // What does not stop must not keep the process: then ProcessExit handlers alone clean up.
        Task.Run(() =>
        {
            Interrupt();
            Close();
        }).Wait(s_patience);
        Environment.Exit(exitCode);
    }

    public void Dispose() => Close();

    private void Open()
    {
        string? manifest = ModuleLocator.Find(AppContext.BaseDirectory);
        try
        {
            _runspace = CreateRunspace(manifest);
        }
        catch (RunspaceOpenModuleLoadException e)
        {
            _runspace = CreateRunspace(null);
            _host.UI.WriteWarningLine($"The module at {manifest} was not imported: {e.ErrorRecords.FirstOrDefault()?.Exception.Message ?? e.Message} 'dotnet build' in its folder may be what is missing.");
        }
        if (manifest is null)
        {
            _host.UI.WriteWarningLine($"{ModuleLocator.ManifestName} was found neither beside {AppContext.BaseDirectory} nor above it: its commands are not imported.");
        }
        Runspace.DefaultRunspace = _runspace;
        _runner = new PipelineRunner(_runspace, _host.Progress);
    }

    private Runspace CreateRunspace(string? manifest)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ThrowOnRunspaceOpenError = true;
        if (OperatingSystem.IsWindows())
        {
            state.ExecutionPolicy = Enum.Parse<ExecutionPolicy>(_options.ExecutionPolicy ?? nameof(ExecutionPolicy.RemoteSigned));
        }
        if (manifest is not null)
        {
            state.ImportPSModule([manifest]);
        }
        Runspace runspace = RunspaceFactory.CreateRunspace(_host, state);
        try
        {
            runspace.ThreadOptions = PSThreadOptions.ReuseThread;
            runspace.Open();
            return runspace;
        }
        catch
        {
            runspace.Dispose();
            throw;
        }
    }

    private int RunWork()
    {
        bool failed = !EnterWorkingDirectory();
        if (_options.File is { } file)
        {
            failed |= !RunFile(file);
        }
        else if (!string.IsNullOrEmpty(_options.Command))
        {
            failed |= !RunCommand(_options.Command);
        }
        bool interrupted = _runner!.WasStopped;
        if ((!_options.HasWork || _options.NoExit) && _host.ExitCode is null)
        {
            interrupted = false;
            failed = !new Interactive(_options, _host, _runspace!, _runner).Run();
        }
        if (_host.ExitCode is { } code)
        {
            return code;
        }
        if (interrupted)
        {
            // The engine's $? after a stop is true for a file and false for a command. A caller must never take it for success.
            return 128 + 2;
        }
        return !failed && _runner.Evaluate("$global:?") is true ? 0 : 1;
    }

    private bool EnterWorkingDirectory()
    {
        if (_options.WorkingDirectory is not { } directory)
        {
            return true;
        }
        try
        {
            _runspace!.SessionStateProxy.Path.SetLocation(WildcardPattern.Escape(directory));
            return true;
        }
        catch (RuntimeException e)
        {
            _runner!.Report(e);
            return false;
        }
    }

    private bool RunFile(string file)
    {
        // A script without the extension is one with a #! line.
        bool isScriptFile = file.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase);
        Ast ast = Parser.ParseFile(file, out _, out _);
        var command = isScriptFile
            ? new Command(file, isScript: false, useLocalScope: false)
            : new Command(File.ReadAllText(file), isScript: true, useLocalScope: false);
        if (!_options.NoExit)
        {
            EngineInternals.LetScriptFileExit(_runspace!);
        }
        return Succeeded(_runner!.RunCommand(command, _options.Arguments, InputFor(ast)));
    }

    private bool RunCommand(string command)
    {
        Ast ast = Parser.ParseInput(command, out _, out _);
        return Succeeded(_runner!.RunScript(command, addToHistory: true, _options.Arguments, InputFor(ast)));
    }

    private bool Succeeded(Exception? failure)
    {
        if (failure is not null)
        {
            _runner!.Report(failure);
        }
        return failure is null;
    }

    /// <summary>Standard input, only for a script that speaks of $input: for any other it stays untouched.</summary>
    private static TextReader? InputFor(Ast ast)
    {
        bool usesInput = Console.IsInputRedirected && ast.Find(
            static node => node is VariableExpressionAst { VariablePath: { IsUnqualified: true } path }
                && path.UserPath.Equals("input", StringComparison.OrdinalIgnoreCase),
            searchNestedScriptBlocks: false) is not null;
        return usesInput ? Console.In : null;
    }

    private void Close()
    {
        lock (_lock)
        {
            _runspace?.Dispose();
        }
    }
}
