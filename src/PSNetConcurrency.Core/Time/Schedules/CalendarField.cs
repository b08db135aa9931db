namespace PSNetConcurrency.Core.Time;

/// <summary>One entry of a list: a number, a range, or either with a step.</summary>
/// <param name="Start">The first value.</param>
/// <param name="Stop">The last; of an open entry with a step the field's largest.</param>
/// <param name="Step">From one value to the next; 0 for a single value.</param>
internal readonly record struct CalendarTerm(int Start, int Stop, int Step)
{
    /// <summary>The least value that is not below a given one; null where there is none.</summary>
    public int? Next(int from)
    {
        if (from <= Start)
        {
            return Start;
        }
        if (Step == 0)
        {
            return null;
        }
        long next = Start + ((((long)from - Start + Step - 1) / Step) * Step);
        return next <= Stop ? (int)next : null;
    }
}

/// <summary>What one part of a calendar expression allows: anything, or a list.</summary>
/// <param name="Terms">The list; empty for anything.</param>
internal sealed record CalendarField(CalendarTerm[] Terms)
{
    public static readonly CalendarField Any = new([]);

    public bool IsAny => Terms.Length == 0;

    /// <summary>The least value allowed from one up to another; null where there is none.</summary>
    public int? Next(int from, int largest)
    {
        if (IsAny)
        {
            return from <= largest ? from : null;
        }
        int? least = null;
        foreach (CalendarTerm term in Terms)
        {
            if (term.Next(from) is { } next && next <= largest && !(least <= next))
            {
                least = next;
            }
        }
        return least;
    }

    /// <summary>The same days counted from the first of a month where these are counted from its end.</summary>
    public CalendarField FromEnd(int days) => new([.. Terms.Select(t => t.Step == 0 ? new CalendarTerm(days + 1 - t.Start, days + 1 - t.Start, 0) : FromEnd(t, days))]);

    // An open entry goes on towards the end; of a range the values are those that it has when counted from the end.
    private static CalendarTerm FromEnd(CalendarTerm term, int days) => term.Stop < 0
        ? new CalendarTerm(days + 1 - term.Start, days, term.Step)
        : new CalendarTerm(days + 1 - (term.Stop - ((term.Stop - term.Start) % term.Step)), days + 1 - term.Start, term.Step);
}
