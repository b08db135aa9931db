using System.Collections;
using System.Management.Automation;
using System.Text;
using PSNetConcurrency.Core;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes;
using PSNetConcurrency.Core.Processes.Launching;
using PSNetConcurrency.Core.Processes.Protocol;
using PSNetConcurrency.Infrastructure.Scripting;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>What the parameters of a starting cmdlet say, made ready once for all the children it starts.</summary>
internal sealed class ChildProcessPlan
{
    private readonly ChildProcessStartCommand _command;
    private readonly ScriptJob? _job;
    private readonly ScriptChildOptions? _scriptOptions;
    private readonly ChildProcessOptions? _programOptions;
    private readonly bool _readsInput;

    private ChildProcessPlan(ChildProcessStartCommand command, ScriptJob job, ScriptChildOptions options, bool readsInput)
    {
        (_command, _job, _scriptOptions, _readsInput) = (command, job, options, readsInput);
        Command = options.Command!;
    }

    private ChildProcessPlan(ChildProcessStartCommand command, ChildProcessOptions options)
    {
        (_command, _programOptions) = (command, options);
        Command = options.Command!;
    }

    /// <summary>What a person reads of it.</summary>
    public string Command { get; }

    /// <summary>Whether it is a program, and not PowerShell.</summary>
    public bool IsProgram => _programOptions is not null;

    /// <summary>Whether the program's arguments are made from the item, which then is no input of it.</summary>
    public bool HasArgumentsOfItem => IsProgram && _command.ArgumentList.Any(IsBlock);

    /// <exception cref="NetException">The parameters can't mean anything, or name what is not there.</exception>
    public static ChildProcessPlan Create(ChildProcessStartCommand command)
    {
        bool isFile = command.ParameterSetName == ChildProcessStartCommand.OfFile;
        if (isFile && !command.FilePath.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase))
        {
            foreach (string name in new[] { nameof(command.Parameter), nameof(command.Variable), nameof(command.Module), nameof(command.InitializationScript), nameof(command.PowerShellPath), nameof(command.Pool) }.Where(command.IsGiven))
            {
                throw new NetException(NetError.InvalidArgument, $"-{name} is for scripts; '{command.FilePath}' is a program.", command.FilePath);
            }
            return new ChildProcessPlan(command, ProgramOptions(command));
        }
        if (command.StandardInput is not null)
        {
            throw new NetException(NetError.InvalidArgument, $"-StandardInput is for programs. What a script reads as $input comes from -InputObject or the pipeline.", command.FilePath);
        }
        if (command.Pool is { } pool)
        {
            CheckPool(command, pool);
        }
        (ScriptJob job, string words, bool readsInput) = ScriptPlan.Create(command);
        return new ChildProcessPlan(command, job, new ScriptChildOptions
        {
            Name = command.Name,
            Command = words,
            WorkingDirectory = Folder(command),
            Environment = Environment(command),
            PowerShellPath = command.PowerShellPath is { } path && command.Via.Length == 0 ? PathOrName(command, path) : command.PowerShellPath,
            Via = command.Via,
            PriorityClass = command.IsGiven(nameof(command.PriorityClass)) ? command.PriorityClass : null,
            ProcessorAffinity = command.IsGiven(nameof(command.ProcessorAffinity)) ? command.ProcessorAffinity : null,
            Timeout = Timeout(command),
            Detached = command.IsDetached,
            Pool = command.Pool,
        }, readsInput);
    }

    /// <summary>Starts a child; what it is to read is read here and on its way to it when this returns, and <paramref name="sending"/> ends when it has it. It never fails.</summary>
    public ChildProcess Start(ChildInput input, out Task sending)
    {
        string? name = _command.Name is { } given && input.Number > 0 ? $"{given}-{input.Number}" : _command.Name;
        return IsProgram ? StartProgram(input, name, out sending) : StartScript(input, name, out sending);
    }

    /// <summary>A path as the session means it, where it is one; a name that is to be looked up as it is.</summary>
    internal static string PathOrName(PSCmdlet cmdlet, string path) => path.AsSpan().IndexOfAny(['/', '\\', '~', ':']) >= 0 ? FilePaths.Literal(cmdlet, path) : path;

    private ChildProcess StartScript(ChildInput input, string? name, out Task sending)
    {
        ScriptJob job = _job!;
        if (input.HasItem)
        {
            Hashtable variables = job.Variables is null ? new Hashtable(StringComparer.OrdinalIgnoreCase) : new Hashtable(job.Variables, StringComparer.OrdinalIgnoreCase);
            variables["_"] = input.Item;
            job = job with { Variables = variables };
        }
        bool fed = _readsInput && (input.HasItem || input.StaysOpen);
        WireWriter[]? items = null;
        if (fed && input.HasItem)
        {
            // Of a list that is a parameter, each element; what comes down the pipeline is one item, whatever it is. As they are now, and before there is a child that would wait for one that is refused.
            IEnumerable<object?> list = input.Number == 0 && LanguagePrimitives.GetEnumerable(input.Item) is { } elements ? elements.Cast<object?>() : [input.Item];
            items = [.. list.Select(ScriptChild.EncodeInput)];
        }
        ChildProcess child = ScriptChild.Start(job with { HasInput = fed }, _scriptOptions! with { Name = name, Item = input.Item }, out sending);
        if (items is not null)
        {
            sending = Task.WhenAll(sending, ScriptChild.SendAllAsync(child, items));
        }
        return child;
    }

    private ChildProcess StartProgram(ChildInput input, string? name, out Task sending)
    {
        ChildProcessOptions options = _programOptions!;
        if (HasArgumentsOfItem)
        {
            string[] arguments = Arguments(_command, input.Item);
            options = options with { Arguments = ViaLauncher.Arguments(_command.Via, _command.FilePath, arguments), Command = Shown(_command.FilePath, arguments.Select(Word)) };
        }
        byte[]? bytes = _command.StandardInput is { } given ? StandardInput.ToBytes(given, _command.Encoding)
            : input.HasItem && !HasArgumentsOfItem ? StandardInput.ToBytes(input.Item, _command.Encoding)
            : null;
        ChildProcess child = ChildProcess.Start(options with { Name = name, Item = input.Item, HasInput = bytes is not null || input.StaysOpen });
        sending = bytes is null ? Task.CompletedTask : SendBytesAsync(child, bytes);
        return child;
    }

    private static void CheckPool(ChildProcessStartCommand command, ChildProcessPool pool)
    {
        // What decides how a process is started can't be had of one that runs already.
        string? other = new[] { nameof(command.Via), nameof(command.PowerShellPath) }.FirstOrDefault(command.IsGiven) ?? (command.IsDetached ? "Detached" : null);
        if (other is not null)
        {
            throw new NetException(NetError.InvalidArgument, $"-{other} and -Pool exclude each other: the processes of a pool run already, here, and end with the session.{(other == nameof(command.PowerShellPath) ? " Give the path to New-ChildProcessPool." : "")}", pool);
        }
        if (pool.State == ChildProcessPoolState.Closed)
        {
            throw new NetException(NetError.HandleClosed, $"The pool {pool.Name} was removed. Make another with New-ChildProcessPool.", pool);
        }
    }

    // A child that reads no more, or has ended, is no failure: as with head in a shell's pipeline.
    private static async Task SendBytesAsync(ChildProcess child, byte[] bytes)
    {
        try
        {
            await child.SendAsync(bytes, CancellationToken.None).ConfigureAwait(false);
            child.CloseInput();
        }
        catch (NetException e) when (e.Error == NetError.HandleClosed)
        {
        }
    }

    private static ChildProcessOptions ProgramOptions(ChildProcessStartCommand command)
    {
        if (command.Via.Length > 0 && command.WorkingDirectory is { } there)
        {
            throw new NetException(NetError.InvalidArgument, $"A program behind -Via can't be given a working directory. Put it into the words of the launcher, such as docker,exec,-w,{there},web, or before the program, such as ssh,host1,env,-C,{there}.", there);
        }
        string program = command.Via.Length == 0 ? PathOrName(command, command.FilePath) : command.FilePath;
        string[] arguments = command.ArgumentList.Any(IsBlock) ? [] : Arguments(command, null);
        return new ChildProcessOptions
        {
            FilePath = command.Via.Length == 0 ? program : PathOrName(command, command.Via[0]),
            Arguments = ViaLauncher.Arguments(command.Via, program, arguments),
            Command = Shown(command.FilePath, command.ArgumentList.Select(a => IsBlock(a) ? $"{{{a}}}" : Word(a))),
            WorkingDirectory = Folder(command) ?? Location(command),
            Environment = Environment(command),
            PriorityClass = command.IsGiven(nameof(command.PriorityClass)) ? command.PriorityClass : null,
            ProcessorAffinity = command.IsGiven(nameof(command.ProcessorAffinity)) ? command.ProcessorAffinity : null,
            Timeout = Timeout(command),
            Detached = command.IsDetached,
            // A launcher may ask for a password, which takes the terminal.
            OwnGroup = command.Via.Length == 0,
        };
    }

    private static string Shown(string program, IEnumerable<string> words) => string.Join(' ', words.Prepend(program));

    private static string[] Arguments(ChildProcessStartCommand command, object? item) =>
        [.. command.ArgumentList.SelectMany(a => IsBlock(a) ? Evaluate((ScriptBlock)(a is PSObject wrapped ? wrapped.BaseObject : a!), item) : [Text(a)])];

    private static IEnumerable<string> Evaluate(ScriptBlock block, object? item) =>
        block.InvokeWithContext(null, [new PSVariable("_", item)]).Select(Text);

    private static bool IsBlock(object? argument) => argument is ScriptBlock or PSObject { BaseObject: ScriptBlock };

    private static string Text(object? value) => LanguagePrimitives.ConvertTo<string>(value) ?? "";

    private static string Word(object? argument) => Text(argument) is { Length: > 0 } text && !text.Any(char.IsWhiteSpace) ? text : $"'{Text(argument)}'";

    private static TimeSpan? Timeout(ChildProcessStartCommand command) => Deadline.OfSeconds(command.TimeoutSeconds);

    private static string? Folder(ChildProcessStartCommand command) =>
        command.Via.Length > 0 ? command.WorkingDirectory
        : command.WorkingDirectory is { } folder ? FilePaths.Literal(command, folder)
        : Location(command);

    private static string Location(PSCmdlet command) => command.SessionState.Path.CurrentFileSystemLocation.ProviderPath;

    private static Dictionary<string, string?>? Environment(ChildProcessStartCommand command)
    {
        if (command.Environment is null)
        {
            return null;
        }
        Dictionary<string, string?> variables = [];
        foreach (DictionaryEntry entry in command.Environment)
        {
            string name = Text(entry.Key);
            string? value = entry.Value is null ? null : Text(entry.Value);
            ChildEnvironment.Check(name, value);
            variables[name] = value;
        }
        return variables;
    }
}
