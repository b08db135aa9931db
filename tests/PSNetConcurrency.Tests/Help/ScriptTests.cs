using System.Management.Automation;
using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace PSNetConcurrency.Tests.Help;

/// <summary>
/// The scripts and the code in the documents that this machine may be unable to run: they parse, and each command and
/// parameter of this module in them exists.
/// </summary>
public partial class ScriptTests(SharedEngine shared) : IClassFixture<SharedEngine>
{
    public static TheoryData<string> Scripts => new(
        Files("tests/Pester", "*.ps1").Concat(Files("examples", "*.ps1")).Append("build.ps1").Concat(Files("docs", "*.md")).Append("README.md").Append("CONTRIBUTING.md")
            .Where(f => File.Exists(ModuleUnderTest.PathOf(f))));

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Parses_and_uses_what_exists(string file)
    {
        foreach ((string code, int line) in Code(file))
        {
            ScriptBlockAst ast = Parser.ParseInput(code, out _, out ParseError[] errors);
            Assert.True(errors.Length == 0, string.Join('\n', errors.Select(e => $"{file}:{line + e.Extent.StartLineNumber}: {e.Message}")));
            string[] own = [.. ast.FindAll(a => a is FunctionDefinitionAst, true).Select(a => ((FunctionDefinitionAst)a).Name)];
            foreach (CommandAst command in ast.FindAll(a => a is CommandAst, true).Cast<CommandAst>())
            {
                if (command.GetCommandName() is { } name && IsOurs(name) && !own.Contains(name, StringComparer.OrdinalIgnoreCase))
                {
                    Check(shared.Engine, command, name, $"{file}:{line + command.Extent.StartLineNumber}");
                }
            }
        }
    }

    private static void Check(CleanEngine engine, CommandAst command, string name, string place)
    {
        Assert.True(ModuleUnderTest.Cmdlets.Any(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)), $"{place}: there is no {name}");
        CommandInfo info = engine.Command(name);
        foreach (CommandParameterAst parameter in command.CommandElements.OfType<CommandParameterAst>())
        {
            Exception? unknown = Record.Exception(() => info.ResolveParameter(parameter.ParameterName));
            Assert.True(unknown is null, $"{place}: {name} -{parameter.ParameterName}: {unknown?.Message}");
        }
    }

    private static bool IsOurs(string name)
    {
        int dash = name.IndexOf('-', StringComparison.Ordinal);
        return dash > 0 && ModuleUnderTest.Cmdlets.Any(c => c.Noun.Equals(name[(dash + 1)..], StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A script whole; of a document, what stands between fences marked as PowerShell.</summary>
    private static IEnumerable<(string Code, int Line)> Code(string file)
    {
        string text = File.ReadAllText(ModuleUnderTest.PathOf(file)).ReplaceLineEndings("\n");
        return file.EndsWith(".md", StringComparison.Ordinal)
            ? Fence().Matches(text).Select(m => (m.Groups[1].Value, text[..m.Groups[1].Index].Count(c => c == '\n')))
            : [(text, 0)];
    }

    private static IEnumerable<string> Files(string folder, string pattern)
    {
        string path = ModuleUnderTest.PathOf(folder);
        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path, pattern, SearchOption.AllDirectories).Select(f => Path.GetRelativePath(TestEnvironment.RepositoryRoot, f)).Order(StringComparer.Ordinal)
            : [];
    }

    [GeneratedRegex(@"^```(?:powershell|pwsh|ps1)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}
