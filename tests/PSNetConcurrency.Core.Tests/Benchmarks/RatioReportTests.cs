using PSNetConcurrency.Benchmarks;

namespace PSNetConcurrency.Core.Tests.Benchmarks;

public sealed class RatioReportTests : IDisposable
{
    private static readonly string[] s_areas = ["tcp", "udp"];

    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void Only_the_table_is_written_anew()
    {
        File.WriteAllText(_path, "Before.\n\n<!-- ratios: written by --report -->\nold\n<!-- end of ratios -->\n\n- **Echo** is slow, for a reason.\n");
        Ratio slow = new("udp", "Echo", "C", 0.5, "0.40 - 0.60", 0.9), unexplained = new("udp", "Exchange", "Python", 0.894, "-", 0.9), fast = new("tcp", "Echo", "C", 0.896, "-", 0.9);
        Assert.Equal([unexplained], RatioReport.Write(_path, [slow, unexplained, fast], s_areas, s_areas));
        string[] lines = File.ReadAllLines(_path);
        Assert.Equal("Before.", lines[0]);
        Assert.Equal("- **Echo** is slow, for a reason.", lines[^1]);
        Assert.DoesNotContain("old", lines);
        // In the order of the areas; what is shown is what is judged.
        Assert.Equal(["| tcp | Echo | C | 0.9 | - | 0.9 | met", "| udp | Echo | C | 0.5 | 0.40 - 0.60 | 0.9 | **missed**", "| udp | Exchange | Python | 0.89 | - | 0.9 | **missed**"], Rows());
    }

    [Fact]
    public void What_was_not_measured_again_stays()
    {
        File.Delete(_path);
        RatioReport.Write(_path, [new("tcp", "Echo", "C", 1, "-", null), new("udp", "Echo", "C", 2, "-", null), new("udp", "Gone", "C", 3, "-", null)], s_areas, s_areas);
        RatioReport.Write(_path, [new("udp", "Echo", "C", 4, "-", null)], s_areas, []);
        Assert.Equal(["| tcp | Echo | C | 1 | - |  | ", "| udp | Echo | C | 4 | - |  | ", "| udp | Gone | C | 3 | - |  | "], Rows());
        RatioReport.Write(_path, [new("udp", "Echo", "C", 5, "-", null)], s_areas, ["udp"]);
        Assert.Equal(["| tcp | Echo | C | 1 | - |  | ", "| udp | Echo | C | 5 | - |  | "], Rows());
    }

    [Fact]
    public void A_file_without_the_markers_is_left_alone()
    {
        File.WriteAllText(_path, "Mine.");
        Assert.Throws<IOException>(() => RatioReport.Write(_path, [], s_areas, s_areas));
        Assert.Equal("Mine.", File.ReadAllText(_path));
    }

    // Without the day and the machine.
    private string[] Rows() => [.. File.ReadLines(_path).Where(l => l.StartsWith("| tcp", StringComparison.Ordinal) || l.StartsWith("| udp", StringComparison.Ordinal)).Select(l => l[..l.TrimEnd(' ', '|').LastIndexOf(" | ", StringComparison.Ordinal)])];
}
