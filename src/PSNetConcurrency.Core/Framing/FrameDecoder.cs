namespace PSNetConcurrency.Core.Framing;

/// <summary>
/// Cuts a stream into frames, however its bytes are chunked. A frame that lies whole in what is given is not copied;
/// the beginning of an unfinished one is kept.
/// </summary>
public sealed class FrameDecoder(FrameFormat format)
{
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _searched;

    /// <summary>The bytes of a frame that is not finished yet.</summary>
    public ReadOnlyMemory<byte> Unfinished => _buffer.AsMemory(_start, _end - _start);

    /// <summary>
    /// Reads the next frame from what was kept and from <paramref name="input"/>, which is advanced. False when all input is
    /// used up; the payload is valid until the next call.
    /// </summary>
    /// <exception cref="Net.NetException">The bytes are no frame of the format, or one that is too large.</exception>
    public bool TryRead(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> payload)
    {
        bool kept = _end > _start;
        if (kept)
        {
            Keep(input);
            input = default;
        }
        ReadOnlySpan<byte> data = kept ? _buffer.AsSpan(_start, _end - _start) : input;
        if (!data.IsEmpty && format.TryFind(data, ref _searched, out FrameBounds frame))
        {
            _searched = 0;
            payload = data.Slice(frame.PayloadOffset, frame.PayloadLength);
            if (kept)
            {
                _start += frame.Consumed;
            }
            else
            {
                input = input[frame.Consumed..];
            }
            return true;
        }
        if (!kept)
        {
            Keep(input);
            input = default;
        }
        payload = default;
        return false;
    }

    /// <summary>Keeps bytes for later reads.</summary>
    public void Keep(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return;
        }
        if (_end + data.Length > _buffer.Length)
        {
            int have = _end - _start;
            byte[] target = have + data.Length > _buffer.Length ? new byte[Math.Max(have + data.Length, Math.Min(2 * _buffer.Length, format.MaximumFrameLength))] : _buffer;
            _buffer.AsSpan(_start, have).CopyTo(target);
            (_buffer, _start, _end) = (target, 0, have);
        }
        data.CopyTo(_buffer.AsSpan(_end));
        _end += data.Length;
    }
}
