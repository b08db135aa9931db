using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>
/// Scripts as child processes ("child" is the word by which this program starts itself), against the same PowerShell started bare and, in a real PowerShell, against background jobs. One
/// PowerShell runs all contenders of a round in turns and tells how long each took.
/// </summary>
internal sealed class ChildArea : IBenchmarkArea
{
    private const string Ours = "PSNetConcurrency", Bare = "bare pwsh", Jobs = "Start-Job";

    // {0} manifest, {1} pwsh, {2} rounds, {3} whether there are jobs, {4} names of the parts wanted.
    private static readonly CompositeFormat ScriptFormat = CompositeFormat.Parse("""
        $ErrorActionPreference = 'Stop'
        Import-Module '{0}'
        $pwsh = '{1}'; $rounds = {2}; $jobs = {3}; $wanted = '{4}'.Split('|')
        $numbers = {{ 1..20000 }}
        $objects = {{ foreach ($i in 1..20000) {{ [pscustomobject] @{{ Id = $i; Name = "n$i" }} }} }}
        if ($wanted -contains 'one child from a pool') {{ $pool = New-ChildProcessPool -Size 2 -Wait }}
        $parts = [ordered] @{{
            'one child' = [ordered] @{{ 'PSNetConcurrency' = {{ Invoke-ChildProcess {{ 1 }} }}; 'bare pwsh' = {{ & $pwsh -NoProfile -NonInteractive -Command 1 }}; 'Start-Job' = {{ Start-Job {{ 1 }} | Receive-Job -Wait -AutoRemoveJob }} }}
            'one child from a pool' = [ordered] @{{ 'PSNetConcurrency' = {{ Invoke-ChildProcess -Pool $pool {{ 1 }} }}; 'Start-Job' = {{ Start-Job {{ 1 }} | Receive-Job -Wait -AutoRemoveJob }} }}
            'eight at once' = [ordered] @{{ 'PSNetConcurrency' = {{ $c = foreach ($i in 1..8) {{ Start-ChildProcess {{ 1 }} }}; $c | Receive-ChildProcess -Wait -AutoRemove }}; 'Start-Job' = {{ $j = foreach ($i in 1..8) {{ Start-Job {{ 1 }} }}; $j | Receive-Job -Wait -AutoRemoveJob }} }}
            '20000 numbers' = [ordered] @{{ 'PSNetConcurrency' = {{ Invoke-ChildProcess $numbers }}; 'Start-Job' = {{ Start-Job $numbers | Receive-Job -Wait -AutoRemoveJob }} }}
            '20000 objects' = [ordered] @{{ 'PSNetConcurrency' = {{ Invoke-ChildProcess $objects }}; 'Start-Job' = {{ Start-Job $objects | Receive-Job -Wait -AutoRemoveJob }} }}
        }}
        $counts = @{{ 'one child' = 1; 'one child from a pool' = 1; 'eight at once' = 8; '20000 numbers' = 20000; '20000 objects' = 20000 }}
        foreach ($round in 0..$rounds) {{
            foreach ($part in $wanted) {{
                foreach ($who in $parts[$part].Keys) {{
                    if ($who -eq 'Start-Job' -and -not $jobs) {{ continue }}
                    # What a pool has cost before is not measured: that is what it is for.
                    while ($part -eq 'one child from a pool' -and $pool.Ready -lt 2) {{ [Threading.Thread]::Sleep(5) }}
                    $start = [Diagnostics.Stopwatch]::GetTimestamp()
                    $seen = @(& $parts[$part][$who]).Count
                    $took = [Diagnostics.Stopwatch]::GetElapsedTime($start).TotalSeconds
                    if ($seen -ne $counts[$part]) {{ throw "$who gave $seen of $($counts[$part]) ($part)." }}
                    # The first round is for the compiler.
                    if ($round -gt 0) {{ [Console]::WriteLine("$part|$who|" + $took.ToString([cultureinfo]::InvariantCulture)) }}
                }}
            }}
        }}
        """);

    private const string One = "one child", Pool = "one child from a pool", Eight = "eight at once", Numbers = "20000 numbers", Objects = "20000 objects";

    // What each is to reach to its rivals.
    private static readonly Dictionary<(string Part, string Rival), double> Bars = new() { [(One, Bare)] = 0.8, [(One, Jobs)] = 1, [(Pool, Jobs)] = 25, [(Eight, Jobs)] = 2, [(Objects, Jobs)] = 4 };

    private static readonly string[] Parts = [One, Pool, Eight, Numbers, Objects];

    public string Name => "children";

    public async Task<bool> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        string[] wanted = [.. Parts.Where(options.Wants)];
        if (wanted.Length == 0)
        {
            return true;
        }
        string pwsh = options.PowerShell ?? Programs.EmbeddedShell;
        string manifest = Path.Combine(BenchmarkOptions.RepositoryRoot, "PSNetConcurrency.psd1");
        if (!File.Exists(pwsh) || !File.Exists(manifest))
        {
            Console.WriteLine($"children is left out: there is no {(File.Exists(pwsh) ? manifest : pwsh)}; build the solution first.");
            return true;
        }
        string script = string.Format(CultureInfo.InvariantCulture, ScriptFormat, manifest, pwsh, options.Rounds, options.PowerShell is null ? "$false" : "$true", string.Join('|', wanted));
        (int exitCode, string output) = await Programs.RunAsync(new Command(pwsh, "-NoProfile", "-NonInteractive", "-Command", script), cancellationToken);
        Dictionary<string, Measured> measured = wanted.ToDictionary(p => p, _ => new Measured());
        foreach (string[] line in output.Split('\n').Select(l => l.Trim().Split('|')).Where(l => l.Length == 3 && measured.ContainsKey(l[0])))
        {
            measured[line[0]].Add(line[1], 1 / double.Parse(line[2], CultureInfo.InvariantCulture));
        }
        if (exitCode != 0 || measured.Values.Any(m => !m.Names.Contains(Ours)))
        {
            Console.WriteLine($"children failed: {output}");
            return false;
        }
        Table table = new($"Scripts as child processes, {options.Rounds} rounds", "what", "contender", "ratio", "least - most");
        foreach ((string part, Measured m) in measured)
        {
            foreach (string rival in m.Names.Where(n => n != Ours))
            {
                options.Ratios.Add(Name, part, m, Ours, rival, Bars.TryGetValue((part, rival), out double bar) ? bar : null);
                table.Add(part, $"{Ours} to {(rival == Bare ? Bare : Jobs)}", m.Ratio(Ours, rival), m.Spread(Ours, rival));
            }
        }
        if (measured.TryGetValue(Pool, out Measured? pooled))
        {
            options.Ratios.AddPromise(Name, Pool, 15, "ms", pooled.Of(Ours).Select(r => 1000 / r));
        }
        table.Print();
        return true;
    }
}
