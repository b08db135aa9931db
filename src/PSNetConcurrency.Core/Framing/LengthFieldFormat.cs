using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Framing;

/// <summary>
/// A length in 1, 2, 3, 4 or 8 bytes somewhere near the frame's beginning. The options are those of Netty's
/// LengthFieldBasedFrameDecoder; what is written is what they read: LengthFieldPrepender with the opposite adjustment.
/// </summary>
internal sealed class LengthFieldFormat : FrameFormat
{
    private readonly int _headerLength;
    private readonly long _added;
    private readonly int _strip;

    public LengthFieldFormat(FrameFormatOptions options)
        : base(options.MaximumFrameLength ?? DefaultMaximum)
    {
        LengthFieldOffset = options.LengthFieldOffset ?? 0;
        LengthFieldLength = options.LengthFieldLength ?? 4;
        LengthAdjustment = options.LengthAdjustment ?? 0;
        LengthIncludesHeader = options.LengthIncludesHeader ?? false;
        ByteOrder = options.ByteOrder ?? ByteOrder.Big;
        Signed = options.Signed ?? false;
        if (LengthFieldLength is not (1 or 2 or 3 or 4 or 8))
        {
            throw Invalid($"A length field has 1, 2, 3, 4 or 8 bytes, not {LengthFieldLength}.", LengthFieldLength);
        }
        if (LengthFieldOffset < 0)
        {
            throw Invalid($"The length field's offset, {LengthFieldOffset}, can't be negative.", LengthFieldOffset);
        }
        OnMaximumChanged();
        _headerLength = LengthFieldOffset + LengthFieldLength;
        InitialBytesToStrip = options.InitialBytesToStrip;
        _strip = InitialBytesToStrip ?? _headerLength;
        if (_strip < 0)
        {
            throw Invalid($"The bytes to strip, {_strip}, can't be negative.", _strip);
        }
        _added = LengthAdjustment + (LengthIncludesHeader ? 0L : _headerLength);
    }

    public override string Kind => "LengthField";

    public int LengthFieldOffset { get; }

    public int LengthFieldLength { get; }

    public int LengthAdjustment { get; }

    /// <summary>How many bytes of the frame are left out of the message; null for all up to the length field's end.</summary>
    public int? InitialBytesToStrip { get; }

    public bool LengthIncludesHeader { get; }

    public ByteOrder ByteOrder { get; }

    public bool Signed { get; }

    /// <summary>Whether the length comes first and counts what follows it, or the whole frame.</summary>
    internal bool IsPlain => LengthFieldOffset == 0 && LengthAdjustment == 0;

    private long Largest => LengthFieldLength == 8 ? long.MaxValue : (1L << ((8 * LengthFieldLength) - (Signed ? 1 : 0))) - 1;

    public override void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output)
    {
        // With all of the header stripped the message is what follows it, else the sender's header comes before it likewise.
        long total = (long)_headerLength + payload.Length, length = total - _added;
        if (length < 0)
        {
            throw Invalid($"The length field would be {length}: a message of {payload.Length} bytes is too short for the adjustment of {LengthAdjustment}.", payload.Length);
        }
        if (length > Largest)
        {
            throw new NetException(NetError.MessageTooLarge, $"A message of {payload.Length} bytes does not fit a length field of {LengthFieldLength} bytes.", payload.Length);
        }
        Span<byte> header = output.GetSpan(_headerLength)[.._headerLength];
        header.Clear();
        Span<byte> number = stackalloc byte[8];
        if (ByteOrder == ByteOrder.Big)
        {
            BinaryPrimitives.WriteInt64BigEndian(number, length);
            number[(8 - LengthFieldLength)..].CopyTo(header[LengthFieldOffset..]);
        }
        else
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, length);
            number[..LengthFieldLength].CopyTo(header[LengthFieldOffset..]);
        }
        output.Advance(_headerLength);
        output.Write(payload);
    }

    internal override bool TryFind(ReadOnlySpan<byte> data, ref FrameSearch search, out FrameBounds frame)
    {
        if (data.Length < _headerLength)
        {
            frame = FrameBounds.Need(_headerLength);
            return false;
        }
        // Of eight bytes a value that is no length at all wraps around here; Judge looks again.
        long length = Read(data.Slice(LengthFieldOffset, LengthFieldLength)), total = unchecked(length + _added);
        if (length < 0 || total < _headerLength || total > MaximumFrameLength || total < _strip)
        {
            frame = FrameBounds.Failed(Judge(data, length));
            return true;
        }
        if (data.Length < total)
        {
            frame = FrameBounds.Need((int)total);
            return false;
        }
        frame = new FrameBounds(_strip, (int)total - _strip, (int)total);
        return true;
    }

    internal override int PayloadStart(ReadOnlySpan<byte> data) => Math.Min(_strip, data.Length);

    protected override void AddWords(List<string> words)
    {
        words.Add($"{LengthFieldLength}");
        words.Add($"{ByteOrder}");
        Add(LengthFieldOffset != 0, $"LengthFieldOffset={LengthFieldOffset}");
        Add(LengthAdjustment != 0, $"LengthAdjustment={LengthAdjustment}");
        Add(InitialBytesToStrip is not null, $"InitialBytesToStrip={InitialBytesToStrip}");
        Add(LengthIncludesHeader, "LengthIncludesHeader");
        Add(Signed, "Signed");

        void Add(bool given, string word)
        {
            if (given)
            {
                words.Add(word);
            }
        }
    }

    private protected override void OnMaximumChanged()
    {
        if (LengthFieldOffset > MaximumFrameLength - LengthFieldLength)
        {
            throw Invalid($"The maximum frame length, {MaximumFrameLength}, is below the end of the length field itself, at {LengthFieldOffset} + {LengthFieldLength} bytes.", MaximumFrameLength);
        }
    }

    private static NetException Invalid(string message, object target) => new(NetError.InvalidArgument, message, target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Read(ReadOnlySpan<byte> field)
    {
        bool big = ByteOrder == ByteOrder.Big;
        return LengthFieldLength switch
        {
            4 => big ? BinaryPrimitives.ReadUInt32BigEndian(field) : BinaryPrimitives.ReadUInt32LittleEndian(field),
            2 => big ? BinaryPrimitives.ReadUInt16BigEndian(field) : BinaryPrimitives.ReadUInt16LittleEndian(field),
            1 => field[0],
            3 => big ? (field[0] << 16) | (field[1] << 8) | field[2] : (field[2] << 16) | (field[1] << 8) | field[0],
            _ => big ? BinaryPrimitives.ReadInt64BigEndian(field) : BinaryPrimitives.ReadInt64LittleEndian(field),
        } is long value && Signed && LengthFieldLength < 8 ? value << (64 - (8 * LengthFieldLength)) >> (64 - (8 * LengthFieldLength)) : value;
    }

    // As Netty does, a length that can't be is left out with what stands before it, and the next frame is looked for behind.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private FrameFailure Judge(ReadOnlySpan<byte> data, long length)
    {
        ReadOnlySpan<byte> field = data.Slice(LengthFieldOffset, LengthFieldLength);
        string hint = Peculiar.Length(field, data, ByteOrder, Signed);
        if (length < 0)
        {
            return Corrupted($"The length is negative: {length}.{hint}", length, _headerLength, data[.._headerLength]);
        }
        long total = length > long.MaxValue - Math.Max(0, _added) ? long.MaxValue : length + _added;
        if (total < _headerLength)
        {
            return Corrupted($"The length {length} makes a frame of {total} bytes, which is shorter than its own header of {_headerLength}.{hint}", length, _headerLength, data[.._headerLength]);
        }
        return total > MaximumFrameLength ? TooLarge(total, total, hint)
            : Corrupted($"The length {length} makes a frame of {total} bytes, of which {_strip} can't be stripped.{hint}", length, total, data[.._headerLength]);
    }
}
