using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace PSNetConcurrency.HelpBuilder;

/// <summary>The command line: what to write or look at, and where.</summary>
public static class HelpTool
{
    private const string Usage = """
        HelpBuilder [maml|docs|check|verify <module> [<pwsh>]] [--root <folder>] [--documentation <folder>]
          maml    writes en-US/PSNetConcurrency.dll-Help.xml, which Get-Help reads
          docs    writes docs/cmdlets/*.md
          check   says which of docs/cmdlets/*.md are not what docs would write
          verify  imports a module, asks Get-Help for all that it exports, and uses it over TCP and, where a pwsh is named, in a child
        Without a verb: maml and docs. Exit code 1 where help lacks a part.
        """;

    public static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(args);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(error);
        if (args is ["verify", { } module, ..] && args.Count <= 3)
        {
            IReadOnlyList<string> failures = Verifier.Verify(module, args.ElementAtOrDefault(2), out string about);
            output.WriteLine(about);
            return Report(failures, error);
        }
        string verb = args is [{ } first, ..] && !first.StartsWith('-') ? first : "";
        if (verb is not ("" or "maml" or "docs" or "check") || args.Contains("--help"))
        {
            error.WriteLine(Usage);
            return 2;
        }
        string root = Path.GetFullPath(Option(args, "--root") ?? FindRoot());
        IReadOnlyList<CmdletHelp> cmdlets = Read(root, Option(args, "--documentation"));
        string docs = Path.Combine(root, "docs", "cmdlets");
        List<string> problems = [.. cmdlets.SelectMany(Completeness.Missing)];
        if (verb is "" or "maml")
        {
            Save(MamlWriter.Write(cmdlets), Path.Combine(root, "en-US", "PSNetConcurrency.dll-Help.xml"));
        }
        if (verb is "" or "docs")
        {
            WriteDocs(cmdlets, docs);
        }
        if (verb == "check")
        {
            problems.AddRange(Stale(cmdlets, docs));
        }
        return Report(problems, error);
    }

    /// <summary>The pages that differ from the source's doc comments, one line each.</summary>
    public static IEnumerable<string> Stale(IReadOnlyList<CmdletHelp> cmdlets, string folder)
    {
        IReadOnlyDictionary<string, string> pages = MarkdownWriter.Write(cmdlets);
        IEnumerable<string> present = Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.md").Select(f => Path.GetFileName(f)) : [];
        return pages.Keys.Union(present).Order(StringComparer.Ordinal)
            .Where(name => !pages.TryGetValue(name, out string? text) || !File.Exists(Path.Combine(folder, name)) || File.ReadAllText(Path.Combine(folder, name)).ReplaceLineEndings("\n") != text)
            .Select(name => $"docs/cmdlets/{name} is not what the doc comments say: run ./build.ps1 -Task Docs");
    }

    private static void WriteDocs(IReadOnlyList<CmdletHelp> cmdlets, string folder)
    {
        Directory.CreateDirectory(folder);
        IReadOnlyDictionary<string, string> pages = MarkdownWriter.Write(cmdlets);
        foreach (string old in Directory.EnumerateFiles(folder, "*.md").Where(f => !pages.ContainsKey(Path.GetFileName(f))))
        {
            File.Delete(old);
        }
        foreach ((string name, string text) in pages)
        {
            File.WriteAllText(Path.Combine(folder, name), text);
        }
    }

    private static void Save(XDocument document, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Written beside and moved: a Get-Help that runs meanwhile never sees half a file.
        string part = $"{path}.{Environment.ProcessId}.part";
        using (XmlWriter writer = XmlWriter.Create(part, new XmlWriterSettings { Indent = true, Encoding = new UTF8Encoding(false), NewLineChars = "\n", NewLineHandling = NewLineHandling.None }))
        {
            document.Save(writer);
        }
        File.Move(part, path, overwrite: true);
    }

    private static int Report(IReadOnlyCollection<string> problems, TextWriter error)
    {
        foreach (string problem in problems)
        {
            // The form that MSBuild and editors read as an error of a tool.
            error.WriteLine($"HelpBuilder : error PSNC0001: {problem}");
        }
        return problems.Count == 0 ? 0 : 1;
    }

    private static string? Option(IReadOnlyList<string> args, string name)
    {
        int at = args.ToList().IndexOf(name);
        return at >= 0 && at + 1 < args.Count ? args[at + 1] : null;
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PSNetConcurrency.psd1")))
            {
                return folder.FullName;
            }
        }
        throw new FileNotFoundException("No PSNetConcurrency.psd1 above the tool: give --root.");
    }

    /// <summary>Reads the module that a build left in a clone: the assembly which users import, and the newest doc comments.</summary>
    public static IReadOnlyList<CmdletHelp> Read(string root, string? documentationFolder = null)
    {
        string assembly = Path.Combine(root, "PSNetConcurrency", "bin", "PSNetConcurrency.dll");
        documentationFolder ??= Path.GetDirectoryName(
            Directory.EnumerateFiles(Path.Combine(root, "src", "PSNetConcurrency", "bin"), "PSNetConcurrency.xml", SearchOption.AllDirectories).MaxBy(File.GetLastWriteTimeUtc));
        return documentationFolder is not null && File.Exists(assembly)
            ? ModuleReader.Load(assembly, documentationFolder).Read()
            : throw new FileNotFoundException("The module is not built: run dotnet build.");
    }
}
