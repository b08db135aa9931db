using System.Text.RegularExpressions;

namespace PSNetConcurrency.Tests.Examples;

/// <summary>docs/course.md maps the course to commands: each line runs as it stands, and says something.</summary>
public sealed partial class CourseTests : ExampleSession
{
    // What other tests run, and at length.
    private static readonly string[] s_elsewhere = ["./examples/Compare-CourseProgram.ps1", "./examples/Test-Clock.ps1"];

    private static string Document { get; } = File.ReadAllText(Path.Combine(TestEnvironment.RepositoryRoot, "docs", "course.md")).ReplaceLineEndings("\n");

    [Fact]
    public void Each_command_of_the_course_runs_as_it_is_written()
    {
        Shell.Run("$null = $ExecutionContext.SessionState.Path.SetLocation($root)", ("root", TestEnvironment.RepositoryRoot));
        string[] commands = [.. Fence().Matches(Document).SelectMany(m => m.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries))];
        Assert.True(commands.Length > 30);
        foreach (string command in commands.Where(c => !s_elsewhere.Any(e => c.StartsWith(e, StringComparison.Ordinal))))
        {
            int said = Shell.Run(command).Count;
            Assert.Equal((command, !Silent().IsMatch(command)), (command, said > 0));
        }
    }

    [Fact]
    public void Every_script_and_section_that_the_course_points_to_is_there_and_no_script_is_left_out()
    {
        string[] scripts = [.. Directory.GetFiles(PathOf("")).Select(f => Path.GetFileName(f)!).Where(f => f.EndsWith(".ps1", StringComparison.Ordinal))];
        Assert.Equal(scripts.Order(StringComparer.Ordinal), Link().Matches(Document).Select(m => m.Groups[1].Value).Distinct().Order(StringComparer.Ordinal));
        string[] sections = [.. Heading().Matches(Document).Select(m => Mark().Replace(m.Groups[1].Value.ToLowerInvariant(), "").Replace(' ', '-'))];
        Assert.All(Anchor().Matches(Document), m => Assert.Contains(m.Groups[1].Value, sections));
    }

    [GeneratedRegex("^```powershell\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    // An import, peers that are kept for the next line, and the end.
    [GeneratedRegex(@"^(Import-Module |\$\w+ = Start-ChatPeer |Get-NetListener \| Stop-NetListener$)")]
    private static partial Regex Silent();

    [GeneratedRegex(@"\]\(\.\./examples/([\w.-]+\.ps1)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^## (.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w -]")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\]\(#([\w-]+)\)")]
    private static partial Regex Anchor();
}
