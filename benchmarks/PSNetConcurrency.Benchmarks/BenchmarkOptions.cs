using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace PSNetConcurrency.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchmarkOptions
{
    private const string Usage = """
        usage: PSNetConcurrency.Benchmarks [AREA...] [--rounds N] [--seconds S] [--peers FOLDER] [--pwsh PATH] [--only WORD]
          AREA       one or more of those below (all when none is named)
          --rounds   interleaved rounds; each peer is measured once in each (5)
          --seconds  length of one measurement (1.5)
          --peers    folder with the sources of the peers and load generators, or PSNC_PEERS
                     (../shared/peers beside the repository, where that exists)
          --pwsh     a real PowerShell to run scripts in, which has Start-Job to compare with
                     (the embedded shell, which has not)
          --only     only the parts whose name contains the word
        Areas:
        """;

    public required IReadOnlyList<string> Areas { get; init; }

    public int Rounds { get; init; } = 5;

    public double Seconds { get; init; } = 1.5;

    public string? PeerFolder { get; init; }

    /// <summary>A real PowerShell; null: only the embedded shell.</summary>
    public string? PowerShell { get; init; }

    public string? Only { get; init; }

    public static string RepositoryRoot => typeof(BenchmarkOptions).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    public bool Wants(string part) => Only is null || part.Contains(Only, StringComparison.OrdinalIgnoreCase);

    public static bool TryParse(string[] args, string[] known, [NotNullWhen(true)] out BenchmarkOptions? options)
    {
        List<string> areas = [];
        options = new BenchmarkOptions { Areas = areas, PeerFolder = DefaultPeers() };
        for (int i = 0; i < args.Length; i++)
        {
            string? value = i + 1 < args.Length ? args[i + 1] : null;
            switch (args[i])
            {
                case "--rounds" when int.TryParse(value, out int rounds) && rounds > 0:
                    options = options with { Rounds = rounds };
                    i++;
                    break;
                case "--seconds" when double.TryParse(value, CultureInfo.InvariantCulture, out double seconds) && seconds > 0:
                    options = options with { Seconds = seconds };
                    i++;
                    break;
                case "--peers" when value is not null:
                    options = options with { PeerFolder = Path.GetFullPath(value) };
                    i++;
                    break;
                case "--pwsh" when File.Exists(value):
                    options = options with { PowerShell = Path.GetFullPath(value) };
                    i++;
                    break;
                case "--only" when value is not null:
                    options = options with { Only = value };
                    i++;
                    break;
                case { } area when known.Contains(area):
                    areas.Add(area);
                    break;
                default:
                    Console.Error.WriteLine($"{Usage} {string.Join(", ", known)}");
                    options = null;
                    return false;
            }
        }
        if (areas.Count == 0)
        {
            areas.AddRange(known);
        }
        return true;
    }

    private static string? DefaultPeers()
    {
        string? named = Environment.GetEnvironmentVariable("PSNC_PEERS");
        string beside = Path.GetFullPath(Path.Combine(RepositoryRoot, "..", "shared", "peers"));
        return !string.IsNullOrEmpty(named) ? named : Directory.Exists(beside) ? beside : null;
    }
}
