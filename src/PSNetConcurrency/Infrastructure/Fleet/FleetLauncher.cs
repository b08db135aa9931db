using System.Management.Automation.Runspaces;
using PSNetConcurrency.Core.Time;

namespace PSNetConcurrency.Infrastructure.Fleet;

/// <summary>Starts agents: in a process of this machine or behind a launcher, or in a PSSession.</summary>
internal sealed class FleetLauncher(FleetJob job, string workingDirectory) : IFleetLauncher
{
    public IFleetLink Start(FleetNode node, string plan) => node.Session is PSSession session
        ? new SessionFleetLink(node, session, job.Parameters(plan, withAssembly: true))
        : new ChildFleetLink(node, job.Parameters(plan, withAssembly: false), workingDirectory);
}
