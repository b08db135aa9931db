using System.Buffers;
using System.Collections;
using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Framing;

namespace PSNetConcurrency.Commands.Framing;

/// <summary>Makes a frame of each message: the bytes that tell a receiver where the message ends.</summary>
/// <remarks>
/// <para>Each object from the pipeline is a message, and comes out as one byte array; a run of bytes, such as PowerShell makes of a byte array, is one message. Send-Frame sends frames over TCP at once.</para>
/// <para>In a format with headers (Dictionary, ContentLength) -Header gives the header's names and values, and the payload's size is added where the header lacks it. A dictionary as the message is a frame that is only a header; a frame of ConvertFrom-Frame -Detailed keeps its header. A message that can't be a frame of the format (a line break in a line, a delimiter in a message that it ends) is an error.</para>
/// </remarks>
/// <example>
///   <para>The course's frame: the header's length, the header, the payload.</para>
///   <code>$bytes = ConvertTo-Frame 'hello' -Format Dictionary -Header ([ordered]@{ file_name = 'a.bin' })
/// [Text.Encoding]::UTF8.GetString($bytes, 4, $bytes.Length - 4)</code>
///   <para>{"file_name":"a.bin","file_size":5}hello</para>
/// </example>
/// <example>
///   <para>There and back.</para>
///   <code>'one', 'two' | ConvertTo-Frame -Format Netstring | ConvertFrom-Frame -Format Netstring</code>
/// </example>
/// <inputs>System.Object: the messages: strings, bytes, dictionaries, frames.</inputs>
/// <outputs>System.Byte[]: a frame for each message.</outputs>
/// <seealso cref="ConvertFromFrameCommand"/>
/// <seealso cref="SendFrameCommand"/>
[Cmdlet(VerbsData.ConvertTo, "Frame")]
[OutputType(typeof(byte[]))]
public sealed class ConvertToFrameCommand : FrameCommand
{
    private readonly ByteRun _run = new();

    /// <summary>The message: a string in -Encoding, bytes as they are, in a format with headers a dictionary for a header alone.</summary>
    [Parameter(ValueFromPipeline = true, Position = 0)]
    [AllowEmptyString]
    [AllowEmptyCollection]
    [AllowNull]
    public object? InputObject { get; set; }

    /// <summary>The names and values of the header, in a format that has one (Dictionary, ContentLength). The payload's size is added to it. Without a message the frame is the header alone.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Header { get; set; }

    protected override Task ProcessAsync()
    {
        bool given = MyInvocation.BoundParameters.ContainsKey(nameof(InputObject));
        if (given && MyInvocation.ExpectingInput && _run.TryAdd(InputObject))
        {
            return Task.CompletedTask;
        }
        EndRun();
        if (given || Header is not null)
        {
            Write(InputObject);
        }
        return Task.CompletedTask;
    }

    protected override Task EndAsync()
    {
        EndRun();
        return Task.CompletedTask;
    }

    private void EndRun()
    {
        if (_run.Take() is { } bytes)
        {
            try
            {
                Write(bytes);
            }
            catch (NetException e)
            {
                // What comes after the run is a message of its own.
                ReportFailure(e);
            }
        }
    }

    private void Write(object? message)
    {
        FrameContent content = PayloadConverter.ToContent(Format, message, Header, Encoding);
        ArrayBufferWriter<byte> frame = new((content.Payload?.Length ?? 0) + 16);
        Format.Encode(content.Header, content.Payload, frame);
        WriteObject(frame.WrittenSpan.ToArray());
    }
}
