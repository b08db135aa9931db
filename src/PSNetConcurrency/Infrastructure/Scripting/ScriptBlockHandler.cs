using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Infrastructure.Scripting;

/// <summary>
/// Answers a listener's messages with a script block, in runspaces that are this listener's own: one thread and runspace for
/// each message that may be handled at once, made when they are first needed.
/// </summary>
internal sealed class ScriptBlockHandler : IMessageHandler
{
    private const string BlockVariable = "__PSNetConcurrencyHandler";

    // $_ is the message too, so that { $_.ToUpper() } works.
    private const string Dispatch = $"param($Message, $Client) $_ = $Message; & ${BlockVariable} $Message $Client";
    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(5);

    private readonly ScriptHandlerOptions _options;
    private readonly BlockingCollection<MessageWork> _queue = [];
    private readonly object _gate = new();
    private readonly List<Worker> _workers = [];
    private int _idle;
    private bool _stopped;

    public ScriptBlockHandler(ScriptHandlerOptions options) => _options = options;

    /// <summary>Opens the first runspace, so that a module that can't be imported is told at once and the first message does not wait.</summary>
    public Task StartAsync() => StartWorker().Opened;

    public void Handle(MessageWork work)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }
            _queue.Add(work);
            if (_queue.Count > Volatile.Read(ref _idle) && _workers.Count < _options.Concurrency)
            {
                StartWorker();
            }
        }
    }

    public void Stop()
    {
        Worker[] workers;
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }
            _stopped = true;
            _queue.CompleteAdding();
            workers = [.. _workers];
        }
        foreach (Worker worker in workers)
        {
            worker.StopScript();
        }
        foreach (Worker worker in workers)
        {
            worker.Thread.Join(JoinLimit);
        }
        _queue.Dispose();
    }

    private Worker StartWorker()
    {
        lock (_gate)
        {
            Worker worker = new(this);
            _workers.Add(worker);
            worker.Thread.Start();
            return worker;
        }
    }

    private sealed class Worker
    {
        private readonly ScriptBlockHandler _owner;
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly object _runningGate = new();
        private PowerShell? _running;

        public Worker(ScriptBlockHandler owner)
        {
            _owner = owner;
            Thread = new Thread(Run) { IsBackground = true, Name = "PSNetConcurrency handler" };
        }

        public Thread Thread { get; }

        public Task Opened => _opened.Task;

        /// <summary>Asks the script to stop; the thread then ends.</summary>
        public void StopScript()
        {
            lock (_runningGate)
            {
                _running?.BeginStop(null, null);
            }
        }

        private void Run()
        {
            Runspace runspace;
            try
            {
                runspace = _owner._options.OpenRunspace();
                using PowerShell setup = PowerShell.Create();
                setup.Runspace = runspace;
                runspace.SessionStateProxy.SetVariable(BlockVariable, ScriptBlock.Create(_owner._options.Script));
            }
            catch (Exception e)
            {
                // Not to be thrown on a bare thread: the starter, or the messages that wait, are told.
                _opened.TrySetException(e);
                FailAll(e);
                return;
            }
            _opened.TrySetResult();
            using (runspace)
            {
                while (Next() is { } work)
                {
                    Answer(runspace, work);
                }
            }
        }

        private MessageWork? Next()
        {
            Interlocked.Increment(ref _owner._idle);
            try
            {
                return _owner._queue.TryTake(out MessageWork? work, Timeout.Infinite) && !_owner._stopped ? work : null;
            }
            catch (Exception e) when (e is InvalidOperationException or ObjectDisposedException)
            {
                return null;
            }
            finally
            {
                Interlocked.Decrement(ref _owner._idle);
            }
        }

        private void Answer(Runspace runspace, MessageWork work)
        {
            using PowerShell shell = PowerShell.Create();
            shell.Runspace = runspace;
            shell.AddScript(Dispatch, useLocalScope: true).AddArgument(work.Message).AddArgument(work.Client);
            SetRunning(shell);
            try
            {
                if (_owner._stopped)
                {
                    return;
                }
                var output = shell.Invoke();
                Report(shell, work);
                work.Complete(PayloadConverter.ToMessages(output, _owner._options.Encoding));
            }
            catch (Exception e)
            {
                Report(shell, work);
                work.Fail(Cause(e));
            }
            finally
            {
                // Before it is disposed of: it can't be stopped after.
                SetRunning(null);
            }
        }

        private void SetRunning(PowerShell? shell)
        {
            lock (_runningGate)
            {
                _running = shell;
            }
        }

        // What the script wrote beside its replies: events, in place of a console that nobody watches.
        private static void Report(PowerShell shell, MessageWork work)
        {
            foreach (ErrorRecord error in shell.Streams.Error)
            {
                work.ReportError(error.ToString(), error.Exception);
            }
            foreach (WarningRecord warning in shell.Streams.Warning)
            {
                work.ReportOutput($"WARNING: {warning.Message}");
            }
            foreach (VerboseRecord verbose in shell.Streams.Verbose)
            {
                work.ReportOutput($"VERBOSE: {verbose.Message}");
            }
            foreach (DebugRecord debug in shell.Streams.Debug)
            {
                work.ReportOutput($"DEBUG: {debug.Message}");
            }
            foreach (InformationRecord information in shell.Streams.Information)
            {
                work.ReportOutput(information.MessageData?.ToString() ?? "");
            }
        }

        // The engine wraps what a script throws, once for each call on the way; people look for what was thrown.
        private static Exception Cause(Exception e)
        {
            while (e is RuntimeException { ErrorRecord.Exception: { } inner } && inner != e && inner is not ParentContainsErrorRecordException)
            {
                e = inner;
            }
            return e;
        }

        private void FailAll(Exception e)
        {
            while (_owner._queue.TryTake(out MessageWork? work))
            {
                work.Fail(e);
            }
        }
    }
}

/// <summary>What a script handler runs, and where.</summary>
internal sealed record ScriptHandlerOptions(string Script, IReadOnlyDictionary<string, object?> Variables, IReadOnlyList<string> Modules, int Concurrency, Encoding Encoding)
{
    public Runspace OpenRunspace()
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.ThrowOnRunspaceOpenError = true;
        foreach ((string name, object? value) in Variables)
        {
            state.Variables.Add(new SessionStateVariableEntry(name, value, ""));
        }
        state.ImportPSModule([.. Modules]);
        Runspace runspace = RunspaceFactory.CreateRunspace(state);
        // The worker's own thread: no hop for each message.
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Open();
        return runspace;
    }
}
