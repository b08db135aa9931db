namespace PSNetConcurrency.Tests.Judges;

/// <summary>A <see cref="JudgeFactAttribute"/> with cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class JudgeTheoryAttribute : TheoryAttribute
{
    public JudgeTheoryAttribute(params string[] programs) => Skip = new JudgeFactAttribute(programs).Skip;
}
