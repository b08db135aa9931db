namespace PSNetConcurrency.Core.Processes.Launching;

/// <summary>Chooses the way to start processes on this system.</summary>
internal static class ProcessLauncher
{
    public static IProcessLauncher Default { get; } = OperatingSystem.IsLinux() && LinuxLauncher.IsSupported ? new LinuxLauncher() : new PortableLauncher();
}
