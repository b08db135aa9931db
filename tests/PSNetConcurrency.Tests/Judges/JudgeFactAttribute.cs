namespace PSNetConcurrency.Tests.Judges;

/// <summary>A test in which other people's programs judge ours: skipped where one is not installed, except in CI, where that is a failure.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class JudgeFactAttribute : FactAttribute
{
    public JudgeFactAttribute(params string[] programs)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
        {
            return;
        }
        Skip = programs.FirstOrDefault(p => JudgeProcess.Find(p) is null) is { } missing ? $"{missing} is not installed"
            : programs.Contains("tshark") && !Environment.IsPrivilegedProcess ? "only root may capture packets"
            : null;
    }
}
