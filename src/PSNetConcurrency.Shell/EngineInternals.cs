using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace PSNetConcurrency.Shell;

/// <summary>The two things that pwsh's own host may do and a guest may not. The engine's version is pinned; tests watch both.</summary>
internal static class EngineInternals
{
    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.NonPublic;

    /// <summary>
    /// Makes exit in the next script file end the shell with that code, as pwsh -File does. Without it the engine treats
    /// the file as a command and keeps the code in $LASTEXITCODE, where it cannot be told from a native command's.
    /// </summary>
    public static void LetScriptFileExit(Runspace runspace)
    {
        object context = Property(typeof(Runspace), "ExecutionContext").GetValue(runspace)!;
        Property(context.GetType(), "ScriptCommandProcessorShouldRethrowExit").SetValue(context, true);
    }

    /// <summary>Marks an error record as one that was written to the error stream, which Out-Default shows as an error.</summary>
    public static PSObject AsWrittenError(ErrorRecord record)
    {
        var wrapped = new PSObject(record);
        PropertyInfo stream = Property(typeof(PSObject), "WriteStream");
        stream.SetValue(wrapped, Enum.Parse(stream.PropertyType, "Error"));
        return wrapped;
    }

    private static PropertyInfo Property(Type type, string name) =>
        type.GetProperty(name, Instance) ?? throw new MissingMemberException(type.Name, name);
}
