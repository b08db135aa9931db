using System.Text;
using PSNetConcurrency.Core.Processes.Output;

namespace PSNetConcurrency.Infrastructure.Processes;

/// <summary>
/// A place in what a child wrote, and the way from there on: records of a script, lines or bytes of a program. What it shows is
/// consumed only when it is taken.
/// </summary>
internal sealed class OutputCursor
{
    private static readonly int Streams = Enum.GetValues<ChildStreamKind>().Length;

    private readonly ChildProcess _child;
    private readonly OutputPlace? _place;
    private readonly RecordDecoder _decoder = new();
    private readonly LineCutter _output, _error;
    private readonly long[] _positions;
    private long _sequence;
    private ChildProcessRecord? _shown;
    private bool _shownAsBytes;
    private long _shownFrom;
    private int _size;
    private int _bytes;
    private LineCutter? _cutter;

    public OutputCursor(ChildProcess child, Encoding encoding)
    {
        _child = child;
        _output = new LineCutter(encoding);
        _error = new LineCutter(encoding);
        _positions = new long[Streams];
    }

    // One that leaves everything where it is.
    private OutputCursor(OutputCursor other)
    {
        _child = other._child;
        _place = new OutputPlace();
        (_output, _error, _sequence) = (other._output.Copy(), other._error.Copy(), other._sequence);
        _positions = [.. other._positions];
    }

    /// <summary>Whether it holds the beginning of a line, which is in the buffer no more.</summary>
    public bool HoldsText => _output.HasBegun || _error.HasBegun;

    /// <summary>Where it is in the buffer; null: at what is not consumed.</summary>
    public OutputPlace? Place => _place;

    /// <summary>
    /// How far it is in a stream: how many records it has taken; of standard output how many bytes, as its pieces are not always the
    /// same, nor the same as its lines.
    /// </summary>
    public long Position(ChildStreamKind stream) => _positions[(int)stream];

    /// <summary>How far it is in the stream of the record shown once that is taken.</summary>
    public long NextPosition => _positions[(int)_shown!.Stream] + _size;

    /// <summary>Another that begins here and consumes nothing.</summary>
    public OutputCursor Copy() => new(this);

    /// <summary>
    /// Shows the next record; null where there is none now. Call <see cref="Take"/> to go on behind it. One that begins before the
    /// position <paramref name="from"/> of standard output and ends behind it is shown from there on.
    /// </summary>
    public ChildProcessRecord? Peek(bool asBytes, long from)
    {
        if (_shownAsBytes != asBytes || _shownFrom != from)
        {
            // Shown otherwise and not taken: it is still there.
            (_shown, _shownAsBytes, _shownFrom) = (null, asBytes, from);
        }
        while (_shown is null)
        {
            // Read first: what is there when the child has ended is all there will be.
            bool ended = _child.Completion.IsCompleted;
            if (_child.Output.TryPeek(_place, out OutputChunk chunk))
            {
                Show(chunk, asBytes);
            }
            else if (!ended || !ShowRest(asBytes))
            {
                break;
            }
        }
        return _shown;
    }

    /// <summary>Goes on behind the record shown.</summary>
    public ChildProcessRecord Take()
    {
        ChildProcessRecord taken = _shown!;
        _shown = null;
        _sequence++;
        _positions[(int)taken.Stream] += _size;
        _cutter?.Next();
        _cutter = null;
        if (_bytes > 0)
        {
            _child.Output.Advance(_place, _bytes);
        }
        return taken;
    }

    private void Show(OutputChunk chunk, bool asBytes)
    {
        ReadOnlySpan<byte> bytes = chunk.Bytes.Span;
        if (chunk.Kind == OutputKind.Records)
        {
            _bytes = _decoder.Decode(bytes, _sequence + 1, out _shown);
            _size = 1;
            return;
        }
        bool error = chunk.Kind == OutputKind.StandardError;
        ChildStreamKind stream = error ? ChildStreamKind.StandardError : ChildStreamKind.StandardOutput;
        LineCutter cutter = error ? _error : _output;
        if (asBytes && !error)
        {
            byte[] piece = [.. cutter.RestAsBytes(), .. bytes];
            int left = Left(stream, piece.Length);
            ShowText(chunk.Time, stream, left > 0 ? piece[left..] : piece, cutter, bytes.Length);
        }
        else if (cutter.Find(bytes, Left(stream, int.MaxValue), out int taken) is { } line)
        {
            ShowText(chunk.Time, stream, line, cutter, taken);
        }
        else
        {
            // The beginning of a line: the cutter keeps it, so that what the other stream wrote meanwhile can be seen.
            _child.Output.Advance(_place, taken);
        }
    }

    private bool ShowRest(bool asBytes)
    {
        foreach (LineCutter cutter in new[] { _output, _error })
        {
            if (cutter.HasBegun)
            {
                bool error = cutter == _error;
                ChildStreamKind stream = error ? ChildStreamKind.StandardError : ChildStreamKind.StandardOutput;
                int left = Left(stream, cutter.Length);
                ShowText(_child.ExitTime ?? DateTimeOffset.Now, stream, asBytes && !error ? cutter.RestAsBytes()[left..].ToArray() : cutter.Rest(left), cutter, 0);
                return true;
            }
        }
        return false;
    }

    private void ShowText(DateTimeOffset time, ChildStreamKind stream, object value, LineCutter cutter, int bytes)
    {
        _shown = new ChildProcessRecord(time, stream, _sequence + 1, value);
        (_cutter, _bytes) = (cutter, bytes);
        _size = stream == ChildStreamKind.StandardOutput ? cutter.Length + bytes : 1;
    }

    // How much of the next record lies before where it is to be shown from.
    private int Left(ChildStreamKind stream, int most) =>
        stream == ChildStreamKind.StandardOutput ? (int)Math.Clamp(_shownFrom - _positions[(int)stream], 0, most) : 0;
}
