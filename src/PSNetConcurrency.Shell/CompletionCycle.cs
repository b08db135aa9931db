using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSNetConcurrency.Core.Terminal;

namespace PSNetConcurrency.Shell;

/// <summary>Tab completion by the engine: each Tab puts the next match in place, Shift+Tab the one before.</summary>
internal sealed class CompletionCycle(Runspace runspace)
{
    private CommandCompletion? _matches;
    private string _text = "";
    private int _index;

    /// <summary>The line was edited: the next Tab completes anew.</summary>
    public void Forget() => _matches = null;

    public void Step(EditBuffer buffer, bool backwards)
    {
        if (_matches is null)
        {
            Complete(buffer);
            _index = backwards ? -1 : 0;
        }
        else
        {
            _index += backwards ? -1 : 1;
        }
        int count = _matches?.CompletionMatches.Count ?? 0;
        if (count == 0)
        {
            _matches = null;
            return;
        }
        _index = ((_index % count) + count) % count;
        string match = _matches!.CompletionMatches[_index].CompletionText;
        int start = _matches.ReplacementIndex;
        buffer.Set(_text[..start] + match + _text[(start + _matches.ReplacementLength)..], start + match.Length);
    }

    private void Complete(EditBuffer buffer)
    {
        _text = buffer.Text;
        using PowerShell engine = PowerShell.Create(runspace);
        try
        {
            _matches = CommandCompletion.CompleteInput(_text, buffer.Cursor, null, engine);
        }
        catch (RuntimeException)
        {
            // A completer failed: there is nothing to offer.
        }
    }
}
