using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure;

/// <summary>
/// The base of every cmdlet here: asynchronous, cancelled at once by Ctrl+C, released on every exit.
/// Override the Async methods; WriteObject and its kin may be called anywhere in them.
/// </summary>
/// <remarks>
/// Ctrl+C runs StopProcessing on the stopper's thread, which only cancels; Select-Object -First unwinds through WriteObject.
/// Both end in Dispose, so what a cmdlet holds is released in <see cref="ReleaseResources"/> or in a finally of its own.
/// </remarks>
public abstract class NetCmdlet : PSCmdlet, IDisposable
{
    private const int ProgressId = 2425;

    private readonly CancellationTokenSource _stop = new();
    private readonly PipelinePump _pump = new();
    private long _began;
    private long _progressAt;
    private bool _progressShown;

    /// <summary>Cancelled when the pipeline is stopped.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <summary>Whether a failure ends the pipeline (it makes the call meaningless) or is one error for one item. One of <see cref="BeginAsync"/> always ends it: all that follows rests on that.</summary>
    protected virtual bool FailuresTerminate => false;

    protected virtual Task BeginAsync() => Task.CompletedTask;

    protected virtual Task ProcessAsync() => Task.CompletedTask;

    protected virtual Task EndAsync() => Task.CompletedTask;

    /// <summary>What is shown while the cmdlet waits for more than a second; null for nothing.</summary>
    protected virtual ProgressRecord? Progress() => null;

    /// <summary>A progress record of a wait that has a limit (0: none).</summary>
    protected ProgressRecord ProgressOfWait(string status, double timeoutSeconds)
    {
        double waited = Stopwatch.GetElapsedTime(_began).TotalSeconds;
        return timeoutSeconds > 0
            ? ProgressOf(string.Create(CultureInfo.CurrentCulture, $"{status}: {waited:0} s of {timeoutSeconds:0} s"), 100 * waited / timeoutSeconds)
            : ProgressOf(string.Create(CultureInfo.CurrentCulture, $"{status}: {waited:0} s"));
    }

    /// <summary>A progress record of this cmdlet: what it does, how far it is, and the share done in percent where it is known.</summary>
    protected ProgressRecord ProgressOf(string status, double percent = -1) =>
        new(ProgressId, MyInvocation.MyCommand.Name, status) { PercentComplete = percent is >= 0 and <= 100 ? (int)percent : -1 };

    /// <summary>Releases what the cmdlet holds. Called once, on every exit, on the pipeline thread.</summary>
    protected virtual void ReleaseResources()
    {
    }

    protected sealed override void BeginProcessing() => Run(BeginAsync, begins: true);

    protected sealed override void ProcessRecord() => Run(ProcessAsync);

    protected sealed override void EndProcessing() => Run(EndAsync);

    protected sealed override void StopProcessing()
    {
        try
        {
            _stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The cmdlet ended in this moment.
        }
    }

    public void Dispose()
    {
        if (!_stop.IsCancellationRequested)
        {
            _stop.Cancel();
        }
        ReleaseResources();
        _pump.Dispose();
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Reports a failure of one item as the cmdlet reports failures; returns only where it does not terminate.</summary>
    protected void ReportFailure(NetException failure, object? target = null)
    {
        ErrorRecord record = ErrorFactory.Create(failure, target);
        if (FailuresTerminate)
        {
            ThrowTerminatingError(record);
        }
        WriteError(record);
    }

    /// <summary>Shows the progress where it is time to: for work on the pipeline thread that does not await.</summary>
    protected void ShowProgressWhenDue()
    {
        long now = Stopwatch.GetTimestamp();
        if (now >= _progressAt)
        {
            _progressAt = now + (Stopwatch.Frequency / 2);
            ShowProgress();
        }
    }

    private void Run(Func<Task> work, bool begins = false)
    {
        _began = Stopwatch.GetTimestamp();
        _progressAt = _began + Stopwatch.Frequency;
        try
        {
            _pump.Run(work, ShowProgress);
        }
        catch (NetException e)
        {
            if (begins)
            {
                ThrowTerminatingError(ErrorFactory.Create(e));
            }
            ReportFailure(e);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // An OperationCanceledException leaves $Error clean, but would print where no pipeline is stopping.
            throw new PipelineStoppedException();
        }
        finally
        {
            if (_progressShown)
            {
                _progressShown = false;
                WriteProgress(new ProgressRecord(ProgressId, MyInvocation.MyCommand.Name, "Completed") { RecordType = ProgressRecordType.Completed });
            }
        }
    }

    private void ShowProgress()
    {
        if (Progress() is { } record)
        {
            _progressShown = true;
            WriteProgress(record);
        }
    }
}
