using System.Globalization;

namespace PSNetConcurrency.Benchmarks;

/// <summary>The end of a run: what is below its bar, and the report.</summary>
internal static class Summary
{
    /// <summary>Prints and writes it; false where the report could not be written. A bar that is missed is told, and is no failure of the run.</summary>
    public static bool Print(BenchmarkOptions options, IReadOnlyList<string> done, IReadOnlyList<string> known)
    {
        Ratio[] missed = [.. options.Ratios.All.Where(r => r.IsMissed)];
        if (missed.Length > 0)
        {
            Table table = new("Below the bar", "what", "to", "ratio", "bar");
            foreach (Ratio ratio in missed)
            {
                table.Add($"{ratio.Area}: {ratio.What}", ratio.Peer, ratio.Rounded.ToString(CultureInfo.InvariantCulture), $"{ratio.Bar}");
            }
            table.Print();
        }
        if (options.Report is null)
        {
            return true;
        }
        try
        {
            IReadOnlyList<Ratio> unexplained = RatioReport.Write(options.Report, options.Ratios.All, known, options.Only is null ? done : []);
            Console.WriteLine($"\nThe table in {options.Report} is written anew.");
            foreach (string what in unexplained.Select(r => r.What).Distinct())
            {
                Console.WriteLine($"Its text does not say why '{what}' is below the bar.");
            }
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return false;
        }
    }
}
