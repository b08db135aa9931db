using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace PSNetConcurrency.Child;

/// <summary>The host that scripts see: no person, no console.</summary>
internal sealed class ChildPSHost(RecordSink sink, CultureInfo culture, CultureInfo uiCulture) : PSHost
{
    public int? ExitCode { get; private set; }

    public override CultureInfo CurrentCulture => culture;

    public override CultureInfo CurrentUICulture => uiCulture;

    public override Guid InstanceId { get; } = Guid.NewGuid();

    /// <summary>As in Start-Job, whose scripts know it by this name.</summary>
    public override string Name => "ServerRemoteHost";

    public override PSHostUserInterface UI { get; } = new ChildHostUI(sink);

    public override Version Version => new(1, 0, 0, 0);

    public override void SetShouldExit(int exitCode) => ExitCode = exitCode;

    public override void EnterNestedPrompt() => throw Prompts.NobodyAnswers();

    public override void ExitNestedPrompt() => throw Prompts.NobodyAnswers();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }
}

internal static class Prompts
{
    public static PSInvalidOperationException NobodyAnswers() =>
        new("A child process has no console, and nobody to answer a prompt there. Pass the value with -ArgumentList, -Parameter or -InputObject, or with -Confirm:$false and the like decide it in the script.");
}

internal sealed class ChildHostUI(RecordSink sink) : PSHostUserInterface
{
    private static readonly string[] HostTags = ["PSHOST"];

    public override PSHostRawUserInterface? RawUI => null;

    public override void Write(string value) => Show(value, null, null, noNewLine: true);

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Show(value, foregroundColor, backgroundColor, noNewLine: true);

    public override void WriteLine(string value) => Show(value, null, null, noNewLine: false);

    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Show(value, foregroundColor, backgroundColor, noNewLine: false);

    public override void WriteErrorLine(string value) => Show(value, null, null, noNewLine: false);

    public override void WriteDebugLine(string message)
    {
        if (!sink.IsEcho(message))
        {
            sink.Add(ChildStreamKind.Debug, new DebugRecord(message));
        }
    }

    public override void WriteVerboseLine(string message)
    {
        if (!sink.IsEcho(message))
        {
            sink.Add(ChildStreamKind.Verbose, new VerboseRecord(message));
        }
    }

    public override void WriteWarningLine(string message)
    {
        if (!sink.IsEcho(message))
        {
            sink.Add(ChildStreamKind.Warning, new WarningRecord(message));
        }
    }

    public override void WriteProgress(long sourceId, ProgressRecord record)
    {
        // The stream has it.
    }

    public override string ReadLine() => throw Prompts.NobodyAnswers();

    public override SecureString ReadLineAsSecureString() => throw Prompts.NobodyAnswers();

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) => throw Prompts.NobodyAnswers();

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) => throw Prompts.NobodyAnswers();

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw Prompts.NobodyAnswers();

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        throw Prompts.NobodyAnswers();

    private void Show(string? value, ConsoleColor? foreground, ConsoleColor? background, bool noNewLine)
    {
        if (sink.IsEcho(value))
        {
            return;
        }
        InformationRecord record = new(new HostInformationMessage { Message = value ?? "", ForegroundColor = foreground, BackgroundColor = background, NoNewLine = noNewLine }, "Host");
        record.Tags.AddRange(HostTags);
        sink.Add(ChildStreamKind.Information, record);
        sink.IsEcho(value);
    }
}
