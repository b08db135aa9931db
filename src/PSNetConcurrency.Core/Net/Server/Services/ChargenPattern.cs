namespace PSNetConcurrency.Core.Net.Server.Services;

/// <summary>The pattern of RFC 864: lines of 72 printing characters, each beginning a character further on.</summary>
internal static class ChargenPattern
{
    private const int Printing = 95, LineLength = 72, WithEnd = LineLength + 2;

    // It repeats after 95 lines: made once, sent for ever. Then it begins again, for a run that starts at its last lines.
    private static readonly byte[] Pattern = Make(Printing + (ChargenService.MaximumLength / WithEnd) + 1);

    /// <summary>The whole pattern, which may be sent again and again.</summary>
    public static ReadOnlySpan<byte> Whole => Pattern.AsSpan(0, Printing * WithEnd);

    /// <summary>So many characters, up to <see cref="ChargenService.MaximumLength"/>, from the beginning of a line on.</summary>
    public static ReadOnlySpan<byte> From(int line, int length) => Pattern.AsSpan((int)((uint)line % Printing) * WithEnd, length);

    private static byte[] Make(int lines)
    {
        byte[] pattern = new byte[lines * WithEnd];
        for (int line = 0, at = 0; line < lines; line++)
        {
            for (int column = 0; column < LineLength; column++)
            {
                pattern[at++] = (byte)(' ' + ((line + column) % Printing));
            }
            pattern[at++] = (byte)'\r';
            pattern[at++] = (byte)'\n';
        }
        return pattern;
    }
}
