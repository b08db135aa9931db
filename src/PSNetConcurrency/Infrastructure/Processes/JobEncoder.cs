using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.InteropServices;
using PSNetConcurrency.Child.Values;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes.Launching;
using PSNetConcurrency.Core.Processes.Protocol;
using PSNetConcurrency.Infrastructure.Scripting;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Writes a job as a frame, and refuses what would arrive as an empty shell.</summary>
internal static class JobEncoder
{
    /// <param name="writer">Where to.</param>
    /// <param name="job">The job.</param>
    /// <param name="detached">Whether the child lives on without this process.</param>
    /// <param name="state">What the child is to take on first; null where it was started with all of it.</param>
    /// <param name="kind">Run, or Warm.</param>
    public static void Write(WireWriter writer, ScriptJob job, bool detached, StartState? state = null, FrameKind kind = FrameKind.Run)
    {
        int at = writer.BeginFrame(kind);
        writer.Int32((int)((job.HasInput ? JobFlags.HasInput : 0) | (detached ? JobFlags.Detached : 0) | (state is null ? 0 : JobFlags.HasState)));
        writer.Byte((byte)job.Kind);
        writer.Text(job.Script);
        writer.Text(job.ScriptPath);
        writer.Text(job.ClassName);
        writer.Text(job.InitializationScript);
        writer.Text(state?.WorkingDirectory);
        writer.Text(CultureInfo.CurrentCulture.Name);
        writer.Text(CultureInfo.CurrentUICulture.Name);
        writer.Int32(job.Modules.Count);
        foreach (string module in job.Modules)
        {
            writer.Text(module);
        }
        writer.Int32(2 * (state?.Environment.Count ?? 0));
        foreach ((string name, string? value) in state?.Environment ?? [])
        {
            writer.Text(name);
            writer.Text(value);
        }
        writer.Int32(job.Arguments.Count);
        for (int i = 0; i < job.Arguments.Count; i++)
        {
            Write(writer, job.Arguments[i], $"argument {i + 1}");
        }
        Write(writer, job.Parameters, "parameter");
        Write(writer, job.Variables, "variable");
        Write(writer, job.Properties, "property");
        writer.EndFrame(at);
    }

    /// <summary>Writes one value; <paramref name="what"/> names it in the error.</summary>
    /// <exception cref="NetException"><see cref="NetError.ArgumentNotSerializable"/></exception>
    public static void Write(WireWriter writer, object? value, string what)
    {
        object? inner = value is PSObject wrapped ? wrapped.BaseObject : value;
        if (inner is ScriptBlock or Delegate or Stream or TextReader or TextWriter or SafeHandle or WaitHandle or Runspace or RunspacePool or PowerShell or Job
            or System.Management.Automation.Host.PSHost or EngineIntrinsics or SessionState or Cmdlet or Task or Thread or System.Net.Sockets.Socket or CancellationTokenSource)
        {
            throw Refused(what, inner, null);
        }
        try
        {
            // What was added to a number or a time hangs on the object, and parameters arrive without their wrapping.
            ValueWriter.Write(writer, value is null ? null : PSObject.AsPSObject(value));
        }
        catch (Exception e) when (e is not (OutOfMemoryException or PipelineStoppedException or NetException))
        {
            throw Refused(what, inner, e);
        }
    }

    private static void Write(WireWriter writer, IDictionary? values, string what)
    {
        writer.Int32(2 * (values?.Count ?? 0));
        if (values is null)
        {
            return;
        }
        foreach (DictionaryEntry entry in values)
        {
            string name = entry.Key.ToString() ?? "";
            writer.Byte((byte)ValueKind.Text);
            writer.Text(name);
            Write(writer, entry.Value, $"{what} {UsingVariables.Shown(name)}");
        }
    }

    private static NetException Refused(string what, object? value, Exception? inner) => new(NetError.ArgumentNotSerializable,
        $"The {what} is a {value?.GetType().FullName}, which can't be carried into another process{(inner is null ? ": it would arrive there as an empty shell" : $": {inner.Message}")}. "
        + (value is ScriptBlock ? "Pass its text, and make it a script block there with [scriptblock]::Create." : "Pass what makes it, such as a path or an address, and make it in the child."), value, inner);
}
