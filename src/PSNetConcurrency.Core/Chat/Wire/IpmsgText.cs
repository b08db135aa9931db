using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Core.Chat.Wire;

/// <summary>Text of the protocol: its encodings, and what of it may be shown.</summary>
internal static class IpmsgText
{
    /// <summary>The longest name shown.</summary>
    public const int LongestName = 128;

    private const int ZeroWidthNonJoiner = 0x200c, ZeroWidthJoiner = 0x200d;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    static IpmsgText() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>UTF-8 as it is sent: without a mark at its beginning.</summary>
    public static Encoding Utf8 { get; } = new UTF8Encoding(false);

    /// <summary>The bytes as text: by the packet's flag, else as UTF-8 where they are valid UTF-8, else in the peer's encoding.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, bool utf8, Encoding legacy)
    {
        if (utf8)
        {
            return Utf8.GetString(bytes);
        }
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return legacy.GetString(bytes);
        }
    }

    /// <summary>Whether all of the text can be written in the encoding.</summary>
    public static bool Fits(string text, Encoding encoding)
    {
        if (encoding is UTF8Encoding)
        {
            return true;
        }
        Encoding strict = (Encoding)encoding.Clone();
        strict.EncoderFallback = EncoderFallback.ExceptionFallback;
        try
        {
            strict.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>An encoding by its name; null where there is none of that name.</summary>
    public static Encoding? FindEncoding(string name)
    {
        try
        {
            return name.Equals("utf-8", StringComparison.OrdinalIgnoreCase) ? Utf8 : Encoding.GetEncoding(name);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            // Not supported: UTF-7, which .NET no longer reads.
            return null;
        }
    }

    /// <summary>
    /// A name that may be shown in a terminal: one line, with no control character, nothing that turns the direction of
    /// writing or hides, and not longer than <see cref="LongestName"/>.
    /// </summary>
    public static string CleanName(string name)
    {
        StringBuilder clean = new(name.Length);
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > LongestName)
            {
                break;
            }
            if (Rune.IsWhiteSpace(rune))
            {
                clean.Append(' ');
            }
            else if (IsNameRune(rune))
            {
                clean.Append(rune);
            }
        }
        return clean.ToString().Trim();
    }

    /// <summary>A text that may be shown: lines end with LF; control characters beside it and the tab are dropped, as are those that override the direction of writing.</summary>
    public static string CleanText(string text)
    {
        if (text.All(static c => c is >= ' ' and < '\x7f' or '\n'))
        {
            return text;
        }
        StringBuilder clean = new(text.Length);
        foreach (Rune rune in text.ReplaceLineEndings("\n").EnumerateRunes())
        {
            if (rune.Value is '\n' or '\t' || (!Rune.IsControl(rune) && rune.Value is not (>= 0x202a and <= 0x202e or >= 0x2066 and <= 0x2069)))
            {
                clean.Append(rune);
            }
        }
        return clean.ToString();
    }

    private static bool IsNameRune(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.Format => rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner,
        _ => true,
    };
}
