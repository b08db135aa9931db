using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PSNetConcurrency.Soak;

/// <summary>What the command line asks for.</summary>
internal sealed record SoakOptions
{
    private const string Usage = """
        usage: PSNetConcurrency.Soak [--minutes N | --seconds N] [--seed N] [--only NAME]... [--without NAME]... [--round WORKER.NUMBER]
          --minutes, --seconds  how long rounds go on (10 minutes); what the process holds is looked at ten times
                                meanwhile, four times in less than a minute
          --seed                what all is drawn from (another each time); printed, so that a run can be repeated
          --only                only these scenarios
          --without             all but these
          --round               one round of the one scenario that --only names, as a failure tells it; nothing is compared
        Scenarios:
        """;

    public TimeSpan Length { get; init; } = TimeSpan.FromMinutes(10);

    public long Seed { get; init; } = Random.Shared.Next();

    /// <summary>The scenarios to run.</summary>
    public required IReadOnlyList<string> Scenarios { get; init; }

    /// <summary>Null: all rounds that the time allows.</summary>
    public (int Worker, long Number)? Round { get; init; }

    public static bool TryParse(string[] args, string[] known, [NotNullWhen(true)] out SoakOptions? options)
    {
        options = new SoakOptions { Scenarios = known };
        List<string> only = [], without = [];
        for (int i = 0; i < args.Length; i += 2)
        {
            string value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--minutes" when TryLength(value, 60, out TimeSpan length):
                    options = options with { Length = length };
                    break;
                case "--seconds" when TryLength(value, 1, out TimeSpan length):
                    options = options with { Length = length };
                    break;
                case "--seed" when long.TryParse(value, CultureInfo.InvariantCulture, out long seed):
                    options = options with { Seed = seed };
                    break;
                case "--only" when known.Contains(value):
                    only.Add(value);
                    break;
                case "--without" when known.Contains(value):
                    without.Add(value);
                    break;
                case "--round" when value.Split('.') is [string worker, string number] && int.TryParse(worker, CultureInfo.InvariantCulture, out int w) && long.TryParse(number, CultureInfo.InvariantCulture, out long n):
                    options = options with { Round = (w, n) };
                    break;
                default:
                    Console.Error.WriteLine($"{Usage} {string.Join(", ", known)}");
                    options = null;
                    return false;
            }
        }
        if (options.Round is not null && only.Count != 1)
        {
            Console.Error.WriteLine("--round needs one --only.");
            options = null;
            return false;
        }
        options = options with { Scenarios = [.. known.Where(n => (only.Count == 0 || only.Contains(n)) && !without.Contains(n))] };
        return true;
    }

    private static bool TryLength(string text, double unit, out TimeSpan length)
    {
        bool given = double.TryParse(text, CultureInfo.InvariantCulture, out double value) && value * unit is >= 1 and <= 7 * 24 * 3600;
        length = given ? TimeSpan.FromSeconds(value * unit) : default;
        return given;
    }
}
