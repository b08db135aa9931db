using System.Diagnostics.CodeAnalysis;

namespace PSNetConcurrency.Core.Net.Client;

/// <summary>What a session has received and nobody has taken yet.</summary>
internal sealed class ReceiveBuffer
{
    private const int MinimumSpace = 16 * 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private int _searched;

    public int Length => _end - _start;

    public ReadOnlyMemory<byte> Peek() => _bytes.AsMemory(_start, Length);

    /// <summary>Room for one receive.</summary>
    public Memory<byte> Space(int least = MinimumSpace)
    {
        if (_bytes.Length - _end < least)
        {
            int have = Length;
            byte[] target = _bytes.Length - have >= 2 * least ? _bytes : new byte[Math.Max(2 * _bytes.Length, have + (4 * Math.Max(least, MinimumSpace)))];
            _bytes.AsSpan(_start, have).CopyTo(target);
            (_bytes, _start, _end) = (target, 0, have);
        }
        return _bytes.AsMemory(_end);
    }

    public void Commit(int count) => _end += count;

    /// <summary>Takes what the request asks for, if it is all there.</summary>
    public bool TryTake(ReceiveRequest request, [NotNullWhen(true)] out byte[]? data)
    {
        data = null;
        if (request.UntilClosed)
        {
            return false;
        }
        if (request.Count is int count)
        {
            if (Length < count)
            {
                return false;
            }
            data = Take(0, count, count);
            return true;
        }
        if (Length == 0 || !request.Format!.TryFind(Peek().Span, ref _searched, out FrameBounds frame))
        {
            return false;
        }
        data = Take(frame.PayloadOffset, frame.PayloadLength, frame.Consumed);
        return true;
    }

    public byte[] TakeAll() => Take(0, Length, Length);

    private byte[] Take(int offset, int length, int consumed)
    {
        byte[] data = _bytes.AsSpan(_start + offset, length).ToArray();
        _start += consumed;
        _searched = 0;
        if (_start == _end)
        {
            _start = _end = 0;
        }
        return data;
    }
}
