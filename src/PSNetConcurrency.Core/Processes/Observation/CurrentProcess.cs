using System.Globalization;

namespace PSNetConcurrency.Core.Processes.Observation;

/// <summary>What this process knows of itself; how deep it is among children stands in its environment.</summary>
internal static class CurrentProcess
{
    public const string DepthVariable = "PSNETCONCURRENCY_DEPTH", NameVariable = "PSNETCONCURRENCY_NAME", MainName = "MainProcess";

    public static CurrentProcessInfo Describe(string workingDirectory, Guid runspace)
    {
        ProcessRecord self = ProcessTable.Find(Environment.ProcessId)!;
        int depth = DepthOf(Environment.GetEnvironmentVariable(DepthVariable));
        string? name = Environment.GetEnvironmentVariable(NameVariable);
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

    /// <summary>0 where the variable is not set, or is no number that the module writes.</summary>
    internal static int DepthOf(string? variable) => int.TryParse(variable, NumberStyles.None, CultureInfo.InvariantCulture, out int depth) ? depth : 0;
}
