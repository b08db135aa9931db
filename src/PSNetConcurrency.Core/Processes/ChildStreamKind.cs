namespace PSNetConcurrency;

/// <summary>Where a child process wrote something: one of PowerShell's streams, or one of a program's.</summary>
public enum ChildStreamKind : byte
{
    /// <summary>The success stream of a script: its output objects.</summary>
    Output,

    /// <summary>Errors of a script.</summary>
    Error,

    /// <summary>Warnings of a script.</summary>
    Warning,

    /// <summary>Verbose messages of a script.</summary>
    Verbose,

    /// <summary>Debug messages of a script.</summary>
    Debug,

    /// <summary>Information records of a script; Write-Host is one.</summary>
    Information,

    /// <summary>Progress of a script.</summary>
    Progress,

    /// <summary>Standard output of a program.</summary>
    StandardOutput,

    /// <summary>Standard error of a program, and what a script prints to the console itself.</summary>
    StandardError,
}
