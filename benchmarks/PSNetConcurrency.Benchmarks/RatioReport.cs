using System.Globalization;
using System.Runtime.InteropServices;

namespace PSNetConcurrency.Benchmarks;

/// <summary>Keeps the table of ratios in a Markdown file: what stands between two markers is written anew, the rest is not touched.</summary>
internal static class RatioReport
{
    private const string Begin = "<!-- ratios: written by --report -->", End = "<!-- end of ratios -->";
    private const string Header = "| area | what | to | ratio | least - most | bar | | measured |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n";

    /// <summary>Writes the ratios into a file, which is made where there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="measured">What was measured now.</param>
    /// <param name="areas">All areas, in their order.</param>
    /// <param name="whole">Areas of which everything was measured: their old rows go. Other rows stay until the same is measured again.</param>
    /// <returns>The ratios below their bars of which the text of the file says nothing.</returns>
    public static IReadOnlyList<Ratio> Write(string path, IReadOnlyList<Ratio> measured, IReadOnlyList<string> areas, IReadOnlyCollection<string> whole)
    {
        string text = File.Exists(path) ? File.ReadAllText(path) : $"# Performance\n\n{Begin}\n{End}\n";
        int begin = text.IndexOf(Begin, StringComparison.Ordinal), end = text.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
        {
            throw new IOException($"{path} has no lines '{Begin}' and '{End}', between which the table is to stand.");
        }
        string before = text[..begin], after = text[end..];
        string today = DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string machine = $"{Environment.ProcessorCount} processors, {SystemName()}, .NET {Environment.Version.Major}";
        List<string[]> rows = [.. text[begin..end].Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Select(Cells).Where(c => c.Length == 8 && areas.Contains(c[0]) && !whole.Contains(c[0]))];
        foreach (Ratio ratio in measured)
        {
            string[] row = [ratio.Area, ratio.What, ratio.Peer, Number(ratio.Rounded), ratio.Spread, ratio.Bar is { } bar ? Number(bar) : "", ratio.Bar is null ? "" : ratio.IsMissed ? "**missed**" : "met", $"{today}, {machine}"];
            int old = rows.FindIndex(r => r.AsSpan(0, 3).SequenceEqual(row.AsSpan(0, 3)));
            if (old >= 0)
            {
                rows[old] = row;
            }
            else
            {
                rows.Add(row);
            }
        }
        IEnumerable<string> lines = rows.OrderBy(r => areas.ToList().IndexOf(r[0])).Select(r => $"| {string.Join(" | ", r)} |\n");
        File.WriteAllText(path, $"{before}{Begin}\n{Header}{string.Concat(lines)}{after}");
        return [.. measured.Where(r => r.IsMissed && !(before + after).Contains(r.What, StringComparison.Ordinal))];
    }

    private static string[] Cells(string line) => line.Trim().Trim('|').Split('|', StringSplitOptions.TrimEntries);

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string SystemName() => OperatingSystem.IsLinux() ? "Linux" : OperatingSystem.IsWindows() ? "Windows" : OperatingSystem.IsMacOS() ? "macOS" : RuntimeInformation.OSDescription;
}
