using System.Management.Automation;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Framing;

namespace PSNetConcurrency.Commands.Framing;

/// <summary>Cuts bytes into the messages of their frames, however the bytes are chunked.</summary>
/// <remarks>
/// <para>What comes down the pipeline is one stream: a frame may begin in one object and end in another, or many may come in one. Each message is written as soon as its frame is whole. Strings are taken as bytes in -Encoding, streams are read to their end.</para>
/// <para>A bad frame is an error that tells what its length looks like (hexadecimal, ASCII, text, HTTP, TLS, the other byte order), and where the format can tell where the next frame begins, that is read. With -Strict the first error ends the command. Bytes at the end that are no whole frame are the error FrameTruncated, with the bytes in its Exception.Received; with -AllowTruncated they are the last message.</para>
/// <para>In a format with headers (Dictionary, ContentLength) the message is the payload, and what the header says is its property Header; of a frame that is only a header the message is the header's text.</para>
/// </remarks>
/// <example>
///   <para>Two lines that were torn into three pieces.</para>
///   <code>'on', "e`ntw", "o`n" | ConvertFrom-Frame -Format Line</code>
/// </example>
/// <example>
///   <para>Every part of a frame.</para>
///   <code>$bytes = ConvertTo-Frame 'hello' -Format Dictionary -Header @{ file_name = 'a.bin' }
/// $frame = ConvertFrom-Frame $bytes -Format Dictionary -Detailed
/// $frame
/// $frame.Header.file_name</code>
/// </example>
/// <example>
///   <para>What a bogus length is.</para>
///   <code>try { ConvertFrom-Frame 'GET / HTTP/1.1' -Format LengthField -Strict } catch { $_.Exception.Message }</code>
/// </example>
/// <inputs>System.Object: bytes, byte arrays, strings, streams.</inputs>
/// <outputs>System.String, or System.Byte[] with -AsByteStream; with -Detailed PSNetConcurrency.Frame.</outputs>
/// <seealso cref="ConvertToFrameCommand"/>
/// <seealso cref="ResolveFrameFormatCommand"/>
[Cmdlet(VerbsData.ConvertFrom, "Frame")]
[OutputType(typeof(string), typeof(byte[]), typeof(Frame))]
public sealed class ConvertFromFrameCommand : FrameCommand
{
    private const int Chunk = 64 * 1024;

    private readonly ByteRun _run = new();
    private FrameDecoder _decoder = null!;
    private long _index;
    private long _length;
    private bool _lost;

    /// <summary>The bytes: single ones, arrays, text, or a stream.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, Position = 0)]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>Ends with the first error.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <summary>Takes bytes at the end that are no whole frame as the last message, rather than as an error.</summary>
    [Parameter]
    public SwitchParameter AllowTruncated { get; set; }

    /// <summary>Returns bytes instead of text.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Returns an object with the frame's place, header, payload and text.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    protected override bool FailuresTerminate => Strict;

    protected override ProgressRecord? Progress() => ProgressOf($"{_index} frames in {_length} bytes");

    protected override Task BeginAsync()
    {
        _decoder = new FrameDecoder(Format);
        return Task.CompletedTask;
    }

    protected override async Task ProcessAsync()
    {
        object? input = InputObject is PSObject wrapped ? wrapped.BaseObject : InputObject;
        if (_run.TryAdd(input))
        {
            if (_run.Count >= Chunk)
            {
                DecodeRun();
            }
            return;
        }
        DecodeRun();
        if (input is not Stream stream)
        {
            Decode(PayloadConverter.ToBytes(input, Encoding));
            return;
        }
        byte[] buffer = new byte[Chunk];
        int count;
        while (!_lost && (count = await stream.ReadAsync(buffer, StopToken)) > 0)
        {
            Decode(buffer.AsSpan(0, count));
        }
    }

    protected override Task EndAsync()
    {
        DecodeRun();
        if (!_decoder.IsInFrame || _lost)
        {
            return Task.CompletedTask;
        }
        ReadOnlySpan<byte> rest = _decoder.Unfinished.Span;
        if (_decoder.IsLeavingOut && Format.FailFast)
        {
            // It was told when it began.
            return Task.CompletedTask;
        }
        if (AllowTruncated)
        {
            int start = Format.PayloadStart(rest);
            byte[] payload = rest[start..].ToArray();
            WriteObject(Detailed ? PayloadConverter.ToFrame(Format, null, payload, Encoding, _index, _decoder.Position, start, truncated: true)
                : AsByteStream ? payload : Encoding.GetString(payload));
            return Task.CompletedTask;
        }
        throw new NetException(NetError.FrameTruncated,
            $"The bytes end in the middle of a frame, of which there are {rest.Length}, in the error's Exception.Received; -AllowTruncated takes them as a message.", _decoder.Position, received: rest.ToArray());
    }

    private void DecodeRun()
    {
        if (_run.Count > 0)
        {
            Decode(_run.Written);
            _run.Clear();
        }
    }

    private void Decode(ReadOnlySpan<byte> input)
    {
        _length += input.Length;
        while (!_lost)
        {
            try
            {
                if (!_decoder.TryReadFrame(ref input, out FrameView frame))
                {
                    return;
                }
                Write(frame);
            }
            catch (NetException e)
            {
                _lost = _decoder.IsLost;
                ReportFailure(e);
            }
        }
    }

    private void Write(FrameView frame)
    {
        byte[]? header = Format.HasHeader ? frame.Header.ToArray() : null;
        byte[] payload = frame.Payload.ToArray();
        WriteObject(Detailed
            ? PayloadConverter.ToFrame(Format, header, payload, Encoding, _index++, frame.Offset, frame.HeaderBytes)
            : PayloadConverter.ToMessage(Format, header, payload, Encoding, AsByteStream));
    }
}
