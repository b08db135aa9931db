using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency
{
    /// <summary>The kinds of frames.</summary>
    public enum FrameFormatKind
    {
        /// <summary>No frames: a message is what one receive happens to bring.</summary>
        None,

        /// <summary>The length of a header, the header as JSON, then the payload, whose size the header tells.</summary>
        Dictionary,

        /// <summary>The length in 1, 2, 3, 4 or 8 bytes, then the message.</summary>
        LengthField,

        /// <summary>Text that ends with LF or CR LF.</summary>
        Line,

        /// <summary>Messages that end with a mark of one or more bytes.</summary>
        Delimiter,

        /// <summary>Messages that all have the same number of bytes.</summary>
        FixedSize,

        /// <summary>Header lines, one of which is Content-Length, an empty line, then the content: the Language Server Protocol, HTTP.</summary>
        ContentLength,

        /// <summary>The length as a varint (LEB128), then the message: protobuf's delimited messages.</summary>
        Varint,

        /// <summary>The length in decimal digits, a colon, the message, a comma.</summary>
        Netstring,
    }
}

namespace PSNetConcurrency.Core.Framing
{
    /// <summary>What a frame format is made from. Null where nothing was said; an option that the kind has no use for is an error.</summary>
    internal sealed record FrameFormatOptions(FrameFormatKind Kind)
    {
        public int? LengthFieldOffset { get; init; }

        public int? LengthFieldLength { get; init; }

        public int? LengthAdjustment { get; init; }

        public int? InitialBytesToStrip { get; init; }

        public bool? LengthIncludesHeader { get; init; }

        public ByteOrder? ByteOrder { get; init; }

        public bool? Signed { get; init; }

        public int? MaximumFrameLength { get; init; }

        public bool? FailFast { get; init; }

        public int? Size { get; init; }

        public byte[]? Delimiter { get; init; }

        public IReadOnlyList<string>? SizeKey { get; init; }

        public string? NameKey { get; init; }

        public string? DigestKey { get; init; }

        public int? MaximumHeaderLength { get; init; }

        /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/></exception>
        public FrameFormat Create()
        {
            int maximum = MaximumFrameLength ?? FrameFormat.DefaultMaximum;
            if (MaximumHeaderLength is < 2)
            {
                throw new NetException(NetError.InvalidArgument, $"The maximum header length, {MaximumHeaderLength}, must be 2 or more.", MaximumHeaderLength);
            }
            if (NameKey is "" || DigestKey is "")
            {
                throw new NetException(NetError.InvalidArgument, "A key's name can't be empty.");
            }
            bool failFast = FailFast ?? true;
            FrameFormat format = Kind switch
            {
                FrameFormatKind.None => new UnframedFormat(maximum),
                FrameFormatKind.Line => new LineFormat(maximum) { FailFast = failFast },
                FrameFormatKind.Delimiter => new DelimiterFormat(Delimiter ?? throw Missing("a delimiter", "'Delimiter,\\0'"), maximum) { FailFast = failFast },
                FrameFormatKind.FixedSize => new FixedSizeFormat(Size ?? throw Missing("a size", "'FixedSize,16'"), maximum),
                FrameFormatKind.Varint => new VarintFormat(maximum) { FailFast = failFast },
                FrameFormatKind.Netstring => new NetstringFormat(maximum) { FailFast = failFast },
                FrameFormatKind.ContentLength => new ContentLengthFormat(maximum) { FailFast = failFast, MaximumHeaderLength = MaximumHeaderLength ?? ContentLengthFormat.DefaultMaximumHeader },
                FrameFormatKind.LengthField => new LengthFieldFormat(this) { FailFast = failFast },
                FrameFormatKind.Dictionary => CreateDictionary(maximum, failFast),
                _ => throw new NetException(NetError.InvalidArgument, $"{Kind} is no kind of frame.", Kind),
            };
            FrameFormatOptions used = Kind switch
            {
                FrameFormatKind.None => new(Kind),
                FrameFormatKind.Delimiter => new(Kind) { Delimiter = Delimiter, FailFast = FailFast },
                FrameFormatKind.FixedSize => new(Kind) { Size = Size },
                FrameFormatKind.ContentLength => new(Kind) { MaximumHeaderLength = MaximumHeaderLength, FailFast = FailFast },
                FrameFormatKind.LengthField => this with { Size = null, Delimiter = null, SizeKey = null, NameKey = null, DigestKey = null, MaximumHeaderLength = null },
                FrameFormatKind.Dictionary => new(Kind) { ByteOrder = ByteOrder, SizeKey = SizeKey, NameKey = NameKey, DigestKey = DigestKey, MaximumHeaderLength = MaximumHeaderLength, FailFast = FailFast },
                _ => new(Kind) { FailFast = FailFast },
            };
            return used with { MaximumFrameLength = MaximumFrameLength } == this
                ? MaximumFrameLength is null ? format : format.WithMaximum(maximum)
                : throw new NetException(NetError.InvalidArgument, $"A {Kind} format has no use for one of the options given: {string.Join(", ", Unused(used))}.", Kind);
        }

        private static NetException Missing(string what, string example) => new(NetError.InvalidArgument, $"The frame format needs {what}: {example}.");

        private DictionaryFormat CreateDictionary(int maximum, bool failFast) => new(maximum)
        {
            FailFast = failFast,
            Order = ByteOrder ?? PSNetConcurrency.ByteOrder.Little,
            SizeKeys = SizeKey ?? DictionaryFormat.DefaultSizeKeys,
            NameKey = NameKey ?? DictionaryFormat.DefaultNameKey,
            DigestKey = DigestKey,
            MaximumHeaderLength = MaximumHeaderLength ?? DictionaryFormat.DefaultMaximumHeader,
        };

        private IEnumerable<string> Unused(FrameFormatOptions used)
        {
            (string Name, object? Given, object? Used)[] all =
            [
                (nameof(LengthFieldOffset), LengthFieldOffset, used.LengthFieldOffset),
                (nameof(LengthFieldLength), LengthFieldLength, used.LengthFieldLength),
                (nameof(LengthAdjustment), LengthAdjustment, used.LengthAdjustment),
                (nameof(InitialBytesToStrip), InitialBytesToStrip, used.InitialBytesToStrip),
                (nameof(LengthIncludesHeader), LengthIncludesHeader, used.LengthIncludesHeader),
                (nameof(ByteOrder), ByteOrder, used.ByteOrder),
                (nameof(Signed), Signed, used.Signed),
                (nameof(FailFast), FailFast, used.FailFast),
                (nameof(Size), Size, used.Size),
                (nameof(Delimiter), Delimiter, used.Delimiter),
                (nameof(SizeKey), SizeKey, used.SizeKey),
                (nameof(NameKey), NameKey, used.NameKey),
                (nameof(DigestKey), DigestKey, used.DigestKey),
                (nameof(MaximumHeaderLength), MaximumHeaderLength, used.MaximumHeaderLength),
            ];
            return all.Where(o => o.Given is not null && o.Used is null).Select(o => o.Name);
        }
    }
}
