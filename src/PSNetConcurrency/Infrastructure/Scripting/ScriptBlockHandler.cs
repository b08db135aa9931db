using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Infrastructure.Scripting;

/// <summary>
/// Answers a listener's messages with a script block, in runspaces that are this listener's own: one thread and runspace for
/// each message that may be handled at once, made when they are first needed.
/// </summary>
internal sealed class ScriptBlockHandler : IMessageHandler
{
    private const string BlockVariable = "__PSNetConcurrencyHandler";

    // $_ is the message too, so that { $_.ToUpper() } works. Without a try the engine goes on behind a statement that failed, and a
    // message whose parameters could not be bound would just have no answer.
    private const string Dispatch = $"param($Message, $Client) $_ = $Message; try {{ & ${BlockVariable} $Message $Client }} catch {{ throw }}";
    private static readonly TimeSpan JoinLimit = TimeSpan.FromSeconds(5);

    private readonly ScriptHandlerOptions _options;
    private readonly BlockingCollection<MessageWork> _queue = [];
    private readonly object _gate = new();
    private readonly List<Worker> _workers = [];
    private int _unfinished;
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
            _unfinished++;
            if (_unfinished > _workers.Count && _workers.Count < _options.Concurrency)
            {
                StartWorker();
            }
        }
    }

    /// <summary>Stops the scripts and waits for their threads, for five seconds in all.</summary>
    /// <exception cref="NetException"><see cref="NetError.TimedOut"/>: some can't be stopped; they end when what they call returns.</exception>
    public void Stop()
    {
        int left = TryStop();
        if (left > 0)
        {
            throw new NetException(NetError.TimedOut, $"{left} handlers did not stop within {JoinLimit.TotalSeconds:0} s: they wait in something that can't be interrupted. Their threads end when it returns.");
        }
    }

    /// <summary>As <see cref="Stop"/>; returns how many handlers have not stopped.</summary>
    public int TryStop()
    {
        Worker[] workers;
        lock (_gate)
        {
            if (_stopped)
            {
                return 0;
            }
            _stopped = true;
            _queue.CompleteAdding();
            workers = [.. _workers];
        }
        foreach (Worker worker in workers)
        {
            worker.StopScript();
        }
        long start = Stopwatch.GetTimestamp();
        int left = workers.Count(worker => !worker.Thread.Join(Left(start)));
        if (left == 0)
        {
            _queue.Dispose();
        }
        return left;

        static TimeSpan Left(long start)
        {
            TimeSpan left = JoinLimit - Stopwatch.GetElapsedTime(start);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
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
                GiveUp(e);
                return;
            }
            _opened.TrySetResult();
            using (runspace)
            {
                while (Next() is { } work)
                {
                    Answer(runspace, work);
                    lock (_owner._gate)
                    {
                        _owner._unfinished--;
                    }
                }
            }
        }

        private MessageWork? Next()
        {
            try
            {
                return _owner._queue.TryTake(out MessageWork? work, Timeout.Infinite) && !_owner._stopped ? work : null;
            }
            catch (Exception e) when (e is InvalidOperationException or ObjectDisposedException)
            {
                return null;
            }
        }

        private void Answer(Runspace runspace, MessageWork work)
        {
            if (work.Take() is not { } message)
            {
                return;
            }
            using PowerShell shell = PowerShell.Create();
            shell.Runspace = runspace;
            shell.AddScript(Dispatch, useLocalScope: true).AddArgument(message).AddArgument(work.Client);
            SetRunning(shell);
            try
            {
                if (_owner._stopped)
                {
                    work.Drop();
                    return;
                }
                var output = Invoke(shell, work);
                work.Complete(PayloadConverter.ToMessages(output, _owner._options.Format, _owner._options.Encoding));
            }
            catch (Exception e)
            {
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

        private static Collection<PSObject> Invoke(PowerShell shell, MessageWork work)
        {
            try
            {
                return shell.Invoke();
            }
            finally
            {
                Report(shell, work);
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

        // Another worker may take what waits; the last one tells that nobody will.
        private void GiveUp(Exception e)
        {
            lock (_owner._gate)
            {
                _owner._workers.Remove(this);
                if (_owner._workers.Count > 0)
                {
                    return;
                }
                while (_owner._queue.TryTake(out MessageWork? work))
                {
                    _owner._unfinished--;
                    work.Fail(e);
                }
            }
        }
    }
}

/// <summary>What a script handler runs, and where.</summary>
internal sealed record ScriptHandlerOptions(string Script, IReadOnlyDictionary<string, object?> Variables, IReadOnlyList<string> Modules, int Concurrency, FrameFormat Format, Encoding Encoding)
{
    public Runspace OpenRunspace()
    {
        InitialSessionState state = HandlerState.Create(Variables);
        state.ThrowOnRunspaceOpenError = true;
        state.ImportPSModule([.. Modules]);
        Runspace runspace = RunspaceFactory.CreateRunspace(state);
        // The worker's own thread: no hop for each message.
        runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
        runspace.Open();
        // The engine keeps its own value of some, such as $PID, and says nothing.
        if (Variables.Keys.FirstOrDefault(name => (runspace.SessionStateProxy.PSVariable.Get(name)?.Options & (ScopedItemOptions.Constant | ScopedItemOptions.ReadOnly)) is > 0) is { } fixedName)
        {
            runspace.Dispose();
            throw new NetException(NetError.InvalidArgument, $"PowerShell's own ${fixedName} can't have another value in a script block's runspace. Give the variable another name.", fixedName);
        }
        return runspace;
    }
}
