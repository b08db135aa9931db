using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency;

/// <summary>A proxy that injects faults, of either transport.</summary>
public interface IFaultProxy
{
    string TargetName { get; }

    int TargetPort { get; }

    /// <summary>What the random faults are drawn from: the same seed, the same faults.</summary>
    long Seed { get; }

    /// <summary>The faults in force.</summary>
    NetFault Fault { get; }

    /// <summary>Changes the faults; when the task ends they are in force.</summary>
    /// <exception cref="NetException">A fault has a value that can mean nothing to the proxy's transport, or the proxy has stopped.</exception>
    Task ChangeAsync(Func<NetFault, NetFault> change);
}
