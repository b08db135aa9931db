using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Receives what child processes wrote, in the order in which they wrote it.</summary>
/// <remarks>
/// <para>Takes what there is; -Wait goes on until the child has ended. What a script wrote comes on the stream it wrote to: output as objects, errors as errors, warnings as warnings, and so on, one after the other as they were written. Verbose and debug messages are shown where this session shows its own: with -Verbose and -Debug, or by its preferences; -AsRecord has them in any case. Whatever was not taken, because Select-Object -First had enough or because -Stream asked for something else, is still there for the next call.</para>
/// <para>Of a program, standard output comes as lines of text (-AsByteStream: as bytes), in pieces only where a line has more than 256 MiB, and each line of standard error as an error with the ErrorId NativeCommandError, between the lines of output as they came. A line on standard error is not a failure, though; the exit code is. So where errors end the script ($ErrorActionPreference or -ErrorAction is Stop) such lines are shown as text, on the information stream. So is what a script prints to its console.</para>
/// <para>When the child has ended and failed, and all its output is received, the failure follows as an error, once: ScriptFailed, ExitCodeNotZero, ChildKilled, TimedOut and others tell which.</para>
/// <para>Of several children what comes first is handed on first; the order within each is kept.</para>
/// </remarks>
/// <example>
///   <para>All streams, as they come.</para>
///   <code>$child = Start-ChildProcess { 'one'; [Console]::Error.WriteLine('a note'); 'two' }
/// $child | Receive-ChildProcess -Wait
/// $child | Remove-ChildProcess</code>
/// </example>
/// <example>
///   <para>Records that tell when and where each thing was written.</para>
///   <code>$child = Start-ChildProcess -FilePath dotnet -ArgumentList '--list-sdks'
/// $child | Receive-ChildProcess -Wait -AsRecord -AutoRemove</code>
/// </example>
/// <example>
///   <para>Looks without taking, then takes.</para>
///   <code>$child = Start-ChildProcess { 1..3 } | Wait-ChildProcess
/// $child | Receive-ChildProcess -Keep
/// $child | Receive-ChildProcess
/// $child | Remove-ChildProcess</code>
/// </example>
/// <outputs>
/// <para>System.Object: what the children wrote to their output.</para>
/// <para>PSNetConcurrency.ChildProcessRecord: with -AsRecord, all that they wrote.</para>
/// </outputs>
/// <seealso cref="StartChildProcessCommand"/>
/// <seealso cref="WaitChildProcessCommand"/>
[Cmdlet(VerbsCommunications.Receive, "ChildProcess", DefaultParameterSetName = ByChild)]
[OutputType(typeof(object), typeof(ChildProcessRecord))]
public sealed class ReceiveChildProcessCommand : ChildProcessSelectorCommand
{
    private readonly List<OutputReading> _readings = [];
    private ChildStreamWriter? _writer;
    private LiveOutput? _live;

    /// <summary>Goes on as output comes, until the child has ended.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>Leaves everything for the next call.</summary>
    [Parameter]
    public SwitchParameter Keep { get; set; }

    /// <summary>Only what was written to these streams; the rest is left for a later call. Of a program there are StandardOutput and StandardError; a script has PowerShell's streams, and StandardError for what was printed to its console.</summary>
    [Parameter]
    public ChildStreamKind[] Stream { get; set; } = [];

    /// <summary>Returns a record for everything, of whichever stream: when it was written, to which stream, its number and its value.</summary>
    [Parameter]
    public SwitchParameter AsRecord { get; set; }

    /// <summary>Returns a program's standard output as bytes, in pieces as they came, instead of lines of text.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Removes children that have ended when all they wrote is received.</summary>
    [Parameter]
    public SwitchParameter AutoRemove { get; set; }

    protected override Task BeginAsync()
    {
        if (Keep && AutoRemove)
        {
            ThrowTerminatingError(ErrorFactory.Create(new NetException(NetError.InvalidArgument, "-Keep and -AutoRemove exclude each other.")));
        }
        _writer = new ChildStreamWriter(this);
        _live = new LiveOutput(Write, Ended, StopToken);
        return Task.CompletedTask;
    }

    protected override Task ProcessAsync()
    {
        HashSet<ChildStreamKind>? streams = Stream.Length == 0 ? null : [.. Stream];
        foreach (ChildProcess child in Selected().Where(c => _readings.All(r => r.Child != c)))
        {
            OutputReading reading = new(ChildOutput.Of(child), new OutputReadingOptions(AsByteStream, Keep, streams));
            _readings.Add(reading);
            if (Wait)
            {
                _live!.Add(reading);
            }
            else
            {
                ReceiveNow(reading);
            }
        }
        _live!.Drain();
        return Task.CompletedTask;
    }

    protected override Task EndAsync() => _live!.CompleteAsync();

    private void ReceiveNow(OutputReading reading)
    {
        // Read first: what is there when the child has ended is all there will be.
        bool ended = reading.Child.Completion.IsCompleted;
        while (reading.Next() is { } record)
        {
            Write(reading, record);
            StopToken.ThrowIfCancellationRequested();
        }
        if (ended)
        {
            Ended(reading);
        }
    }

    private void Write(OutputReading reading, ChildProcessRecord record)
    {
        if (AsRecord)
        {
            WriteObject(record);
        }
        else
        {
            _writer!.Write(reading.Child, record);
        }
    }

    private void Ended(OutputReading reading)
    {
        // Before its failure is told, which may end the pipeline.
        if (AutoRemove && !reading.Child.HasMoreData)
        {
            ChildProcesses.Remove(reading.Child);
        }
        _writer!.WriteFailure(reading.Output, Keep);
    }
}
