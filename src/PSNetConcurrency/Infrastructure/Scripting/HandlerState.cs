using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PSNetConcurrency.Infrastructure.Scripting;

/// <summary>What a script block of a listener, a chat peer or a child finds in a runspace of its own: values by name, and the cmdlets of this module, wherever it was imported from.</summary>
internal static class HandlerState
{
    // Entries cost next to nothing; an import of the module would read its views in each runspace.
    private static readonly Lazy<SessionStateCmdletEntry[]> s_cmdlets = new(() =>
        [.. typeof(HandlerState).Assembly.GetExportedTypes()
            .Select(t => (Type: t, Cmdlet: (CmdletAttribute?)Attribute.GetCustomAttribute(t, typeof(CmdletAttribute), inherit: false)))
            .Where(t => t.Cmdlet is not null)
            .Select(t => new SessionStateCmdletEntry($"{t.Cmdlet!.VerbName}-{t.Cmdlet.NounName}", t.Type, null))]);

    public static InitialSessionState Create(IEnumerable<KeyValuePair<string, object?>> variables)
    {
        InitialSessionState state = InitialSessionState.CreateDefault2();
        state.Commands.Add(s_cmdlets.Value);
        foreach ((string name, object? value) in variables)
        {
            state.Variables.Add(new SessionStateVariableEntry(name, value, ""));
        }
        return state;
    }
}
