using System.Text.RegularExpressions;

namespace PSNetConcurrency.Tests.Help;

public partial class ArchitectureTests
{
    [Fact]
    public void Every_path_that_the_architecture_names_exists()
    {
        string[] paths = [.. Path().Matches(File.ReadAllText(ModuleUnderTest.PathOf("docs/architecture.md"))).Select(m => m.Value.TrimEnd('.')).Distinct()];
        Assert.True(paths.Length > 50, $"{paths.Length} paths were found.");
        Assert.DoesNotContain(paths, p => !File.Exists(ModuleUnderTest.PathOf(p)) && !Directory.Exists(ModuleUnderTest.PathOf(p)));
    }

    [GeneratedRegex(@"(?<![\w./-])(?:(?:src|tests|tools|benchmarks|docs|examples|PSNetConcurrency|\.ci)/[\w./-]+|en-US\b|[\w-]+\.(?:psd1|md|ps1)\b)")]
    private static partial Regex Path();
}
