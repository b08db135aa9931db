using PSNetConcurrency.Child.Values;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Child;

/// <summary>What a process of a pool does ahead: it runs a script that the parent made up, so that the whole way is compiled, and throws all of it away.</summary>
internal static class WarmUp
{
    /// <summary>Warms up, and returns a fresh runspace for the job that comes.</summary>
    public static JobSpace Run(byte[] payload, FrameOutput output)
    {
        JobFrame job = JobFrame.Read(payload);
        FrameOutput nowhere = new(Stream.Null);
        new JobRunner(job, new FrameInput(Stream.Null), nowhere).Run(new WireWriter(512));
        nowhere.Close();
        return JobSpace.Open(job, output);
    }
}
