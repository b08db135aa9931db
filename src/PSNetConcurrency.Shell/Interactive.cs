using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Shell;

/// <summary>Reads commands until exit or the end of the input, from a terminal with an editor or from standard input as it is.</summary>
internal sealed class Interactive
{
    private const string ContinuationPrompt = ">> ";

    private readonly ShellOptions _options;
    private readonly ShellHost _host;
    private readonly PipelineRunner _runner;
    private readonly InputHistory _history = new();
    private readonly LineEditor? _editor;

    public Interactive(ShellOptions options, ShellHost host, Runspace runspace, PipelineRunner runner)
    {
        _options = options;
        _host = host;
        _runner = runner;
        if (Terminal.InputIsTerminal && Terminal.OutputIsTerminal)
        {
            _editor = new LineEditor(_history, new CompletionCycle(runspace));
        }
    }

    /// <summary>Runs the prompt; false when the last command could not run to its end.</summary>
    public bool Run()
    {
        bool succeeded = true;
        if (!_options.NoLogo && !_options.HasWork && Terminal.InputIsTerminal)
        {
            _host.UI.WriteLine(Usage.Banner(PSVersionInfo.PSVersion));
        }
        while (_host.ExitCode is null && ReadBlock() is { } block)
        {
            if (string.IsNullOrWhiteSpace(block))
            {
                continue;
            }
            Exception? failure = _runner.RunScript(block, addToHistory: true);
            succeeded = failure is null;
            if (failure is not null)
            {
                _runner.Report(failure);
            }
        }
        return succeeded;
    }

    /// <summary>Reads until a command is complete; null at the end of the input, empty when Ctrl+C threw it away.</summary>
    private string? ReadBlock()
    {
        string block = "";
        while (true)
        {
            EditResult result = ReadLine(block.Length == 0 ? Prompt() : ContinuationPrompt, out string line);
            if (result == EditResult.Cancelled)
            {
                return "";
            }
            if (result == EditResult.EndOfInput)
            {
                return block.Length == 0 ? null : block;
            }
            bool continued = block.Length > 0;
            block = continued ? $"{block}\n{line}" : line;
            if (IsComplete(block, line, continued))
            {
                _history.Add(block);
                return block;
            }
        }
    }

    /// <summary>
    /// At a terminal a command is complete when it parses. From a file, as pwsh, one that went over several lines ends with
    /// an empty line, so that what follows a closing brace, else for one, still belongs to it.
    /// </summary>
    private bool IsComplete(string block, string line, bool continued)
    {
        if (continued && _editor is null)
        {
            return string.IsNullOrWhiteSpace(line);
        }
        Parser.ParseInput(block, out _, out ParseError[] errors);
        return !errors.Any(static e => e.IncompleteInput);
    }

    private EditResult ReadLine(string prompt, out string line)
    {
        if (_editor is not null)
        {
            _host.UI.Write(prompt);
            EditResult result = _editor.Read(out line);
            _host.Progress.LineEnded();
            return result;
        }
        if (!_options.NoPrompt)
        {
            _host.UI.Write(prompt);
        }
        string? read = Console.In.ReadLine();
        line = read ?? "";
        if (!_options.NoPrompt)
        {
            // A terminal shows what is typed; a file does not.
            _host.UI.WriteLine(Terminal.InputIsTerminal ? "" : line);
        }
        return read is null ? EditResult.EndOfInput : EditResult.Line;
    }

    private string Prompt()
    {
        if (_options.NoPrompt)
        {
            return "";
        }
        return _runner.Evaluate("prompt")?.ToString() is { Length: > 0 } prompt ? prompt : "PS>";
    }
}
