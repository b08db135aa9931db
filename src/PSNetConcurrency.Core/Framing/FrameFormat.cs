using System.Buffers;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency;

/// <summary>How a stream of bytes is cut into messages. Immutable: one may serve any number of connections.</summary>
public abstract class FrameFormat
{
    /// <summary>The longest frame taken where nothing else is said, in bytes: 1 MiB.</summary>
    public const int DefaultMaximum = 1024 * 1024;

    /// <summary>No frames: a message is what one receive happens to bring.</summary>
    public static FrameFormat None { get; } = new UnframedFormat(DefaultMaximum);

    /// <summary>Lines that end with LF or CR LF.</summary>
    public static FrameFormat Line { get; } = new LineFormat(DefaultMaximum);

    protected FrameFormat(int maximumFrameLength) => MaximumFrameLength = maximumFrameLength > 0
        ? maximumFrameLength
        : throw new NetException(NetError.InvalidArgument, $"The maximum frame length, {maximumFrameLength}, must be above 0.", maximumFrameLength);

    /// <summary>The kind's name, as a user types it.</summary>
    public abstract string Kind { get; }

    /// <summary>Whether it is <see cref="None"/>, whatever its limit.</summary>
    internal bool IsUnframed => this is UnframedFormat;

    /// <summary>The longest frame taken, in bytes, its header included.</summary>
    public int MaximumFrameLength { get; }

    /// <summary>
    /// Reads the format from its name, with options where it has some: <c>None</c>, <c>Line</c>, <c>LengthField</c>,
    /// <c>LengthField,2,Little</c> (bytes of the field, byte order), <c>FixedSize,16</c>, <c>Delimiter,\0</c>.
    /// </summary>
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>: there is no such format.</exception>
    public static FrameFormat Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return FrameFormatParser.Parse(text, DefaultMaximum);
    }

    /// <summary>Messages that end with these bytes.</summary>
    public static FrameFormat FromDelimiter(byte[] delimiter) => new DelimiterFormat([.. delimiter], DefaultMaximum);

    /// <summary>The same format with another limit.</summary>
    public abstract FrameFormat WithMaximum(int maximumFrameLength);

    /// <summary>The format as <see cref="Parse"/> reads it; the limit is not part of it.</summary>
    public override string ToString() => Kind;

    /// <summary>Writes one message as a frame.</summary>
    /// <exception cref="NetException">The payload can't be a frame of this format.</exception>
    public abstract void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output);

    /// <summary>
    /// Looks for a whole frame at the start of <paramref name="data"/>. <paramref name="searched"/> is 0 for a new frame, and
    /// is kept between calls for the same one, so that no byte is searched twice.
    /// </summary>
    /// <exception cref="NetException"><see cref="NetError.MessageTooLarge"/> or <see cref="NetError.FrameCorrupted"/>.</exception>
    internal abstract bool TryFind(ReadOnlySpan<byte> data, ref int searched, out FrameBounds frame);

    protected NetException TooLarge(long length) => new(NetError.MessageTooLarge,
        $"A frame of {length} bytes is above the limit of {MaximumFrameLength}. Raise the limit if such frames are meant to come.", length);
}

/// <summary>Where a frame's payload stands, and how many bytes the frame takes in all.</summary>
internal readonly record struct FrameBounds(int PayloadOffset, int PayloadLength, int Consumed);
