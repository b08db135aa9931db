using System.Collections;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace PSNetConcurrency.Shell;

/// <summary>Asks the person at the terminal, or whatever writes to standard input; -NonInteractive forbids both.</summary>
internal sealed class Prompter(PSHostUserInterface ui, ProgressDisplay progress, bool nonInteractive)
{
    private const string HelpKey = "?";

    public string ReadLine()
    {
        RefuseIfNonInteractive();
        if (!Terminal.InputIsTerminal || !Terminal.OutputIsTerminal)
        {
            return Console.In.ReadLine() ?? throw new PSInvalidOperationException("Standard input ended: there is no answer to read.");
        }
        EditResult result = new LineEditor().Read(out string line);
        progress.LineEnded();
        return result == EditResult.Line ? line : throw new PipelineStoppedException();
    }

    public SecureString ReadSecret()
    {
        RefuseIfNonInteractive();
        var secret = new SecureString();
        foreach (char c in Terminal.InputIsTerminal ? ReadHidden() : ReadLine())
        {
            secret.AppendChar(c);
        }
        secret.MakeReadOnly();
        return secret;
    }

    public Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> fields)
    {
        RefuseIfNonInteractive();
        WriteHeading(caption, message);
        var answers = new Dictionary<string, PSObject>();
        foreach (FieldDescription field in fields)
        {
            string label = string.IsNullOrEmpty(field.Label) ? field.Name : field.Label.Replace("&", "", StringComparison.Ordinal);
            answers[field.Name] = PSObject.AsPSObject(AskForField(label, TypeOf(field)) ?? "");
        }
        return answers;
    }

    public int Choose(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        RefuseIfNonInteractive();
        WriteHeading(caption, message);
        string[] keys = [.. choices.Select(KeyOf)];
        while (true)
        {
            WriteChoices(choices, keys, defaultChoice >= 0 ? [defaultChoice] : []);
            string answer = ReadLine().Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }
            if (Find(choices, keys, answer) is >= 0 and int chosen)
            {
                return chosen;
            }
            WriteHelpIfAsked(answer, choices, keys);
        }
    }

    public Collection<int> ChooseSeveral(string? caption, string? message, Collection<ChoiceDescription> choices, IEnumerable<int>? defaults)
    {
        RefuseIfNonInteractive();
        WriteHeading(caption, message);
        string[] keys = [.. choices.Select(KeyOf)];
        int[] preset = [.. defaults ?? []];
        var chosen = new Collection<int>();
        WriteChoices(choices, keys, preset);
        while (true)
        {
            ui.Write($"{Environment.NewLine}Choice[{chosen.Count}]: ");
            string answer = ReadLine().Trim();
            if (answer.Length == 0)
            {
                return chosen.Count == 0 ? new Collection<int>(preset) : chosen;
            }
            if (Find(choices, keys, answer) is >= 0 and int choice)
            {
                chosen.Add(choice);
            }
            WriteHelpIfAsked(answer, choices, keys);
        }
    }

    public PSCredential AskForCredential(string caption, string message, string userName)
    {
        RefuseIfNonInteractive();
        WriteHeading(caption, message);
        string user = userName;
        while (string.IsNullOrEmpty(user))
        {
            ui.Write("User: ");
            user = ReadLine();
        }
        ui.Write($"Password for user {user}: ");
        return new PSCredential(user, ReadSecret());
    }

    private object? AskForField(string label, Type type)
    {
        if (type == typeof(SecureString))
        {
            ui.Write($"{label}: ");
            return ReadSecret();
        }
        if (type == typeof(PSCredential))
        {
            return AskForCredential("", label, "");
        }
        if (typeof(IList).IsAssignableFrom(type))
        {
            Type element = type.GetElementType() ?? typeof(object);
            var items = new ArrayList();
            while (AskForValue($"{label}[{items.Count}]", element, emptyEnds: true) is { } item)
            {
                items.Add(item);
            }
            return items.ToArray();
        }
        return AskForValue(label, type, emptyEnds: false);
    }

    private object? AskForValue(string label, Type type, bool emptyEnds)
    {
        while (true)
        {
            ui.Write($"{label}: ");
            string answer = ReadLine();
            if (answer.Length == 0 && emptyEnds)
            {
                return null;
            }
            if (LanguagePrimitives.TryConvertTo(answer, type, CultureInfo.InvariantCulture, out object value))
            {
                return value;
            }
            ui.WriteErrorLine($"'{answer}' is no {type.Name}.");
        }
    }

    private void WriteHeading(string? caption, string? message)
    {
        if (!string.IsNullOrEmpty(caption))
        {
            ui.WriteLine();
            ui.WriteLine(PSStyle.Instance.Bold + caption + PSStyle.Instance.Reset);
        }
        if (!string.IsNullOrEmpty(message))
        {
            ui.WriteLine(message);
        }
    }

    private void WriteChoices(Collection<ChoiceDescription> choices, string[] keys, int[] defaults)
    {
        IEnumerable<string> texts = choices.Select((choice, i) => $"[{keys[i]}] {LabelOf(choice)}").Append($"[{HelpKey}] Help");
        string preset = defaults.Length switch
        {
            0 => "",
            1 => $" (default is \"{keys[defaults[0]]}\")",
            _ => $" (default choices are {string.Join(',', defaults.Select(i => keys[i]))})",
        };
        ui.Write($"{string.Join("  ", texts)}{preset}: ");
    }

    private void WriteHelpIfAsked(string answer, Collection<ChoiceDescription> choices, string[] keys)
    {
        if (answer == HelpKey)
        {
            for (int i = 0; i < choices.Count; i++)
            {
                ui.WriteLine($"{keys[i]} - {choices[i].HelpMessage}");
            }
        }
    }

    private void RefuseIfNonInteractive()
    {
        if (nonInteractive)
        {
            throw new PSInvalidOperationException("PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.");
        }
    }

    private static int Find(Collection<ChoiceDescription> choices, string[] keys, string answer)
    {
        int byKey = Array.FindIndex(keys, key => key.Equals(answer, StringComparison.OrdinalIgnoreCase));
        return byKey >= 0
            ? byKey
            : choices.ToList().FindIndex(choice => LabelOf(choice).Equals(answer, StringComparison.OrdinalIgnoreCase));
    }

    private static string LabelOf(ChoiceDescription choice) => choice.Label.Replace("&", "", StringComparison.Ordinal);

    /// <summary>The letter after the ampersand, or the whole label.</summary>
    private static string KeyOf(ChoiceDescription choice)
    {
        int mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
        return mark >= 0 && mark + 1 < choice.Label.Length
            ? choice.Label[mark + 1].ToString().ToUpper(CultureInfo.CurrentCulture)
            : choice.Label;
    }

    private static Type TypeOf(FieldDescription field) =>
        (string.IsNullOrEmpty(field.ParameterAssemblyFullName) ? null : Type.GetType(field.ParameterAssemblyFullName))
        ?? (LanguagePrimitives.TryConvertTo(field.ParameterTypeFullName, out Type type) ? type : typeof(string));

    private string ReadHidden()
    {
        var text = new System.Text.StringBuilder();
        using var raw = new RawKeys();
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            if (key.Key == ConsoleKey.Enter)
            {
                ui.WriteLine();
                return text.ToString();
            }
            if (key is { Key: ConsoleKey.C, Modifiers: ConsoleModifiers.Control })
            {
                ui.WriteLine();
                throw new PipelineStoppedException();
            }
            if (key.Key == ConsoleKey.Backspace && text.Length > 0)
            {
                text.Length--;
                ui.Write("\b \b");
            }
            else if (!char.IsControl(key.KeyChar))
            {
                text.Append(key.KeyChar);
                ui.Write("*");
            }
        }
    }
}
