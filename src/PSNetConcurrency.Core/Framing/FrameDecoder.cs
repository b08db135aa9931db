using System.Buffers;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>
/// Cuts a stream into frames, however its bytes are chunked. A frame that lies whole in what is given is not copied; of one
/// that does not, its own bytes are gathered, and never more room than twice what has come.
/// </summary>
public sealed class FrameDecoder(FrameFormat format)
{
    private const int LeastTake = 512;

    // Borrowed from the pool while a frame is not whole: thousands of connections hold on to nothing between frames.
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private long _position;
    private FrameSearch _search;
    private FrameRecovery _recovery;

    /// <summary>The bytes of a frame that is not finished yet.</summary>
    public ReadOnlyMemory<byte> Unfinished => _buffer.AsMemory(_start, _end - _start);

    /// <summary>How many bytes of the stream are done with.</summary>
    public long Position => _position;

    /// <summary>Whether a frame has begun and not ended, even one that is left out.</summary>
    public bool IsInFrame => _end > _start || _recovery.IsActive;

    /// <summary>Whether what comes belongs to a frame that is left out.</summary>
    public bool IsLeavingOut => _recovery.IsActive;

    /// <summary>Whether an error left nothing that tells where the next frame begins: all that follows is the same error.</summary>
    public bool IsLost => _recovery.IsLost;

    /// <summary>
    /// Reads the next frame from what was kept and from <paramref name="input"/>, which is advanced. False when all input is
    /// used up; the payload is valid until the next call.
    /// </summary>
    /// <exception cref="NetException">The bytes are no frame of the format, or one that is too large. The next call goes on behind it, unless <see cref="IsLost"/>.</exception>
    public bool TryRead(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> payload)
    {
        bool found = Next(ref input, out FrameBounds frame, out ReadOnlySpan<byte> data);
        payload = found ? data.Slice(frame.PayloadOffset, frame.PayloadLength) : default;
        return found;
    }

    /// <summary>As <see cref="TryRead"/>, with the frame's header and place.</summary>
    /// <exception cref="NetException">The bytes are no frame of the format, or one that is too large.</exception>
    public bool TryReadFrame(ref ReadOnlySpan<byte> input, out FrameView frame)
    {
        bool found = Next(ref input, out FrameBounds bounds, out ReadOnlySpan<byte> data);
        frame = found ? new FrameView(data, bounds, _position - bounds.Consumed) : default;
        return found;
    }

    /// <summary>Keeps bytes for later reads.</summary>
    public void Keep(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            return;
        }
        if (data.Length > _buffer.Length - _end)
        {
            MakeRoom(data.Length);
        }
        data.CopyTo(_buffer.AsSpan(_end));
        _end += data.Length;
    }

    private bool Next(ref ReadOnlySpan<byte> input, out FrameBounds frame, out ReadOnlySpan<byte> data)
    {
        if (_start == _end && !_recovery.IsActive && _buffer.Length == 0)
        {
            frame = default;
            if (!input.IsEmpty && format.TryFind(input, ref _search, out frame) && frame.Failure is null)
            {
                _search = default;
                _position += frame.Consumed;
                data = input;
                input = input[frame.Consumed..];
                return true;
            }
            if (frame.Failure is null)
            {
                Keep(input);
                input = default;
                data = default;
                return false;
            }
        }
        return NextKept(ref input, out frame, out data);
    }

    private bool NextKept(ref ReadOnlySpan<byte> input, out FrameBounds frame, out ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> given = input;
        int taken = 0;
        while (true)
        {
            data = default;
            frame = default;
            if (_recovery.IsActive)
            {
                Recover(ref input);
                if (_recovery.IsActive)
                {
                    return false;
                }
                given = input;
                taken = 0;
            }
            if (_start == _end)
            {
                Release();
            }
            bool kept = _end > _start;
            data = kept ? _buffer.AsSpan(_start, _end - _start) : input;
            if (data.IsEmpty)
            {
                return false;
            }
            if (format.TryFind(data, ref _search, out frame))
            {
                _search = default;
                if (frame.Failure is { } failure)
                {
                    bool atOnce = _recovery.Begin(failure, format.FailFast);
                    Recover(ref input, quiet: atOnce);
                    given = input;
                    taken = 0;
                    if (atOnce)
                    {
                        throw failure.Error;
                    }
                    continue;
                }
                _position += frame.Consumed;
                if (!kept)
                {
                    input = input[frame.Consumed..];
                    return true;
                }
                _start += frame.Consumed;
                // What was taken beyond the frame's end is read where it was given: not a second copy of all that follows.
                int back = Math.Min(_end - _start, taken);
                input = given[(taken - back)..];
                _end -= back;
                return true;
            }
            if (!kept || input.IsEmpty)
            {
                Keep(input);
                input = default;
                return false;
            }
            int take = Math.Min(input.Length, frame.Consumed > data.Length ? frame.Consumed - data.Length : Math.Max(LeastTake, data.Length));
            Keep(input[..take]);
            input = input[take..];
            taken += take;
        }
    }

    // Leaves out what belongs to a bad frame; throws the error that waited for its end.
    private void Recover(ref ReadOnlySpan<byte> input, bool quiet = false)
    {
        while (_recovery.IsActive)
        {
            bool kept = _end > _start;
            int count = _recovery.Drop(format, kept ? _buffer.AsSpan(_start, _end - _start) : input);
            _position += count;
            if (!kept)
            {
                input = input[count..];
                if (_recovery.IsActive)
                {
                    Keep(input);
                    input = default;
                    break;
                }
                continue;
            }
            _start += count;
            if (_recovery.IsActive && (_end > _start || input.IsEmpty))
            {
                if (input.IsEmpty)
                {
                    break;
                }
                // The beginning of an end mark, perhaps.
                Keep(input);
                input = default;
            }
        }
        if (!quiet && _recovery.TakeError() is { } error)
        {
            throw error;
        }
    }

    // Moves what is left to the front where that frees half of the room, so that it is moved seldom; else doubles.
    private void MakeRoom(int length)
    {
        int have = _end - _start;
        byte[] target = _buffer;
        if (have > _buffer.Length / 2 || have + length > _buffer.Length)
        {
            target = ArrayPool<byte>.Shared.Rent(Math.Max(have + length, (int)Math.Min(2L * have, Array.MaxLength)));
        }
        _buffer.AsSpan(_start, have).CopyTo(target);
        if (target != _buffer)
        {
            Return();
        }
        (_buffer, _start, _end) = (target, 0, have);
    }

    private void Release()
    {
        (_start, _end) = (0, 0);
        Return();
        _buffer = [];
    }

    private void Return()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }
}

/// <summary>A frame where it lies; valid until the decoder is called again.</summary>
public readonly ref struct FrameView
{
    private readonly FrameBounds _bounds;

    internal FrameView(ReadOnlySpan<byte> data, FrameBounds bounds, long offset)
    {
        _bounds = bounds;
        Bytes = data[..bounds.Consumed];
        Offset = offset;
    }

    /// <summary>All of its bytes.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    public ReadOnlySpan<byte> Payload => Bytes.Slice(_bounds.PayloadOffset, _bounds.PayloadLength);

    /// <summary>The header's content, in a format that has one: JSON, or lines.</summary>
    public ReadOnlySpan<byte> Header => Bytes.Slice(_bounds.HeaderOffset, _bounds.HeaderLength);

    /// <summary>Where in the stream it begins.</summary>
    public long Offset { get; }

    /// <summary>How many bytes stand before the payload.</summary>
    public int HeaderBytes => _bounds.PayloadOffset;
}
