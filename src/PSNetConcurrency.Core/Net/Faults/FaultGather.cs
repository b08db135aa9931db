using System.Buffers;

namespace PSNetConcurrency.Core.Net.Faults;

/// <summary>Where bytes are held to be joined: one buffer that grows, and is handed on whole.</summary>
internal struct FaultGather
{
    private byte[]? _buffer;

    public int Length { get; private set; }

    /// <summary>Adds the bytes; the span returned is where they now are.</summary>
    public Span<byte> Add(ReadOnlySpan<byte> data)
    {
        if (_buffer is null || Length + data.Length > _buffer.Length)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(Length + data.Length, 2 * Length));
            _buffer.AsSpan(0, Length).CopyTo(larger);
            Return();
            _buffer = larger;
        }
        Span<byte> place = _buffer.AsSpan(Length, data.Length);
        data.CopyTo(place);
        Length += data.Length;
        return place;
    }

    /// <summary>Hands on what is gathered; the buffer is the caller's to return.</summary>
    public (byte[] Buffer, int Length) Take()
    {
        (byte[], int) taken = (_buffer!, Length);
        _buffer = null;
        Length = 0;
        return taken;
    }

    public void Clear()
    {
        Return();
        Length = 0;
    }

    private void Return()
    {
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
    }
}
