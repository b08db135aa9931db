using System.Management.Automation;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Writes what a child wrote to the streams of a cmdlet: each record to the one it was written to.</summary>
internal sealed class ChildStreamWriter(NetCmdlet cmdlet)
{
    private readonly bool _errorsStop = ErrorsStop(cmdlet);

    /// <summary>Writes one record as if the cmdlet had written it itself.</summary>
    public void Write(ChildProcess child, ChildProcessRecord record)
    {
        object? value = record.Value is PSObject { BaseObject: not PSCustomObject } wrapped && record.Stream is not (ChildStreamKind.Output or ChildStreamKind.StandardOutput) ? wrapped.BaseObject : record.Value;
        switch (record.Stream)
        {
            case ChildStreamKind.Error when value is ErrorRecord error:
                cmdlet.WriteError(error);
                break;
            case ChildStreamKind.Warning:
                cmdlet.WriteWarning(Message(value));
                break;
            case ChildStreamKind.Verbose:
                cmdlet.WriteVerbose(Message(value));
                break;
            case ChildStreamKind.Debug:
                cmdlet.WriteDebug(Message(value));
                break;
            case ChildStreamKind.Information when value is InformationRecord information:
                cmdlet.WriteInformation(information);
                break;
            case ChildStreamKind.Progress when value is ProgressRecord progress:
                cmdlet.WriteProgress(progress);
                break;
            case ChildStreamKind.StandardError:
                WriteStandardError(child, Message(value));
                break;
            default:
                cmdlet.WriteObject(record.Value);
                break;
        }
    }

    /// <summary>Writes why a child failed as an error, where it did and it was not told; with <paramref name="keep"/> it will be told again.</summary>
    public void WriteFailure(ChildOutput output, bool keep = false)
    {
        if (output.Child.Failure is { } failure && !output.FailureTold)
        {
            output.FailureTold = !keep;
            cmdlet.WriteError(ErrorFactory.Create(failure, failure.Target ?? output.Child));
        }
    }

    // A line on standard error is no failure; the exit code is. So where errors end the script, a program's lines are shown, and
    // do not end it. What a script's console prints (Console.Error, a program it runs) is text for its reader in any case.
    private void WriteStandardError(ChildProcess child, string line)
    {
        if (child.Kind == ChildProcessKind.Program && !_errorsStop)
        {
            cmdlet.WriteError(RebuiltError.OfProgram(line));
            return;
        }
        InformationRecord shown = new(new HostInformationMessage { Message = line }, child.Name);
        shown.Tags.Add("PSHOST");
        shown.Tags.Add(nameof(ChildStreamKind.StandardError));
        cmdlet.WriteInformation(shown);
    }

    private static string Message(object? value) => value switch
    {
        InformationalRecord record => record.Message,
        null => "",
        _ => LanguagePrimitives.ConvertTo<string>(value) ?? "",
    };

    private static bool ErrorsStop(PSCmdlet cmdlet)
    {
        object? preference = cmdlet.MyInvocation.BoundParameters.TryGetValue("ErrorAction", out object? given) ? given : cmdlet.GetVariableValue("ErrorActionPreference");
        return LanguagePrimitives.TryConvertTo(preference, out ActionPreference action) && action is ActionPreference.Stop or ActionPreference.Inquire;
    }
}
