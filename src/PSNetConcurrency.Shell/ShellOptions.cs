using System.Management.Automation.Runspaces;

namespace PSNetConcurrency.Shell;

/// <summary>What the command line asks for.</summary>
internal sealed class ShellOptions
{
    /// <summary>The text of -Command, -CommandWithArgs or -EncodedCommand.</summary>
    public string? Command { get; set; }

    /// <summary>The full path of -File.</summary>
    public string? File { get; set; }

    /// <summary>What follows -File or -CommandWithArgs.</summary>
    public List<CommandParameter> Arguments { get; } = [];

    public string? WorkingDirectory { get; set; }

    public string? ExecutionPolicy { get; set; }

    public bool NonInteractive { get; set; }

    public bool NoLogo { get; set; }

    /// <summary>Stay at the prompt when the command or file is done.</summary>
    public bool NoExit { get; set; }

    /// <summary>Commands come from standard input without prompts (-Command -).</summary>
    public bool NoPrompt { get; set; }

    public bool ShowVersion { get; set; }

    public bool ShowHelp { get; set; }

    /// <summary>Why the command line cannot be obeyed, or null.</summary>
    public string? Error { get; set; }

    /// <summary>Whether there is anything to do before, or instead of, the prompt.</summary>
    public bool HasWork => Command is not null || File is not null;
}
