using PSNetConcurrency.Child.Values;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Child;

/// <summary>What a process of a pool does ahead: it runs a script that the parent made up, so that the whole way is compiled, and throws all of it away.</summary>
internal static class WarmUp
{
    public static void Run(byte[] payload)
    {
        FrameOutput nowhere = new(Stream.Null);
        new JobRunner(JobFrame.Read(payload), new FrameInput(Stream.Null), nowhere).Run(new WireWriter(512));
        nowhere.Close();
    }
}
