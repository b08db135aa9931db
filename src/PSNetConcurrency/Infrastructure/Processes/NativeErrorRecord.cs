using System.Management.Automation;
using System.Runtime.Serialization;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>
/// A line of a program's standard error as the error that PowerShell makes of it: its id is NativeCommandError and nothing behind
/// that, by which the views of errors know it and show the line as it is, without the place in the script and the words around it.
/// </summary>
internal static class NativeErrorRecord
{
    // The id of a new record gets the cmdlet's type behind it when it is written; that of one which was read back stays.
    public static ErrorRecord Of(string line)
    {
        ErrorRecord plain = new(new RemoteException(line), "NativeCommandError", ErrorCategory.NotSpecified, line);
        try
        {
#pragma warning disable SYSLIB0050 // There is no other way to make one that was read back, and nothing is formatted here.
            SerializationInfo info = new(typeof(ErrorRecord), new FormatterConverter());
#pragma warning restore SYSLIB0050
            plain.GetObjectData(info, default);
            return new ErrorRecord(new Revived(info), null);
        }
        catch (Exception e) when (e is RuntimeException or SerializationException or NotSupportedException or InvalidOperationException)
        {
            return plain;
        }
    }

    private sealed class Revived(SerializationInfo info) : ErrorRecord(info, default);
}
