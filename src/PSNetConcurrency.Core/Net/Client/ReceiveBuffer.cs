using System.Diagnostics.CodeAnalysis;
using PSNetConcurrency.Core.Framing;

namespace PSNetConcurrency.Core.Net.Client;

/// <summary>What a session has received and nobody has taken yet.</summary>
internal sealed class ReceiveBuffer
{
    private const int MinimumSpace = 16 * 1024;

    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private FrameSearch _search;
    private string? _searchedFor;
    private FrameRecovery _recovery;

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

    /// <summary>Takes what the request asks for, if it is all there; of a frame the header's content too, in a format that has one.</summary>
    /// <exception cref="NetException">The bytes break the format, or are too many for it.</exception>
    public bool TryTake(ReceiveRequest request, [NotNullWhen(true)] out byte[]? data, out byte[]? header, out FrameBounds frame)
    {
        data = header = null;
        frame = default;
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
        FrameFormat format = request.Format!;
        while (SkipBad(format) && Length > 0 && format.TryFind(Peek().Span, ref _search, out frame))
        {
            if (frame.Failure is { } failure)
            {
                _search = default;
                // Where nothing tells what follows, the bytes stay for another kind of receive.
                if (failure.Skip == FrameFailure.Lost || _recovery.Begin(failure, format.FailFast))
                {
                    NetException error = failure.Error;
                    byte[] received = error.Received.Length > 0 ? error.Received : Peek().ToArray();
                    SkipBad(format);
                    throw new NetException(error.Error, error.Message, error.Target, received: received);
                }
                continue;
            }
            header = format.HasHeader ? _bytes.AsSpan(_start + frame.HeaderOffset, frame.HeaderLength).ToArray() : null;
            data = Take(frame.PayloadOffset, frame.PayloadLength, frame.Consumed);
            return true;
        }
        return false;
    }

    /// <summary>A new receive begins: what was searched for another format counts no more.</summary>
    public void Begin(ReceiveRequest request)
    {
        string? format = request.Format?.ToString();
        if (format != _searchedFor)
        {
            _search = default;
            _recovery = default;
            _searchedFor = format;
        }
    }

    public byte[] TakeAll() => Take(0, Length, Length);

    private byte[] Take(int offset, int length, int consumed)
    {
        byte[] data = _bytes.AsSpan(_start + offset, length).ToArray();
        _start += consumed;
        _search = default;
        if (_start == _end)
        {
            _start = _end = 0;
        }
        return data;
    }

    // Leaves out what belongs to a bad frame; false when more of it is to come.
    private bool SkipBad(FrameFormat format)
    {
        while (_recovery.IsActive && Length > 0)
        {
            int count = _recovery.Drop(format, Peek().Span);
            _start += count;
            if (count == 0 && _recovery.IsActive)
            {
                return false;
            }
        }
        if (_recovery.TakeError() is { } late)
        {
            throw late;
        }
        return !_recovery.IsActive;
    }
}
