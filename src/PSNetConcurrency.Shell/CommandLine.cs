using System.Management.Automation.Runspaces;
using System.Text;

namespace PSNetConcurrency.Shell;

/// <summary>Reads pwsh's command line: full names, its short names, and every prefix that is not ambiguous.</summary>
internal sealed class CommandLine
{
    private static readonly string[] s_unsupported =
    [
        "configurationfile", "configurationname", "custompipename", "namedpipeservermode", "servermode", "settingsfile",
        "socketservermode", "sshservermode", "sta", "windowstyle", "encodedarguments",
    ];

    private static readonly string[] s_policies =
        ["Default", "RemoteSigned", "Bypass", "AllSigned", "Restricted", "Unrestricted", "Undefined"];

    private readonly string[] _args;
    private readonly ShellOptions _options = new();
    private int _next;

    private CommandLine(string[] args) => _args = args;

    /// <summary>Reads <paramref name="args"/>; a fault is told by <see cref="ShellOptions.Error"/>.</summary>
    public static ShellOptions Parse(string[] args)
    {
        var line = new CommandLine(args);
        while (line._options.Error is null && line._next < args.Length && line.ReadOption())
        {
        }
        return line._options;
    }

    /// <summary>Reads one option; false when nothing after it is the shell's.</summary>
    private bool ReadOption()
    {
        string word = _args[_next].Trim();
        if (word.Length == 0)
        {
            _next++;
            return true;
        }
        bool slash = word[0] == '/' && OperatingSystem.IsWindows();
        if (!IsDash(word[0]) && !slash)
        {
            return ReadFile(_args[_next++]);
        }

        string key = word[1..];
        if (key.Length > 0 && key[0] == word[0] && !slash)
        {
            key = key[1..];
        }
        _next++;
        switch (key)
        {
            case var _ when Matches(key, "version", "v"):
                _options.ShowVersion = true;
                return false;
            case var _ when Matches(key, "help", "h") || key == "?":
                _options.ShowHelp = true;
                return true;
            case var _ when Matches(key, "login", "l") || Matches(key, "mta", "mta") || Matches(key, "noprofile", "nop")
                || Matches(key, "noprofileloadtime", "noprofileloadtime"):
                return true;
            case var _ when Matches(key, "noexit", "noe"):
                _options.NoExit = true;
                return true;
            case var _ when Matches(key, "nologo", "nol"):
                _options.NoLogo = true;
                return true;
            case var _ when Matches(key, "noninteractive", "noni"):
                _options.NonInteractive = true;
                return true;
            case var _ when Matches(key, "interactive", "i"):
                _options.NonInteractive = false;
                return true;
            case var _ when Matches(key, "commandwithargs", "commandwithargs") || Matches(key, "cwa", "cwa"):
                return ReadCommandWithArguments();
            case var _ when Matches(key, "command", "c"):
                return ReadCommand();
            case var _ when Matches(key, "file", "f"):
                return _next < _args.Length ? ReadFile(_args[_next++]) : Fail("The -File option needs the path of a script.");
            case var _ when Matches(key, "outputformat", "o") || Matches(key, "of", "o"):
                return ReadFormat("-OutputFormat");
            case var _ when Matches(key, "inputformat", "inp") || Matches(key, "if", "if"):
                return ReadFormat("-InputFormat");
            case var _ when Matches(key, "executionpolicy", "ex") || Matches(key, "ep", "ep"):
                return ReadExecutionPolicy();
            case var _ when Matches(key, "encodedcommand", "e") || Matches(key, "ec", "e"):
                return ReadEncodedCommand();
            case var _ when Matches(key, "workingdirectory", "wo") || Matches(key, "wd", "wd"):
                if (!TryReadValue("-WorkingDirectory", out string directory))
                {
                    return false;
                }
                _options.WorkingDirectory = directory;
                return true;
            case var _ when key.Length > 0 && s_unsupported.Contains(key, StringComparer.OrdinalIgnoreCase):
                return Fail($"The option '{word}' is pwsh's, but this embedded shell does not have it. Run an installed PowerShell for it.");
            default:
                // As pwsh: what is no option is the path of a script.
                return ReadFile(_args[_next - 1]);
        }
    }

    private bool ReadFile(string path)
    {
        if (path == "-")
        {
            return true;
        }
        string full;
        try
        {
            full = Path.GetFullPath(path.Replace('\\', Path.DirectorySeparatorChar));
        }
        catch (ArgumentException e)
        {
            return Fail($"'{path}' is not a path: {e.Message}");
        }
        if (!File.Exists(full))
        {
            return Fail($"The argument '{path}' is not recognized as the name of a script file or an option. Check the spelling of the name, or if a path was included, verify that the path is correct and try again.");
        }
        if (OperatingSystem.IsWindows() && !full.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase))
        {
            return Fail($"Processing -File '{path}' failed because the file does not have a '.ps1' extension.");
        }
        _options.File = full;
        ReadArguments();
        return false;
    }

    private bool ReadCommand()
    {
        if (_next >= _args.Length)
        {
            return Fail("The -Command option needs a command, or - to read commands from standard input.");
        }
        if (_args[_next] != "-")
        {
            _options.Command = string.Join(' ', _args[_next..]);
            return false;
        }
        if (_next + 1 < _args.Length)
        {
            return Fail("'-' was given with -Command: nothing may follow it.");
        }
        if (!Console.IsInputRedirected)
        {
            return Fail("'-' was given with -Command, but standard input is not redirected.");
        }
        _options.NoPrompt = true;
        _options.NoLogo = true;
        return false;
    }

    private bool ReadCommandWithArguments()
    {
        if (!TryReadValue("-CommandWithArgs", out string command))
        {
            return false;
        }
        _options.Command = command;
        ReadArguments();
        return false;
    }

    private bool ReadEncodedCommand()
    {
        if (_options.Command is not null)
        {
            return Fail("A command was given already.");
        }
        if (!TryReadValue("-EncodedCommand", out string encoded))
        {
            return false;
        }
        try
        {
            _options.Command = Encoding.Unicode.GetString(Convert.FromBase64String(encoded));
            return true;
        }
        catch (FormatException)
        {
            return Fail("The value of -EncodedCommand is not the base64 form of UTF-16LE text.");
        }
    }

    private bool ReadFormat(string option)
    {
        if (!TryReadValue(option, out string format))
        {
            return false;
        }
        return format.Equals("Text", StringComparison.OrdinalIgnoreCase)
            || Fail($"{option} '{format}' is not supported: this embedded shell reads and writes Text.");
    }

    private bool ReadExecutionPolicy()
    {
        if (!TryReadValue("-ExecutionPolicy", out string policy))
        {
            return false;
        }
        _options.ExecutionPolicy = s_policies.FirstOrDefault(known => known.Equals(policy, StringComparison.OrdinalIgnoreCase));
        return _options.ExecutionPolicy is not null
            || Fail($"'{policy}' is not an execution policy. The policies are {string.Join(", ", s_policies)}.");
    }

    private bool TryReadValue(string option, out string value)
    {
        if (_next < _args.Length)
        {
            value = _args[_next++];
            return true;
        }
        value = "";
        return Fail($"The {option} option needs a value.");
    }

    /// <summary>Everything left is the script's: -Name:value, -Name: value, -Name and plain values.</summary>
    private void ReadArguments()
    {
        while (_next < _args.Length)
        {
            string word = _args[_next++];
            if (word.Length < 2 || !IsDash(word[0]))
            {
                _options.Arguments.Add(new CommandParameter(null, word));
                continue;
            }
            int colon = word.IndexOf(':');
            if (colon < 0)
            {
                _options.Arguments.Add(new CommandParameter(word));
            }
            else if (colon < word.Length - 1)
            {
                _options.Arguments.Add(new CommandParameter(word[..colon], BooleanOrText(word[(colon + 1)..])));
            }
            else if (_next < _args.Length)
            {
                _options.Arguments.Add(new CommandParameter(word[..colon], _args[_next++]));
            }
        }
    }

    private static object BooleanOrText(string value) =>
        bool.TryParse(value.AsSpan(value[0] == '$' ? 1 : 0), out bool truth) ? truth : value;

    private static bool Matches(string key, string name, string shortest) =>
        key.Length >= shortest.Length && name.StartsWith(key, StringComparison.OrdinalIgnoreCase);

    private static bool IsDash(char c) => c is '-' or '\u2013' or '\u2014' or '\u2015';

    private bool Fail(string message)
    {
        _options.Error = message;
        return false;
    }
}
