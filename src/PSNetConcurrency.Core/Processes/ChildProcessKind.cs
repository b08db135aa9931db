namespace PSNetConcurrency;

/// <summary>What a child process runs.</summary>
public enum ChildProcessKind
{
    /// <summary>A script block, in a fresh PowerShell.</summary>
    ScriptBlock,

    /// <summary>A script file, in a fresh PowerShell.</summary>
    ScriptFile,

    /// <summary>The Run method of a PowerShell class, in a fresh PowerShell.</summary>
    Class,

    /// <summary>A native program.</summary>
    Program,
}
