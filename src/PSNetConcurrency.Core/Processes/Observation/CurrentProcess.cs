using PSNetConcurrency.Core.Processes.Launching;

namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>What this process knows of itself; how deep it is among children stands in its environment.</summary>
internal static class CurrentProcess
{
    public const string MainName = "MainProcess";

    public static CurrentProcessInfo Describe(string workingDirectory, Guid runspace)
    {
        ProcessRecord self = ProcessTable.Find(Environment.ProcessId)!;
        int depth = ChildEnvironment.Depth;
        string? name = Environment.GetEnvironmentVariable(ChildEnvironment.NameVariable);
        return new CurrentProcessInfo
        {
            Name = depth > 0 && !string.IsNullOrEmpty(name) ? name : MainName,
            ProcessId = self.ProcessId,
            ParentProcessId = self.ParentProcessId,
            ParentName = ProcessTable.Find(self.ParentProcessId)?.Name,
            IsChild = depth > 0,
            Depth = depth,
            ProgramName = self.Name,
            CommandLine = ProcessTree.CommandLine(self.ProcessId) ?? Environment.CommandLine,
            WorkingDirectory = workingDirectory,
            StartTime = self.StartTime,
            ThreadId = Environment.CurrentManagedThreadId,
            RunspaceId = runspace,
            ProcessorCount = Environment.ProcessorCount,
        };
    }
}
