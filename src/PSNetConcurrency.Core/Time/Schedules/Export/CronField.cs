using System.Globalization;

namespace PSNetConcurrency.Core.Time;

/// <summary>One entry of a cron field, in numbers.</summary>
/// <param name="Start">The first value.</param>
/// <param name="Stop">The last.</param>
/// <param name="Step">1 for all between.</param>
internal readonly record struct CronTerm(int Start, int Stop, int Step);

/// <summary>A field of a cron expression, read for other schedulers: the expression itself was accepted before.</summary>
internal sealed class CronField
{
    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private CronField(string text, int least, int largest) => (Text, Least, Largest) = (text, least, largest);

    public string Text { get; }

    public int Least { get; }

    public int Largest { get; }

    public bool IsAny => Terms is [{ } only] && only == new CronTerm(Least, Largest, 1);

    /// <summary>The entries that are numbers, ranges or steps; ranges that go over the end are two.</summary>
    public List<CronTerm> Terms { get; } = [];

    /// <summary>What stands alone and is none of these: L, 5L, L-3, 15W, 1#2; null for nothing.</summary>
    public string? Special { get; private set; }

    /// <summary>All values, in their order.</summary>
    public IReadOnlyList<int> Values => [.. Terms.SelectMany(t => Enumerable.Range(0, ((t.Stop - t.Start) / t.Step) + 1).Select(i => t.Start + (i * t.Step))).Distinct().Order()];

    /// <summary>Second (where there are six), minute, hour, day, month and weekday (0 is Sunday).</summary>
    public static CronField[] Read(CronSchedule cron)
    {
        string[] fields = cron.Fields is [['@', ..] macro] ? Macro(macro).Split(' ') : cron.Fields;
        string[] six = fields.Length == 6 ? fields : ["0", .. fields];
        (int Least, int Largest)[] bounds = [(0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];
        return [.. six.Select((text, i) => Read(text.ToUpperInvariant(), bounds[i].Least, bounds[i].Largest, i == 4 ? Months : i == 5 ? Days : []))];
    }

    private static string Macro(string macro) => macro.ToUpperInvariant() switch
    {
        "@EVERY_SECOND" => "* * * * * *",
        "@EVERY_MINUTE" => "* * * * *",
        "@HOURLY" => "0 * * * *",
        "@WEEKLY" => "0 0 * * 0",
        "@MONTHLY" => "0 0 1 * *",
        "@YEARLY" or "@ANNUALLY" => "0 0 1 1 *",
        _ => "0 0 * * *",
    };

    private static CronField Read(string text, int least, int largest, string[] names)
    {
        CronField field = new(text, least, largest);
        foreach (string entry in text.Split(','))
        {
            string[] parts = entry.Split('/');
            string[] ends = parts[0].Split('-');
            if (parts[0] is "*" or "?")
            {
                field.Terms.Add(new CronTerm(least, largest, parts.Length > 1 ? Number(parts[1], []) : 1));
            }
            else if (ends.All(e => Number(e, names) >= 0))
            {
                int start = Number(ends[0], names), stop = ends.Length > 1 ? Number(ends[1], names) : parts.Length > 1 ? largest : start;
                field.Add(start, stop, parts.Length > 1 ? Number(parts[1], []) : 1);
            }
            else
            {
                field.Special = entry;
            }
        }
        return field;

        int Number(string word, string[] words) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
            : Array.IndexOf(words, word) is >= 0 and var at ? at + (words == Months ? 1 : 0) : -1;
    }

    private void Add(int start, int stop, int step)
    {
        // Sunday has two numbers.
        if (Largest == 6)
        {
            (start, stop) = (start == 7 ? 0 : start, stop == 7 && start is 0 or 7 ? 0 : stop);
            if (stop == 7)
            {
                Add(start, 6, step);
                if ((7 - start) % step == 0)
                {
                    Terms.Add(new CronTerm(0, 0, 1));
                }
                return;
            }
        }
        if (start <= stop)
        {
            Terms.Add(new CronTerm(start, stop, step));
            return;
        }
        Terms.Add(new CronTerm(start, Largest, step));
        int first = Least + ((step - ((Largest - start + 1) % step)) % step);
        if (first <= stop)
        {
            Terms.Add(new CronTerm(first, stop, step));
        }
    }
}
