using System.Buffers;
using System.Collections;
using System.Collections.Specialized;
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

    private protected FrameFormat(int maximumFrameLength) => MaximumFrameLength = CheckedMaximum(maximumFrameLength);

    /// <summary>The kind's name, as a user types it.</summary>
    public abstract string Kind { get; }

    /// <summary>The longest frame taken, in bytes, its header included.</summary>
    public int MaximumFrameLength { get; private set; }

    /// <summary>Whether a frame above the maximum is an error as soon as its length is known; else when all of it has come. Either way the next frame is read.</summary>
    public bool FailFast { get; init; } = true;

    /// <summary>Whether it is <see cref="None"/>, whatever its limit.</summary>
    internal bool IsUnframed => this is UnframedFormat;

    /// <summary>Whether frames have a header of names and values.</summary>
    internal virtual bool HasHeader => false;

    /// <summary>Whether the limit was asked for, rather than the default.</summary>
    internal bool IsMaximumGiven { get; private set; }

    /// <summary>
    /// Reads the format from its name, with options where it has some: <c>None</c>, <c>Line</c>, <c>LengthField</c>,
    /// <c>LengthField,2,Little</c> (bytes of the field, byte order), <c>FixedSize,16</c>, <c>Delimiter,\0</c>,
    /// <c>Dictionary,Big,SizeKey=len</c>. What <see cref="ToString"/> gives is such a text.
    /// </summary>
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>: there is no such format.</exception>
    public static FrameFormat Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return FrameFormatParser.Parse(text);
    }

    /// <summary>Messages that end with these bytes.</summary>
    public static FrameFormat FromDelimiter(byte[] delimiter) => new DelimiterFormat([.. delimiter], DefaultMaximum);

    /// <summary>The same format with another limit.</summary>
    public FrameFormat WithMaximum(int maximumFrameLength)
    {
        FrameFormat copy = WithDefaultMaximum(maximumFrameLength, evenIfGiven: true);
        copy.IsMaximumGiven = true;
        return copy;
    }

    /// <summary>The same format with this limit where it has none of its own.</summary>
    internal FrameFormat WithDefaultMaximum(int maximumFrameLength, bool evenIfGiven = false)
    {
        if (IsMaximumGiven && !evenIfGiven)
        {
            return this;
        }
        FrameFormat copy = (FrameFormat)MemberwiseClone();
        copy.MaximumFrameLength = CheckedMaximum(maximumFrameLength);
        copy.OnMaximumChanged();
        return copy;
    }

    /// <summary>The format as <see cref="Parse"/> reads it.</summary>
    public sealed override string ToString()
    {
        List<string> words = [Kind];
        AddWords(words);
        if (IsMaximumGiven)
        {
            words.Add($"MaximumFrameLength={MaximumFrameLength}");
        }
        if (!FailFast)
        {
            words.Add("FailFast=False");
        }
        return string.Join(',', words);
    }

    /// <summary>Writes one message as a frame.</summary>
    /// <exception cref="NetException">The payload can't be a frame of this format.</exception>
    public abstract void Encode(ReadOnlySpan<byte> payload, IBufferWriter<byte> output);

    /// <summary>Writes one message with a header, or only a header, as a frame.</summary>
    /// <param name="header">Names and values; null for none.</param>
    /// <param name="payload">The payload; null for none at all, which some formats tell from an empty one.</param>
    /// <param name="output">Where to.</param>
    /// <exception cref="NetException">The format has no such header, or they can't be a frame of it.</exception>
    internal virtual void Encode(IDictionary? header, byte[]? payload, IBufferWriter<byte> output)
    {
        if (header is not null)
        {
            throw new NetException(NetError.InvalidArgument, $"A frame of the format {Kind} has no header of names and values: Dictionary and ContentLength have.", Kind);
        }
        Encode(payload ?? [], output);
    }

    /// <summary>The names and values of a header's content; null where the format has none.</summary>
    /// <exception cref="NetException"><see cref="NetError.FrameCorrupted"/></exception>
    internal virtual OrderedDictionary? ReadHeader(ReadOnlySpan<byte> header) => null;

    /// <summary>Whether a frame with this header is the header alone, so that the header is the message.</summary>
    internal virtual bool IsHeaderOnly(ReadOnlySpan<byte> header) => false;

    /// <summary>
    /// Looks for a whole frame at the start of <paramref name="data"/>, which is not empty. True: there is one, or bytes that
    /// are none (its Failure). <paramref name="search"/> is kept between calls for the same frame.
    /// </summary>
    internal abstract bool TryFind(ReadOnlySpan<byte> data, ref FrameSearch search, out FrameBounds frame);

    /// <summary>Where a format has end marks: the bytes up to and with the next one, or what can't be part of one.</summary>
    internal virtual int SkipMark(ReadOnlySpan<byte> data, out bool found)
    {
        found = true;
        return data.Length;
    }

    /// <summary>Where the payload begins in a frame that is not complete; how far the bytes reach where its header is not complete either.</summary>
    internal virtual int PayloadStart(ReadOnlySpan<byte> data) => 0;

    /// <summary>The options, as words.</summary>
    protected virtual void AddWords(List<string> words)
    {
    }

    /// <summary>The limit; it must fit the options.</summary>
    private protected virtual void OnMaximumChanged()
    {
    }

    private protected void RaiseMaximum(int least) => MaximumFrameLength = Math.Max(MaximumFrameLength, least);

    /// <summary>A frame that is above the limit, with the words on its bogus length where there are some.</summary>
    private protected FrameFailure TooLarge(long length, long skip, string hint = "") => new(new NetException(NetError.MessageTooLarge,
        $"A frame of {length} bytes is above the limit of {MaximumFrameLength}. Raise the limit if such frames are meant to come.{hint}", length), skip, IsOversized: true);

    private protected static FrameFailure Corrupted(string message, object? target, long skip = FrameFailure.Lost, ReadOnlySpan<byte> received = default) =>
        new(new NetException(NetError.FrameCorrupted, message, target, received: received.ToArray()), skip);

    private static int CheckedMaximum(int maximum) => maximum > 0 ? maximum
        : throw new NetException(NetError.InvalidArgument, $"The maximum frame length, {maximum}, must be above 0.", maximum);
}
