using System.Management.Automation;
using PSNetConcurrency.Child.Values;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Child;

/// <summary>The head of a pipeline that takes input: writes what the parent sends, and tells the parent what has been taken.</summary>
[Cmdlet(VerbsCommunications.Read, "ChildInput")]
public sealed class ReadInputCommand : PSCmdlet
{
    // A cmdlet is made by the engine, without arguments; a process runs one job.
    private static FrameInput? s_input;
    private static FrameOutput? s_output;

    internal static void Use(FrameInput input, FrameOutput output)
    {
        s_input = input;
        s_output = output;
    }

    protected override void EndProcessing()
    {
        ValueReader values = new();
        long consumed = 0;
        while (s_input!.WaitForItem() is { } item)
        {
            WireReader reader = new(item);
            WriteObject(values.Read(ref reader));
            consumed += item.Length + 5;
            // A parent that waits for room has sent all it may: it is told at the latest when nothing is left here.
            if (consumed >= Wire.InputWindow / 4 || !s_input.HasItems)
            {
                WireWriter frame = new(16);
                int at = frame.BeginFrame(FrameKind.InputConsumed);
                frame.Int64(consumed);
                frame.EndFrame(at);
                s_output!.Send(frame);
                consumed = 0;
            }
        }
    }

    protected override void StopProcessing() => s_input!.StopWaiting();
}
