using System.Buffers;
using System.Management.Automation;

namespace PSNetConcurrency.Infrastructure.Framing;

/// <summary>Gathers the bytes that PowerShell makes of a byte array on its way down the pipeline.</summary>
internal sealed class ByteRun
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public int Count => _bytes.WrittenCount;

    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    /// <summary>Adds the value if it is a byte.</summary>
    public bool TryAdd(object? value)
    {
        if ((value is PSObject wrapped ? wrapped.BaseObject : value) is not byte single)
        {
            return false;
        }
        _bytes.GetSpan(1)[0] = single;
        _bytes.Advance(1);
        return true;
    }

    /// <summary>The bytes gathered, which are then forgotten; null for none.</summary>
    public byte[]? Take()
    {
        if (Count == 0)
        {
            return null;
        }
        byte[] bytes = _bytes.WrittenSpan.ToArray();
        _bytes.ResetWrittenCount();
        return bytes;
    }

    public void Clear() => _bytes.ResetWrittenCount();
}
