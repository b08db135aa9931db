using System.Management.Automation;
using PSNetConcurrency.Core.Net.Measure;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Framing;

namespace PSNetConcurrency.Commands.Tcp;

/// <summary>Shows on a real connection how TCP glues messages together and splits them, and that frames survive it.</summary>
/// <remarks>
/// <para>Opens a loopback connection, sends the messages one by one without any frame, and notes how many bytes each receive brings. IsSticky tells that some receive brought bytes of more than one message, IsSplit that some message came over several receives. Both are computed from the bytes received, whose content is compared too. Then the same messages are sent again in frames and cut by them.</para>
/// <para>With -IntervalMilliseconds 0, the default, the receiver begins when everything is sent, or when the system takes no more: it plays a program that was busy while a burst came in, so two messages that fit the receive buffer are always glued. With an interval it receives as the messages come. Neither is an error: TCP promises the bytes and their order, and nothing about where one send ends.</para>
/// </remarks>
/// <example>
///   <para>Ten messages in a burst arrive as one; in frames they are ten again.</para>
///   <code>Measure-StickyPacket</code>
/// </example>
/// <example>
///   <para>A receive buffer smaller than a message splits each, and lines put it together.</para>
///   <code>Measure-StickyPacket -MessageSize 100 -ReceiveBufferSize 32 -FrameFormat Line</code>
/// </example>
/// <example>
///   <para>A pause between the messages hides the problem rather than solves it.</para>
///   <code>$result = Measure-StickyPacket -MessageCount 5 -IntervalMilliseconds 20 -NoDelay
/// $result.Chunks</code>
/// </example>
/// <outputs>PSNetConcurrency.StickyPacketResult</outputs>
[Cmdlet(VerbsDiagnostic.Measure, "StickyPacket")]
[OutputType(typeof(StickyPacketResult))]
public sealed class MeasureStickyPacketCommand : NetCmdlet
{
    private volatile int _percent;

    /// <summary>How many messages to send. The default is 10.</summary>
    [Parameter(Position = 0)]
    [ValidateRange(1, 100_000)]
    public int MessageCount { get; set; } = 10;

    /// <summary>The bytes of a message. The default is 64.</summary>
    [Parameter(Position = 1)]
    [ValidateRange(1, 1024 * 1024)]
    public int MessageSize { get; set; } = 64;

    /// <summary>The pause between two messages. The default is 0: a burst.</summary>
    [Parameter]
    [ValidateRange(0, 60_000)]
    public int IntervalMilliseconds { get; set; }

    /// <summary>Turns Nagle's algorithm off at the sender (TCP_NODELAY), so that no small message waits for the one before to be acknowledged.</summary>
    [Parameter]
    public SwitchParameter NoDelay { get; set; }

    /// <summary>How many bytes the receiver asks for at a time. The default is 4096.</summary>
    [Parameter]
    [ValidateRange(1, 16 * 1024 * 1024)]
    public int ReceiveBufferSize { get; set; } = 4096;

    /// <summary>The frames of the second run: LengthField (the default), any other kind by its name, with options such as 'LengthField,2,Little' or 'FixedSize,64', or what New-FrameFormat returned. With None there are no frames, and the messages are lost again.</summary>
    [Parameter]
    [FrameFormatTransform]
    [ArgumentCompleter(typeof(FrameFormatCompleter))]
    public FrameFormat FrameFormat { get; set; } = FrameFormat.Parse("LengthField");

    protected override bool FailuresTerminate => true;

    protected override async Task EndAsync() => WriteObject(await StickyPacket.RunAsync(new StickyPacketOptions
    {
        MessageCount = MessageCount,
        MessageSize = MessageSize,
        Interval = TimeSpan.FromMilliseconds(IntervalMilliseconds),
        NoDelay = NoDelay,
        ReceiveBufferSize = ReceiveBufferSize,
        FrameFormat = FrameFormat,
    }, (arrived, total) => _percent = (int)(100 * arrived / total), StopToken));

    protected override ProgressRecord? Progress() => ProgressOf($"{MessageCount} messages, without frames and then with them", _percent);
}
