using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Management.Automation;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;

namespace PSNetConcurrency.Commands.Framing;

/// <summary>Makes a frame format: how a stream of bytes is cut into messages.</summary>
/// <remarks>
/// <para>Every -Format and -FrameFormat takes what this returns, and most need no more than a kind's name. The object prints as the words that can be typed in its place: New-FrameFormat LengthField -LengthFieldLength 2 -ByteOrder Little is 'LengthField,2,Little', and options are added by the names of the parameters here ('LengthField,4,Big,LengthAdjustment=-4,MaximumFrameLength=65536').</para>
/// <para>The options of LengthField are those of Netty's LengthFieldBasedFrameDecoder. A frame has -LengthFieldOffset bytes, the length field, and then what the field counts; its whole length is the field's value + -LengthAdjustment + the bytes up to the field's end (without the last where -LengthIncludesHeader is given). The message is the frame without its first -InitialBytesToStrip bytes; unlike Netty's, the default leaves out all up to the end of the length field. A frame is written so that it is read back: offset bytes of zero, the field, the message; the field's value is then the message's length - -LengthAdjustment (Netty's LengthFieldPrepender calls the same adjustment by the opposite sign).</para>
/// <para>A frame above -MaximumFrameLength, which counts the whole frame with its header, is an error, and the frame after it is read as if nothing had been.</para>
/// </remarks>
/// <example>
///   <para>Two bytes of length that count themselves.</para>
///   <code>$format = New-FrameFormat LengthField -LengthFieldLength 2 -LengthIncludesHeader
/// [Convert]::ToHexString((ConvertTo-Frame 'hello' -Format $format))
/// "$format"</code>
///   <para>The frame is 000768656C6C6F; the format can be typed as LengthField,2,Big,LengthIncludesHeader.</para>
/// </example>
/// <example>
///   <para>The frames of a Python program that packs '!i' and calls the size len.</para>
///   <code>New-FrameFormat Dictionary -ByteOrder Big -SizeKey len -NameKey name</code>
/// </example>
/// <example>
///   <para>Messages that end with two zero bytes.</para>
///   <code>New-FrameFormat Delimiter -Delimiter '\0\0'</code>
/// </example>
/// <outputs>PSNetConcurrency.FrameFormat: the format. It can't be changed, and serves any number of connections.</outputs>
/// <seealso cref="ConvertToFrameCommand"/>
/// <seealso cref="ResolveFrameFormatCommand"/>
[Cmdlet(VerbsCommon.New, "FrameFormat")]
[OutputType(typeof(FrameFormat))]
public sealed class NewFrameFormatCommand : NetCmdlet
{
    /// <summary>The kind of frames.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    public FrameFormatKind Kind { get; set; }

    /// <summary>LengthField: how many bytes stand before the length field. The default is 0.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int LengthFieldOffset { get; set; }

    /// <summary>LengthField: how many bytes the length has: 1, 2, 3, 4 (the default) or 8.</summary>
    [Parameter]
    [ValidateSet("1", "2", "3", "4", "8")]
    public int LengthFieldLength { get; set; } = 4;

    /// <summary>LengthField: what to add to the field's value to get the number of bytes that follow it: negative where the value counts more, such as the header, positive where it counts less. The default is 0.</summary>
    [Parameter]
    public int LengthAdjustment { get; set; }

    /// <summary>LengthField: how many bytes at the frame's beginning are no part of the message. The default is all up to the end of the length field; 0 keeps them.</summary>
    /// <value>all up to the end of the length field</value>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int InitialBytesToStrip { get; set; }

    /// <summary>LengthField: the value counts the whole frame, with the length field and what stands before it.</summary>
    [Parameter]
    public SwitchParameter LengthIncludesHeader { get; set; }

    /// <summary>LengthField and Dictionary: which byte of the length comes first. The default is Big for LengthField, and Little for Dictionary, as Python's struct 'i' is on most machines.</summary>
    /// <value>Big for LengthField, Little for Dictionary</value>
    [Parameter]
    public ByteOrder ByteOrder { get; set; }

    /// <summary>LengthField: the value has a sign, and a negative one is an error of its own. A field of 8 bytes always has.</summary>
    [Parameter]
    [SuppressMessage("Naming", "CA1720", Justification = "The word of the field: a signed number.")]
    public SwitchParameter Signed { get; set; }

    /// <summary>The longest frame taken, in bytes, its header included. The default is 1 MiB, or what the cmdlet that uses the format says.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int MaximumFrameLength { get; set; } = FrameFormat.DefaultMaximum;

    /// <summary>Reports a frame above the maximum as soon as its length is known, and leaves its bytes out as they come. On by default; with -FailFast:$false the error comes when all of the frame has.</summary>
    /// <value>True</value>
    [Parameter]
    public SwitchParameter FailFast { get; set; } = true;

    /// <summary>FixedSize: how many bytes each message has.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int Size { get; set; }

    /// <summary>Delimiter: the mark that ends each message: text, sent as UTF-8, in which \0, \n, \r, \t, \\ and \xHH stand for bytes; or bytes, as numbers from 0 to 255.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object? Delimiter { get; set; }

    /// <summary>Dictionary: the keys that may hold the payload's size. The first that a header has counts, and the first of all is written. The default is file_size, total_size, size.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? SizeKey { get; set; }

    /// <summary>Dictionary: the key that holds a file's name. The default is file_name.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? NameKey { get; set; }

    /// <summary>Dictionary: the key that holds the payload's digest, where there is one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DigestKey { get; set; }

    /// <summary>Dictionary and ContentLength: the longest header taken, in bytes. The default is 64 KiB and 16 KiB.</summary>
    /// <value>64 KiB for Dictionary, 16 KiB for ContentLength</value>
    [Parameter]
    [ValidateRange(2, int.MaxValue)]
    public int MaximumHeaderLength { get; set; }

    protected override bool FailuresTerminate => true;

    protected override Task EndAsync()
    {
        WriteObject(new FrameFormatOptions(Kind)
        {
            LengthFieldOffset = Given(nameof(LengthFieldOffset), LengthFieldOffset),
            LengthFieldLength = Given(nameof(LengthFieldLength), LengthFieldLength),
            LengthAdjustment = Given(nameof(LengthAdjustment), LengthAdjustment),
            InitialBytesToStrip = Given(nameof(InitialBytesToStrip), InitialBytesToStrip),
            LengthIncludesHeader = Given(nameof(LengthIncludesHeader), LengthIncludesHeader.IsPresent),
            ByteOrder = Given(nameof(ByteOrder), ByteOrder),
            Signed = Given(nameof(Signed), Signed.IsPresent),
            MaximumFrameLength = Given(nameof(MaximumFrameLength), MaximumFrameLength),
            FailFast = Given(nameof(FailFast), FailFast.IsPresent),
            Size = Given(nameof(Size), Size),
            Delimiter = DelimiterBytes(),
            SizeKey = SizeKey,
            NameKey = NameKey,
            DigestKey = DigestKey,
            MaximumHeaderLength = Given(nameof(MaximumHeaderLength), MaximumHeaderLength),
        }.Create());
        return Task.CompletedTask;
    }

    private T? Given<T>(string name, T value)
        where T : struct => MyInvocation.BoundParameters.ContainsKey(name) ? value : null;

    private byte[]? DelimiterBytes() => Unwrap(Delimiter) switch
    {
        null => null,
        string text => ByteEscapes.Unescape(text),
        char character => ByteEscapes.Unescape(character.ToString()),
        object value when ByteNumbers.TryByte(value, out byte single) => [single],
        IEnumerable values when ByteNumbers.Of(values.Cast<object?>().Select(Unwrap)) is { Length: > 0 } bytes => bytes,
        _ => throw new NetException(NetError.InvalidArgument, "The delimiter is neither text nor bytes, which are numbers from 0 to 255.", Delimiter),
    };

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
