using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>
/// Ten processes whose clocks are wrong by up to an hour fire at one instant, by three honest time servers and one that lies,
/// against the usual way: as many PowerShells started at the instant. What counts is how far the true times lie apart in which their scripts began.
/// </summary>
internal sealed class FleetArea : IBenchmarkArea
{
    // What was promised.
    private const double MostMilliseconds = 5;

    // {0} manifest, {1} rounds, {2} whether the usual way is tried.
    private static readonly CompositeFormat ScriptFormat = CompositeFormat.Parse("""
        $ErrorActionPreference = 'Stop'
        Import-Module '{0}'
        $time = 0, 0, 0, 3600 | ForEach-Object {{ Start-TimeServer -Port 0 -Offset $_ }}
        $i = 0
        $nodes = 0, 3599, -3599, 1800.5, -1.25, 60, -60, 0.01, 600, -600 | ForEach-Object {{ New-FleetNode "node$(($i++))" -ClockOffset $_ }}
        $culture = [cultureinfo]::InvariantCulture
        foreach ($round in 1..{1}) {{
            $at = [DateTimeOffset]::Now.AddSeconds(20)
            $runs = @(Start-FleetSchedule $nodes {{ [DateTime]::UtcNow.Ticks }} -At $at -Reference $time -LeadSeconds 20 -Wait)
            $began = [long[]] $runs.ForEach{{ $_.Output[0] }}
            $late = $runs.Where{{ $_.State -ne 'Completed' }}.Count
            $fired = [long[]] $runs.ForEach{{ $_.Fired.UtcTicks }}
            [Array]::Sort($began)
            [Array]::Sort($fired)
            [Console]::WriteLine('fleet|' + (($began[-1] - $began[0]) / 1e4).ToString($culture) + '|' + (($began[-1] - $at.UtcTicks) / 1e4).ToString($culture) + '|' + (($fired[-1] - $fired[0]) / 1e4).ToString($culture) + "|$late")
            if ({2}) {{
                $children = foreach ($n in $nodes) {{ Start-ChildProcess {{ [DateTime]::UtcNow.Ticks }} }}
                $began = [long[]] @($children | Receive-ChildProcess -Wait -AutoRemove)
                [Array]::Sort($began)
                [Console]::WriteLine('usual|' + (($began[-1] - $began[0]) / 1e4).ToString($culture) + '|0|0|0')
            }}
        }}
        """);

    public string Name => "fleet";

    public async Task<bool> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        string pwsh = options.PowerShell ?? Programs.EmbeddedShell;
        string manifest = Path.Combine(BenchmarkOptions.RepositoryRoot, "PSNetConcurrency.psd1");
        if (!File.Exists(pwsh) || !File.Exists(manifest))
        {
            Console.WriteLine($"fleet is left out: there is no {(File.Exists(pwsh) ? manifest : pwsh)}; build the solution first.");
            return true;
        }
        string script = string.Format(CultureInfo.InvariantCulture, ScriptFormat, manifest, options.Rounds, options.Wants("started at the instant") ? "$true" : "$false");
        (int exitCode, string output) = await Programs.RunAsync(new Command(pwsh, "-NoProfile", "-NonInteractive", "-Command", script), cancellationToken);
        ILookup<string, double[]> rounds = output.Split('\n').Select(l => l.Trim().Split('|')).Where(l => l.Length == 5)
            .ToLookup(l => l[0], l => l.Skip(1).Select(n => double.Parse(n, CultureInfo.InvariantCulture)).ToArray());
        if (exitCode != 0 || rounds["fleet"].Count() != options.Rounds)
        {
            Console.WriteLine($"fleet failed: {output}");
            return false;
        }
        Table table = new($"Ten nodes at one instant, {options.Rounds} rounds, in ms", "how", "apart, median", "least - most", "last after the instant", "apart, by their own word", "late");
        foreach (IGrouping<string, double[]> way in rounds)
        {
            double[] apart = [.. way.Select(r => r[0]).Order()];
            bool ours = way.Key == "fleet";
            table.Add(ours ? "PSNetConcurrency" : "started at the instant", Words(Median(apart)), $"{Words(apart[0])} - {Words(apart[^1])}",
                ours ? Words(Median(way.Select(r => r[1]))) : "", ours ? Words(Median(way.Select(r => r[2]))) : "", ours ? way.Sum(r => r[3]).ToString(CultureInfo.InvariantCulture) : "");
        }
        table.Print();
        options.Ratios.AddPromise(Name, "ten nodes at one instant, apart", MostMilliseconds, "ms", rounds["fleet"].Select(r => r[0]));
        return true;
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    private static string Words(double milliseconds) => milliseconds.ToString("0.00", CultureInfo.InvariantCulture);
}
