using System.Buffers.Binary;

namespace PSNetConcurrency.Core.Processes.Protocol;

/// <summary>Takes frames whole.</summary>
internal interface IFrameHandler
{
    void OnFrame(FrameKind kind, ReadOnlySpan<byte> payload);
}

/// <summary>Cuts a stream of bytes into frames, however it arrives. Room grows with what has come, never with what a length promises.</summary>
internal sealed class FrameParser(IFrameHandler handler, int maxFrame = Wire.MaxFrame)
{
    private byte[] _held = [];
    private int _count;

    /// <exception cref="InvalidDataException">The bytes are no frames.</exception>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_count == 0)
            {
                bytes = bytes[Whole(bytes)..];
                if (!bytes.IsEmpty)
                {
                    Hold(bytes);
                }
                return;
            }
            // Only what the frame that was begun still needs, so that the rest is not copied.
            int take = Math.Min(bytes.Length, _count < 4 ? 4 - _count : LengthOf(_held) + 4 - _count);
            Hold(bytes[..take]);
            bytes = bytes[take..];
            if (_count >= 4 && _count == LengthOf(_held) + 4)
            {
                byte[] frame = _held;
                int count = _count;
                _count = 0;
                handler.OnFrame((FrameKind)frame[4], frame.AsSpan(5, count - 5));
                if (frame.Length > 1 << 20)
                {
                    _held = [];
                }
            }
        }
    }

    private int Whole(ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (bytes.Length - at >= 4)
        {
            int length = LengthOf(bytes[at..]);
            if (length > bytes.Length - at - 4)
            {
                break;
            }
            handler.OnFrame((FrameKind)bytes[at + 4], bytes.Slice(at + 5, length - 1));
            at += 4 + length;
        }
        return at;
    }

    private int LengthOf(ReadOnlySpan<byte> header)
    {
        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        return length >= 1 && length <= maxFrame ? length : throw new InvalidDataException($"A frame can't be {length} bytes long.");
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (_count + bytes.Length > _held.Length)
        {
            Array.Resize(ref _held, Math.Max(_count + bytes.Length, (int)Math.Min(_held.Length * 2L, maxFrame + 4L)));
        }
        bytes.CopyTo(_held.AsSpan(_count));
        _count += bytes.Length;
    }
}
