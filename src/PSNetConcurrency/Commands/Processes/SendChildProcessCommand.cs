using System.Management.Automation;
using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Commands.Processes;

/// <summary>Sends objects to running child processes: to a script's $input, or to a program's standard input.</summary>
/// <remarks>
/// <para>A script gets objects, as copies, and sees them in its block process { } as they come, or as <c>$input</c>. A program gets bytes as they are and anything else as a line of text, in the encoding that its -Encoding said; -NoNewline sends text without a line break.</para>
/// <para>What the child does not read yet waits, and so does the cmdlet once much of it waits. -EndInput ends the input after what was sent: only then does a script with <c>$input</c>, or a program that reads to the end, go on. A child that reads no more, or has ended, is an error (HandleClosed).</para>
/// </remarks>
/// <example>
///   <para>Feeds a script that runs.</para>
///   <code>$child = Start-ChildProcess { process { "got $_" } }
/// 1..3 | Send-ChildProcess -ChildProcess $child -EndInput
/// $child | Receive-ChildProcess -Wait -AutoRemove</code>
/// </example>
/// <example>
///   <para>The same to several children, by pipeline.</para>
///   <code>$children = 1..2 | ForEach-Object { Start-ChildProcess { param($n) "$n got $input" } -ArgumentList $_ }
/// $children | Send-ChildProcess -InputObject 'a', 'b' -EndInput
/// $children | Receive-ChildProcess -Wait -AutoRemove</code>
/// </example>
/// <inputs>
/// <para>System.Object: what to send.</para>
/// <para>PSNetConcurrency.ChildProcess: the children to send to, with -InputObject given.</para>
/// </inputs>
/// <outputs>None, or PSNetConcurrency.ChildProcess with -PassThru.</outputs>
/// <seealso cref="StartChildProcessCommand"/>
[Cmdlet(VerbsCommunications.Send, "ChildProcess", DefaultParameterSetName = ChildProcessSelectorCommand.ByChild)]
[OutputType(typeof(ChildProcess))]
public sealed class SendChildProcessCommand : NetCmdlet
{
    private readonly List<ChildProcess> _used = [];
    private readonly HashSet<ChildProcess> _closed = [];
    private bool _sendsItems;

    /// <summary>The children to send to.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ChildProcessSelectorCommand.ByChild)]
    [ValidateNotNull]
    [ArgumentCompleter(typeof(PositionCompleter<ChildProcessNameCompleter>))]
    public ChildProcess[] ChildProcess { get; set; } = [];

    /// <summary>The ids of the children: their numbers in this session.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ChildProcessSelectorCommand.ById)]
    [ArgumentCompleter(typeof(ChildProcessIdCompleter))]
    public int[] Id { get; set; } = [];

    /// <summary>The names of the children. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = ChildProcessSelectorCommand.ByName)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(ChildProcessNameCompleter))]
    public string[] Name { get; set; } = [];

    /// <summary>What to send, also by pipeline; of a list that is given as a parameter, each element.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? InputObject { get; set; }

    /// <summary>Ends the child's input after what was sent.</summary>
    [Parameter]
    [Alias("Close")]
    public SwitchParameter EndInput { get; set; }

    /// <summary>Sends text to a program as it is, without a line break behind it.</summary>
    [Parameter]
    public SwitchParameter NoNewline { get; set; }

    /// <summary>Returns the children.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override ProgressRecord? Progress() => ProgressOfWait(_used.Count == 1 ? $"{_used[0].Name} has not read what was sent" : "The children have not read what was sent", 0);

    protected override Task BeginAsync()
    {
        // Children that come down the pipeline are whom to send to; otherwise it is what to send.
        _sendsItems = MyInvocation.ExpectingInput && !MyInvocation.BoundParameters.ContainsKey(nameof(InputObject))
            && (ParameterSetName != ChildProcessSelectorCommand.ByChild || MyInvocation.BoundParameters.ContainsKey(nameof(ChildProcess)));
        return Task.CompletedTask;
    }

    protected override async Task ProcessAsync()
    {
        IEnumerable<ChildProcess> children = ParameterSetName switch
        {
            ChildProcessSelectorCommand.ByChild => ChildProcess,
            ChildProcessSelectorCommand.ById => ChildProcesses.Select(Id, null, e => ReportFailure(e)),
            _ => ChildProcesses.Select(null, Name, e => ReportFailure(e)),
        };
        bool given = _sendsItems || (MyInvocation.BoundParameters.ContainsKey(nameof(InputObject)) && InputObject is not PSNetConcurrency.ChildProcess and not PSObject { BaseObject: PSNetConcurrency.ChildProcess });
        foreach (ChildProcess child in children.ToArray())
        {
            if (!_used.Contains(child))
            {
                _used.Add(child);
            }
            if (given && !_closed.Contains(child))
            {
                await SendAsync(child);
            }
        }
    }

    protected override Task EndAsync()
    {
        foreach (ChildProcess child in _used)
        {
            if (EndInput && !_closed.Contains(child))
            {
                End(child);
            }
            if (PassThru)
            {
                WriteObject(child);
            }
        }
        return Task.CompletedTask;
    }

    private async Task SendAsync(ChildProcess child)
    {
        try
        {
            if (TakesObjects(child))
            {
                foreach (object? item in Items())
                {
                    await ScriptChild.SendInputAsync(child, item, StopToken);
                }
                return;
            }
            Encoding encoding = ChildOutput.Of(child).Encoding;
            foreach (object? item in Items())
            {
                await child.SendAsync(Infrastructure.Processes.StandardInput.ToLine(item, encoding, !NoNewline), StopToken);
            }
        }
        catch (NetException e)
        {
            if (e.Error == NetError.HandleClosed)
            {
                // One error: what else was to be sent has nobody to read it either.
                _closed.Add(child);
            }
            ReportFailure(e, child);
        }
    }

    private IEnumerable<object?> Items() => !_sendsItems && LanguagePrimitives.GetEnumerable(InputObject) is { } list && InputObject is not byte[]? list.Cast<object?>() : [InputObject];

    private static bool TakesObjects(ChildProcess child) => child.Kind != ChildProcessKind.Program && ScriptChild.TakesObjects(child);

    private static void End(ChildProcess child)
    {
        if (TakesObjects(child))
        {
            ScriptChild.EndInput(child);
        }
        else
        {
            child.CloseInput();
        }
    }
}
