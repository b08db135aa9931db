using System.Text;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>Cuts the bytes of one stream into lines, whatever pieces they come in. A line ends with LF or CR LF, which are not part of it.</summary>
internal sealed class LineCutter
{
    /// <summary>A line that grows beyond this many bytes is handed on in pieces: what prints without end and without a line break must not fill the memory.</summary>
    private const int LongestLine = 256 * 1024 * 1024;

    private readonly Encoding _encoding;
    private readonly byte[] _newline;
    private readonly byte[] _preamble;
    private byte[] _begun = [];
    private int _length;
    private bool _started;

    public LineCutter(Encoding encoding)
    {
        _encoding = encoding;
        _newline = encoding.GetBytes("\n");
        _preamble = encoding.Preamble.ToArray() is { Length: > 0 } preamble ? preamble
            : encoding.CodePage == Encoding.UTF8.CodePage ? Encoding.UTF8.Preamble.ToArray() : [];
    }

    private LineCutter(LineCutter other)
    {
        (_encoding, _newline, _preamble, _started) = (other._encoding, other._newline, other._preamble, other._started);
        (_begun, _length) = (other._begun.AsSpan(0, other._length).ToArray(), other._length);
    }

    /// <summary>Whether there is the beginning of a line whose end has not come.</summary>
    public bool HasBegun => _length > 0;

    /// <summary>How many bytes of that line are kept.</summary>
    public int Length => _length;

    /// <summary>Another that goes on from here by itself.</summary>
    public LineCutter Copy() => new(this);

    /// <summary>
    /// The first line that ends in these bytes, with what was kept of it before; <paramref name="taken"/> bytes belong to it.
    /// Null: no line ends here, and all the bytes are kept. Nothing is kept of a line that is returned until <see cref="Next"/>.
    /// Its first <paramref name="left"/> bytes are left out of its text.
    /// </summary>
    public string? Find(ReadOnlySpan<byte> bytes, int left, out int taken)
    {
        int end = EndOfLine(bytes);
        int whole = end < 0 && _length + bytes.Length >= LongestLine ? WholeCharacters(bytes) : 0;
        if (end < 0 && whole == 0)
        {
            Keep(bytes);
            taken = bytes.Length;
            return null;
        }
        taken = end < 0 ? whole : end + _newline.Length - _length;
        int length = end < 0 ? _length + whole : end;
        left = Math.Min(left, length);
        if (_length == 0)
        {
            return Text(bytes[left..length], end >= 0);
        }
        byte[] line = new byte[_length + taken];
        _begun.AsSpan(0, _length).CopyTo(line);
        bytes[..taken].CopyTo(line.AsSpan(_length));
        return Text(line.AsSpan(left..length), end >= 0);
    }

    /// <summary>Forgets what was kept, of a line that has been handed on.</summary>
    public void Next()
    {
        _length = 0;
        _started = true;
        if (_begun.Length > 1024 * 1024)
        {
            _begun = [];
        }
    }

    /// <summary>The line that was begun, as far as it came, without its first <paramref name="left"/> bytes.</summary>
    public string Rest(int left) => Text(RestAsBytes()[left..], ended: true);

    /// <summary>The bytes of the line that was begun.</summary>
    public ReadOnlySpan<byte> RestAsBytes() => _begun.AsSpan(0, _length);

    // Where the line ends, counted from its beginning. In UTF-16 and UTF-32 a newline is several bytes, and begins where a character does.
    private int EndOfLine(ReadOnlySpan<byte> bytes)
    {
        int width = _newline.Length;
        if (width == 1)
        {
            int found = bytes.IndexOf(_newline[0]);
            return found < 0 ? -1 : _length + found;
        }
        int cut = _length % width;
        int at = _length - cut;
        if (cut > 0 && cut + bytes.Length >= width)
        {
            // A character came in two pieces: it is looked at as a whole.
            Span<byte> whole = stackalloc byte[width];
            _begun.AsSpan(at, cut).CopyTo(whole);
            bytes[..(width - cut)].CopyTo(whole[cut..]);
            if (whole.SequenceEqual(_newline))
            {
                return at;
            }
        }
        at = cut > 0 ? at + width : at;
        for (; at + width <= _length + bytes.Length; at += width)
        {
            if (bytes.Slice(at - _length, width).SequenceEqual(_newline))
            {
                return at;
            }
        }
        return -1;
    }

    // How many of these bytes end with a whole character, and no CR that an LF may follow: where a line is cut that has not ended.
    private int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        int count = bytes.Length - ((_length + bytes.Length) % _newline.Length);
        if (_encoding.CodePage == Encoding.UTF8.CodePage)
        {
            int at = count - 1;
            while (at >= 0 && count - at < 4 && (bytes[at] & 0xC0) == 0x80)
            {
                at--;
            }
            // The character that begins there may be whole; then nothing is lost by leaving it to the next piece.
            count = at >= 0 && bytes[at] >= 0x80 ? at : count;
        }
        return count >= _newline.Length && _encoding.GetString(bytes[(count - _newline.Length)..count]) == "\r" ? count - _newline.Length : Math.Max(count, 0);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_begun.Length < _length + bytes.Length)
        {
            Array.Resize(ref _begun, Math.Max(256, 2 * (_length + bytes.Length)));
        }
        bytes.CopyTo(_begun.AsSpan(_length));
        _length += bytes.Length;
    }

    private string Text(ReadOnlySpan<byte> line, bool ended)
    {
        if (!_started && line.StartsWith(_preamble))
        {
            line = line[_preamble.Length..];
        }
        string text = _encoding.GetString(line);
        return ended && text.EndsWith('\r') ? text[..^1] : text;
    }
}
