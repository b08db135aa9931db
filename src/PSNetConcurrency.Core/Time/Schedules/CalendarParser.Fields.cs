using System.Globalization;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>Lists, ranges, steps and numbers.</summary>
internal ref partial struct CalendarParser
{
    private CalendarField ReadField(int unit = 1)
    {
        if (Current == '*')
        {
            _at++;
            return CalendarField.Any;
        }
        List<CalendarTerm> terms = [];
        while (true)
        {
            if (terms.Count == MostTerms)
            {
                throw Wrong($"a list has {MostTerms} entries at most");
            }
            terms.Add(ReadTerm(unit));
            if (Current != ',')
            {
                return new CalendarField([.. terms]);
            }
            _at++;
        }
    }

    private CalendarTerm ReadTerm(int unit)
    {
        int at = _at;
        int start = ReadNumber(unit), stop = -1, step = 0;
        if (_text.AsSpan(_at).StartsWith(".."))
        {
            _at += 2;
            stop = ReadNumber(unit);
            step = unit;
            if (stop < start)
            {
                throw Wrong("the range ends before it begins", at);
            }
        }
        if (Current == '/')
        {
            _at++;
            int stepAt = _at;
            step = ReadNumber(unit);
            if (step == 0)
            {
                throw Wrong("a step of 0 leads nowhere", stepAt);
            }
        }
        return new CalendarTerm(start, stop >= 0 ? stop : step > 0 ? int.MaxValue : start, step);
    }

    private int ReadNumber(int unit)
    {
        int at = _at;
        while (char.IsAsciiDigit(Current))
        {
            _at++;
        }
        if (at == _at)
        {
            throw Wrong(Current == '\0' ? "it ends where a number should stand" : Current == '*' ? "* stands alone; for a step write 0/15" : $"'{Current}' stands where a number should");
        }
        if (_at - at > 9 || !long.TryParse(_text.AsSpan(at, _at - at), NumberStyles.None, CultureInfo.InvariantCulture, out long number) || number * unit > int.MaxValue)
        {
            throw Wrong($"{_text[at.._at]} is too large", at);
        }
        long value = number * unit;
        // One point begins a fraction, two a range.
        if (unit > 1 && Current == '.' && _at + 1 < _text.Length && char.IsAsciiDigit(_text[_at + 1]))
        {
            int fraction = _at;
            do
            {
                _at++;
            }
            while (char.IsAsciiDigit(Current));
            value += (long)Math.Round(double.Parse(_text.AsSpan(fraction, _at - fraction), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * unit, MidpointRounding.AwayFromZero);
        }
        return (int)value;
    }

    private readonly CalendarField Checked(CalendarField field, int least, int largest, int at, string what, int unit = 1, bool fromEnd = false)
    {
        foreach (CalendarTerm term in field.Terms)
        {
            bool open = term.Stop == int.MaxValue;
            int stop = open ? term.Start : term.Stop;
            if (term.Start < least || stop > largest || stop < term.Start)
            {
                throw Wrong($"{Shown(term.Start < least || term.Start > largest ? term.Start : stop)} is no {what}: they are {Shown(least)} to {largest / unit}", at);
            }
            if (open && (fromEnd ? (long)term.Start - term.Step < least : (long)term.Start + term.Step > largest))
            {
                throw Wrong($"from {Shown(term.Start)}, a step of {Shown(term.Step)} leads beyond what there is: leave it out", at);
            }
        }
        return field;

        string Shown(int value) => ((decimal)value / unit).ToString(CultureInfo.InvariantCulture);
    }

    private char Separator(char one, char other)
    {
        char found = Current;
        if (found != one && found != other)
        {
            throw Wrong(found == '\0' ? $"it ends where {one} should stand: a date has the form 2027-01-31 or 01-31, a time 10:30 or 10:30:15" : $"'{found}' stands where {one} should");
        }
        _at++;
        return found;
    }

    private void SkipBlanks()
    {
        if (Current != ' ')
        {
            throw Wrong($"'{Current}' stands where a blank should");
        }
        while (Current == ' ')
        {
            _at++;
        }
        if (_at == _text.Length)
        {
            throw Wrong("it ends with a blank");
        }
    }

    private readonly NetException Wrong(string what, int? at = null) =>
        new(NetError.InvalidSchedule, $"'{_given}' is no calendar expression: at character {(at ?? _at) + 1}, {what}.", _given);
}
