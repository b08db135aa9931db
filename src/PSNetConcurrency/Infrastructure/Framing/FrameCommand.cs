using System.Management.Automation;
using System.Text;

namespace PSNetConcurrency.Infrastructure.Framing;

/// <summary>The base of the cmdlets that make frames of messages, and messages of frames.</summary>
public abstract class FrameCommand : NetCmdlet
{
    /// <summary>The format of the frames: Line, LengthField, Dictionary, 'Delimiter,\0', 'FixedSize,16', ContentLength, Varint, Netstring, any of them with options ('LengthField,2,Little'), or what New-FrameFormat or Resolve-FrameFormat returned. The default is LengthField: four bytes of length, big-endian.</summary>
    [Parameter(Position = 1)]
    [FrameFormatTransform]
    [ArgumentCompleter(typeof(FrameFormatCompleter))]
    [Alias("FrameFormat")]
    [ValidateNotNull]
    public FrameFormat Format { get; set; } = FrameFormat.Parse("LengthField");

    /// <summary>The encoding of text: a name or a code page's number. The default is utf8NoBOM.</summary>
    [Parameter]
    [EncodingTransform]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    public Encoding Encoding { get; set; } = new UTF8Encoding(false);
}
