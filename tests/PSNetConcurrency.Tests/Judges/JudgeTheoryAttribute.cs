namespace PSNetConcurrency.Tests.Judges;

/// <summary>A <see cref="JudgeFactAttribute"/> with cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class JudgeTheoryAttribute : TheoryAttribute
{
    private static readonly Lazy<string> s_manifest = new(() => File.ReadAllText(TestEnvironment.ManifestPath));

    private string? _needs;

    public JudgeTheoryAttribute(params string[] programs) => Skip = new JudgeFactAttribute(programs).Skip;

    /// <summary>A cmdlet of the module that the test needs as well.</summary>
    public string? Needs
    {
        get => _needs;
        set
        {
            _needs = value;
            Skip ??= s_manifest.Value.Contains($"'{value}'", StringComparison.Ordinal) ? null : $"the module has no {value}";
        }
    }
}
