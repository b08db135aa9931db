using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace PSNetConcurrency.Shell;

/// <summary>
/// The streams: errors to standard error, everything else that is shown to standard output, as pwsh does with text. What
/// asks is in <see cref="Prompter"/>.
/// </summary>
internal sealed class ShellHostUserInterface : PSHostUserInterface, IHostUISupportsMultipleChoiceSelection
{
    private readonly ProgressDisplay _progress;
    private readonly Prompter _prompter;

    public ShellHostUserInterface(ProgressDisplay progress, bool nonInteractive)
    {
        _progress = progress;
        _prompter = new Prompter(this, progress, nonInteractive);
        bool plain = Environment.GetEnvironmentVariable("NO_COLOR") is not null
            || Environment.GetEnvironmentVariable("TERM") is "xterm-mono" or "xtermm";
        if (plain)
        {
            PSStyle.Instance.OutputRendering = OutputRendering.PlainText;
        }
    }

    public override PSHostRawUserInterface RawUI { get; } = new ShellRawUserInterface();

    public override bool SupportsVirtualTerminal => Terminal.OutputIsTerminal || Terminal.ErrorIsTerminal;

    public override void Write(string value) => _progress.Write(GetOutputString(value, Terminal.OutputIsTerminal));

    public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        Write(Coloured(foregroundColor, backgroundColor, value));

    public override void WriteLine(string value) => Write(value + Environment.NewLine);

    public override void WriteLine(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) =>
        WriteLine(Coloured(foregroundColor, backgroundColor, value));

    public override void WriteErrorLine(string value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            _progress.WriteErrorLine(GetOutputString(value, Terminal.ErrorIsTerminal));
        }
    }

    public override void WriteWarningLine(string message) => WriteStyled(FormatStyle.Warning, "WARNING: " + message);

    public override void WriteVerboseLine(string message) => WriteStyled(FormatStyle.Verbose, "VERBOSE: " + message);

    public override void WriteDebugLine(string message) => WriteStyled(FormatStyle.Debug, "DEBUG: " + message);

    public override void WriteProgress(long sourceId, ProgressRecord record) => _progress.Update(sourceId, record);

    public override string ReadLine() => _prompter.ReadLine();

    public override SecureString ReadLineAsSecureString() => _prompter.ReadSecret();

    public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) =>
        _prompter.Prompt(caption, message, descriptions);

    public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) =>
        _prompter.Choose(caption, message, choices, defaultChoice);

    public Collection<int> PromptForChoice(string? caption, string? message, Collection<ChoiceDescription> choices, IEnumerable<int>? defaultChoices) =>
        _prompter.ChooseSeveral(caption, message, choices, defaultChoices);

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) =>
        _prompter.AskForCredential(caption, message, userName);

    public override PSCredential PromptForCredential(
        string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
        _prompter.AskForCredential(caption, message, userName);

    private void WriteStyled(FormatStyle style, string text) =>
        WriteLine(GetFormatStyleString(style) + text + PSStyle.Instance.Reset);

    /// <summary>-1 is no colour of its own, which is how the engine hands on what the terminal has.</summary>
    private static string Coloured(ConsoleColor foreground, ConsoleColor background, string value)
    {
        string colours = (Enum.IsDefined(foreground) ? PSStyle.Instance.Foreground.FromConsoleColor(foreground) : "")
            + (Enum.IsDefined(background) ? PSStyle.Instance.Background.FromConsoleColor(background) : "");
        return colours.Length == 0 ? value : colours + value + PSStyle.Instance.Reset;
    }
}
