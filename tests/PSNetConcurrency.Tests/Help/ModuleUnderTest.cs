using PSNetConcurrency.HelpBuilder;

namespace PSNetConcurrency.Tests.Help;

/// <summary>The module's help as its doc comments give it, read once.</summary>
internal static class ModuleUnderTest
{
    private static readonly Lazy<IReadOnlyList<CmdletHelp>> s_cmdlets = new(() => HelpTool.Read(TestEnvironment.RepositoryRoot));

    public static IReadOnlyList<CmdletHelp> Cmdlets => s_cmdlets.Value;

    public static TheoryData<string> Names => new(Cmdlets.Select(c => c.Name));

    public static string PathOf(params string[] parts) => Path.Combine([TestEnvironment.RepositoryRoot, .. parts]);
}
