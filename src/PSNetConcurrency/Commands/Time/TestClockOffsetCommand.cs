using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Time;

namespace PSNetConcurrency.Commands.Time;

/// <summary>Tests whether this machine's clock is within a limit, according to time servers.</summary>
/// <remarks>
/// <para>Measures as Measure-ClockOffset does. IsWithin is true where the offset is known and no larger than -MaximumOffset, in either direction; IsCertain is true where that holds whatever the true offset in the measured interval is. Where no majority agrees, or too few servers answer, IsWithin is false and Problem says why; that is no error.</para>
/// </remarks>
/// <example>
///   <para>This clock against itself, to a tenth of a second.</para>
///   <code>$servers = 1..3 | ForEach-Object { Start-TimeServer }
/// $servers | Test-ClockOffset -MaximumOffset 100ms
/// $servers | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Yes or no, for a script.</para>
///   <code>$server = Start-TimeServer -Offset 3s
/// if ($server | Test-ClockOffset -MaximumOffset 1s -Quiet) { 'The clock is right.' } else { 'The clock is wrong.' }
/// $server | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.ClockTest; with -Quiet System.Boolean.</outputs>
/// <seealso cref="MeasureClockOffsetCommand"/>
[Cmdlet(VerbsDiagnostic.Test, "ClockOffset", DefaultParameterSetName = Told)]
[OutputType(typeof(ClockTest), typeof(bool))]
public sealed class TestClockOffsetCommand : ClockCommand
{
    /// <summary>How far the clock may be off: seconds, or a word such as 50ms, or a TimeSpan.</summary>
    [Parameter(Mandatory = true)]
    [DurationTransform]
    public TimeSpan MaximumOffset { get; set; }

    /// <summary>Returns only True or False.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    protected override Task BeginAsync() => MaximumOffset < TimeSpan.Zero
        ? throw new NetException(NetError.InvalidArgument, $"-MaximumOffset is {MaximumOffset}: it counts in both directions, and is not below 0.", MaximumOffset)
        : Task.CompletedTask;

    protected override void Conclude()
    {
        ClockTest test = new() { MaximumOffset = MaximumOffset };
        try
        {
            test = test with { Measurement = Measure() };
        }
        catch (NetException e) when (e.Error is NetError.NoMajority or NetError.NotEnoughSources)
        {
            test = test with { Problem = $"{e.Error}: {e.Message}" };
        }
        WriteObject(Quiet ? test.IsWithin : test);
    }
}
