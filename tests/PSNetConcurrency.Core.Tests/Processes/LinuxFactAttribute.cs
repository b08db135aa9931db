namespace PSNetConcurrency.Core.Tests.Processes;

/// <summary>A test of what Linux alone has.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute()
    {
        if (!OperatingSystem.IsLinux())
        {
            Skip = "only on Linux";
        }
    }
}

/// <summary>A test of what Linux alone has, with values.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LinuxTheoryAttribute : TheoryAttribute
{
    public LinuxTheoryAttribute()
    {
        if (!OperatingSystem.IsLinux())
        {
            Skip = "only on Linux";
        }
    }
}
