using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace PSNetConcurrency.Benchmarks;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchmarkOptions
{
    private const string Usage = """
        usage: PSNetConcurrency.Benchmarks [AREA...] [--rounds N] [--seconds S] [--report FILE] [--pwsh PATH] [--ostep FOLDER] [--only WORD]
          AREA       one or more of those below (all when none is named)
          --rounds   interleaved rounds; each peer is measured once in each (5)
          --seconds  length of one measurement (1.5)
          --report   a Markdown file whose table of ratios is written anew, such as docs/performance.md;
                     the rest of the file stays as it is
          --pwsh     a real PowerShell to run scripts in, which has Start-Job to compare with
                     (the embedded shell, which has not)
          --ostep    folder with the schedulers of OSTEP's homework, mlfq.py and scheduler.py, or PSNC_OSTEP
          --only     only the parts whose name contains the word
        Areas:
        """;

    public required IReadOnlyList<string> Areas { get; init; }

    public int Rounds { get; init; } = 5;

    public double Seconds { get; init; } = 1.5;

    /// <summary>The Markdown file that the ratios go into; null for none.</summary>
    public string? Report { get; init; }

    /// <summary>Where the areas leave their ratios.</summary>
    public RatioCollector Ratios { get; } = new();

    /// <summary>The folder with OSTEP's homework; null where none was named.</summary>
    public string? OstepFolder { get; init; } = Environment.GetEnvironmentVariable("PSNC_OSTEP") is { Length: > 0 } named ? named : null;

    /// <summary>A real PowerShell; null: only the embedded shell.</summary>
    public string? PowerShell { get; init; }

    public string? Only { get; init; }

    /// <summary>The sources of the load generators and of the peers that were written for the benchmarks.</summary>
    public static string PeerFolder => Path.Combine(RepositoryRoot, "benchmarks", "peers");

    public static string RepositoryRoot => typeof(BenchmarkOptions).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    public bool Wants(string part) => Only is null || part.Contains(Only, StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the command line; <paramref name="refusal"/> says what was wrong with it, and how to use it.</summary>
    public static bool TryParse(string[] args, string[] known, [NotNullWhen(true)] out BenchmarkOptions? options, [NotNullWhen(false)] out string? refusal)
    {
        List<string> areas = [];
        refusal = null;
        options = new BenchmarkOptions { Areas = areas };
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
                case "--report" when value is not null:
                    options = options with { Report = Path.GetFullPath(value) };
                    i++;
                    break;
                case "--ostep" when Directory.Exists(value):
                    options = options with { OstepFolder = Path.GetFullPath(value) };
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
                    refusal = $"{Reason(args[i], value)}\n{Usage} {string.Join(", ", known)}";
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

    /// <summary>Why an argument was not taken.</summary>
    private static string Reason(string option, string? value) => option switch
    {
        "--rounds" or "--seconds" or "--report" or "--ostep" or "--pwsh" or "--only" when value is null => $"{option} takes a value.",
        "--rounds" => $"--rounds takes a whole number from 1, and '{value}' is none.",
        "--seconds" => $"--seconds takes a number above 0, and '{value}' is none.",
        "--ostep" => $"--ostep takes a folder, and there is none '{value}'.",
        "--pwsh" => $"--pwsh takes a program, and there is no file '{value}'.",
        ['-', ..] => $"There is no option {option}.",
        _ => $"There is no area '{option}'.",
    };
}
