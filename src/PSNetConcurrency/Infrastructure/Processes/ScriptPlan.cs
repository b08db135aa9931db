using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure.Scripting;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Turns the parameters of a starting cmdlet into the job of a PowerShell child.</summary>
internal static class ScriptPlan
{
    /// <summary>The job, what a person reads of it, and whether the script reads what comes down its pipeline.</summary>
    public static (ScriptJob Job, string Words, bool ReadsInput) Create(ChildProcessStartCommand command)
    {
        Hashtable variables = new(StringComparer.OrdinalIgnoreCase);
        AddVariables(variables, command);
        string? initialization = command.InitializationScript is { } block ? Resolve(block, variables, command) : null;
        ScriptJob job = new()
        {
            Kind = ChildProcessKind.ScriptBlock,
            Arguments = command.ArgumentList,
            Parameters = command.Parameter,
            Modules = [.. command.Module.Select(m => command.Via.Length == 0 ? ModulePath(command, m) : m)],
            InitializationScript = initialization,
        };
        string words;
        bool readsInput;
        switch (command.ParameterSetName)
        {
            case ChildProcessStartCommand.OfBlock:
                job = job with { Script = Resolve(command.ScriptBlock, variables, command) };
                words = command.ScriptBlock.ToString();
                readsInput = ReadsInput(command.ScriptBlock.Ast);
                break;
            case ChildProcessStartCommand.OfFile:
                string path = FilePaths.Literal(command, command.FilePath);
                string text = Read(path);
                // What is elsewhere can't read the file: its text goes there.
                job = command.Via.Length > 0 ? job with { Script = text } : job with { Kind = ChildProcessKind.ScriptFile, ScriptPath = path };
                words = command.FilePath;
                readsInput = ReadsInput(Parser.ParseInput(text, out _, out _));
                break;
            default:
                string? file = command.ParameterSetName == ChildProcessStartCommand.OfClassFile ? FilePaths.Literal(command, command.ClassPath) : null;
                string definition = file is null ? command.Definition : Read(file);
                ClassCheck.Check(command.ClassName, definition, file);
                job = job with { Kind = ChildProcessKind.Class, Script = definition, ScriptPath = file, ClassName = command.ClassName, Properties = command.Property };
                words = command.ClassName;
                readsInput = false;
                break;
        }
        return (job with { Variables = variables.Count > 0 ? variables : null }, OneLine(words), readsInput);
    }

    /// <summary>The text of a script block; what its <c>$using:</c> names goes to the variables.</summary>
    internal static string Resolve(ScriptBlock block, Hashtable variables, PSCmdlet cmdlet)
    {
        UsingVariables script = UsingVariables.Resolve(block, cmdlet.SessionState.PSVariable);
        foreach ((string name, object? value) in script.Values)
        {
            variables[name] = value;
        }
        return script.Script;
    }

    // Only then is there somebody to wait for at the other end: without $input and process { }, a script that nothing is piped to
    // runs at once. What a function or a block in it calls $input is its own.
    private static bool ReadsInput(Ast script)
    {
        Ast body = script is FunctionDefinitionAst function ? function.Body : script;
        return body is ScriptBlockAst { ProcessBlock: not null }
            || body.Find(a => a is VariableExpressionAst { VariablePath.UserPath: var name } && name.Equals("input", StringComparison.OrdinalIgnoreCase), searchNestedScriptBlocks: false) is not null;
    }

    private static void AddVariables(Hashtable variables, ChildProcessStartCommand command)
    {
        foreach (object? given in command.Variable)
        {
            object? value = given is PSObject wrapped ? wrapped.BaseObject : given;
            if (value is IDictionary table)
            {
                foreach (DictionaryEntry entry in table)
                {
                    variables[entry.Key.ToString()!] = entry.Value;
                }
                continue;
            }
            if (value is PSVariable itself)
            {
                variables[itself.Name] = itself.Value;
                continue;
            }
            string name = (LanguagePrimitives.ConvertTo<string>(given) ?? "").TrimStart('$');
            PSVariable variable = command.SessionState.PSVariable.Get(name)
                ?? throw new NetException(NetError.InvalidArgument, $"There is no variable ${name} here to give to the child. Set it first, or give a hashtable of names and values.", name);
            variables[name] = variable.Value;
        }
    }

    private static string ModulePath(PSCmdlet cmdlet, string module) =>
        module.AsSpan().IndexOfAny('/', '\\') >= 0 || module.StartsWith('~') ? FilePaths.Literal(cmdlet, module) : module;

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new NetException(NetError.FileNotFound, $"There is no script '{path}'.", path, e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new NetException(NetError.AccessDenied, $"The script '{path}' may not be read: {e.Message}", path, e);
        }
    }

    /// <summary>A text as a person reads it in a table.</summary>
    internal static string OneLine(string words) => string.Join(' ', words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) is { Length: > 0 } line ? line : "{ }";
}
