using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing.Structs;

/// <summary>Compiles the text of a format, as CPython's struct module does.</summary>
internal ref struct StructFormatParser
{
    private const string Codes = "xcbB?hHiIlLqQnNefdspP";

    private readonly string _text;
    private readonly StructDataModel _model;
    private readonly List<StructItem> _items = [];
    private long _size;
    private int _alignment = 1;
    private int _values;

    private StructFormatParser(string text, StructDataModel model)
    {
        _text = text;
        _model = model;
    }

    public static StructFormat Parse(string text, StructDataModel model) => new StructFormatParser(text, model).Parse();

    private StructFormat Parse()
    {
        char prefix = _text.Length > 0 && _text[0] is '@' or '=' or '<' or '>' or '!' ? _text[0] : '\0';
        bool native = prefix is '\0' or '@';
        ByteOrder order = prefix switch
        {
            '<' => ByteOrder.Little,
            '>' or '!' => ByteOrder.Big,
            _ => BitConverter.IsLittleEndian ? ByteOrder.Little : ByteOrder.Big,
        };
        for (int at = prefix == '\0' ? 0 : 1; at < _text.Length; at++)
        {
            // What C's isspace calls a space.
            if (_text[at] is ' ' or (>= '\t' and <= '\r'))
            {
                continue;
            }
            int start = at;
            long count = Count(ref at);
            Add(at, start, count, native);
        }
        return new StructFormat(_text, [.. _items], order, native, _model, (int)_size, _alignment, _values);
    }

    /// <summary>Reads a repeat count; 1 where there is none.</summary>
    private readonly long Count(ref int at)
    {
        if (!char.IsAsciiDigit(_text[at]))
        {
            return 1;
        }
        int start = at;
        long count = 0;
        for (; at < _text.Length && char.IsAsciiDigit(_text[at]); at++)
        {
            // Counts that are too large stay so, whatever follows.
            count = Math.Min(count * 10 + (_text[at] - '0'), StructFormat.MaximumSize + 1L);
        }
        return at < _text.Length ? count
            : throw Bad(start, $"the count {_text[start..]} has no code after it");
    }

    private void Add(int at, int start, long count, bool native)
    {
        char code = _text[at];
        if (!Codes.Contains(code))
        {
            throw Bad(at, code switch
            {
                '@' or '=' or '<' or '>' or '!' => $"'{code}' gives the byte order of all that follows, and may only stand first",
                ' ' => "there is a space between a count and its code",
                _ => $"{Shown(code)} is no code",
            });
        }
        if (!native && code is ('n' or 'N' or 'P'))
        {
            throw Bad(at, $"'{code}' has a native size only, so the format can't begin with {_text[0]}. Use {(code == 'n' ? "q (8 bytes) or i (4)" : "Q (8 bytes) or I (4)")}");
        }
        (StructKind kind, int size) = Meaning(code, native);
        if (native && kind is not (StructKind.Text or StructKind.Pascal))
        {
            // Every type is aligned to its size in each of the data models. A count of 0 aligns and adds nothing.
            _size = (_size + size - 1) / size * size;
            _alignment = Math.Max(_alignment, size);
        }
        long bytes = count * size;
        if (_size + bytes > StructFormat.MaximumSize)
        {
            throw Bad(start, $"with '{_text[start..(at + 1)]}' a record would have more than {StructFormat.MaximumSize} bytes, the most that an array holds");
        }
        int offset = (int)_size;
        _size += bytes;
        if (kind is StructKind.Text or StructKind.Pascal)
        {
            _items.Add(new StructItem(code, kind, (int)count, 1, offset, _values++));
        }
        else if (kind != StructKind.Pad && count > 0)
        {
            _items.Add(new StructItem(code, kind, size, (int)count, offset, _values));
            _values += (int)count;
        }
    }

    private readonly (StructKind Kind, int Size) Meaning(char code, bool native)
    {
        bool longIs8 = native && _model == StructDataModel.LP64;
        bool pointerIs8 = _model != StructDataModel.ILP32;
        return code switch
        {
            'x' => (StructKind.Pad, 1),
            'c' => (StructKind.Char, 1),
            '?' => (StructKind.Boolean, 1),
            'b' => (StructKind.SByte, 1),
            'B' => (StructKind.Byte, 1),
            'h' => (StructKind.Int16, 2),
            'H' => (StructKind.UInt16, 2),
            'l' when longIs8 => (StructKind.Int64, 8),
            'L' when longIs8 => (StructKind.UInt64, 8),
            'n' when pointerIs8 => (StructKind.Int64, 8),
            'N' when pointerIs8 => (StructKind.UInt64, 8),
            'P' => pointerIs8 ? (StructKind.Address64, 8) : (StructKind.Address32, 4),
            'i' or 'l' or 'n' => (StructKind.Int32, 4),
            'I' or 'L' or 'N' => (StructKind.UInt32, 4),
            'q' => (StructKind.Int64, 8),
            'Q' => (StructKind.UInt64, 8),
            'e' => (StructKind.Half, 2),
            'f' => (StructKind.Single, 4),
            'd' => (StructKind.Double, 8),
            's' => (StructKind.Text, 1),
            _ => (StructKind.Pascal, 1),
        };
    }

    private readonly NetException Bad(int at, string why) => new(NetError.InvalidArgument,
        $"'{_text}' is not a struct format: at character {at + 1}, {why}. A format is one of @ = < > ! (or none), then codes ({string.Join(' ', Codes.ToCharArray())}), each with a count before it if need be: '>IHB16s'.", _text);

    private static string Shown(char c) => char.IsControl(c) ? $"the control character 0x{(int)c:X2}" : $"'{c}'";
}
