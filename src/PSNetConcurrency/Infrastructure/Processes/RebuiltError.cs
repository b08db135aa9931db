using System.Management.Automation;
using System.Reflection;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>
/// Error records as they are after a journey: their ids stay as they were, where a new record gets the cmdlet's type behind its id
/// when it is written. By its id alone the views of errors know a line of a program's standard error, and show it as it is.
/// </summary>
internal static class RebuiltError
{
    // What Receive-Job rebuilds an error with; nothing public sets the position and the stack of a record.
    private static readonly MethodInfo? Rebuild = typeof(ErrorRecord).GetMethod("FromPSObjectForRemoting", BindingFlags.Static | BindingFlags.NonPublic, [typeof(PSObject)]);

    /// <summary>A line of a program's standard error, as the record that PowerShell makes of it.</summary>
    public static ErrorRecord OfProgram(string line)
    {
        RemoteException exception = new(line);
        PSObject told = new();
        Add(told, "Exception", exception);
        Add(told, "TargetObject", line);
        Add(told, "FullyQualifiedErrorId", "NativeCommandError");
        Add(told, "ErrorCategory_Category", (int)ErrorCategory.NotSpecified);
        Add(told, "ErrorCategory_Activity", "");
        Add(told, "ErrorCategory_Reason", nameof(RemoteException));
        Add(told, "ErrorCategory_TargetName", line);
        Add(told, "ErrorCategory_TargetType", nameof(String));
        Add(told, "ErrorCategory_Message", "");
        Add(told, "SerializeExtendedInfo", false);
        return From(told) ?? new ErrorRecord(exception, "NativeCommandError", ErrorCategory.NotSpecified, line);
    }

    /// <summary>What a child wrote as an error.</summary>
    public static ErrorRecord Of(object? value)
    {
        PSObject plain = PSObject.AsPSObject(value ?? "");
        if (From(plain) is { } record)
        {
            return record;
        }
        // Of another version: what its properties tell is left.
        string id = plain.Properties["FullyQualifiedErrorId"]?.Value as string ?? "ChildError";
        ErrorCategory category = plain.Properties["ErrorCategory_Category"]?.Value is int number ? (ErrorCategory)number : ErrorCategory.NotSpecified;
        return new ErrorRecord(new RemoteException(plain.ToString()), id, category, plain.Properties["TargetObject"]?.Value);
    }

    private static void Add(PSObject told, string name, object value) => told.Properties.Add(new PSNoteProperty(name, value));

    private static ErrorRecord? From(PSObject told)
    {
        try
        {
            return Rebuild?.Invoke(null, [told]) as ErrorRecord;
        }
        catch (TargetInvocationException)
        {
            return null;
        }
    }
}
