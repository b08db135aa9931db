namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>Makes ready what is sent to a child once all about its start is known, its name too.</summary>
/// <param name="prepare">What it throws refuses the start.</param>
internal sealed class PreparingLauncher(Action<StartRequest> prepare) : IProcessLauncher
{
    public RunningProcess Start(StartRequest request)
    {
        prepare(request);
        return ProcessLauncher.Default.Start(request);
    }
}
