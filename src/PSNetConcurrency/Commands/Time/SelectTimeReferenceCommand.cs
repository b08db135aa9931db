using System.Management.Automation;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Time;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Time;

namespace PSNetConcurrency.Commands.Time;

/// <summary>Picks one of several time servers as the standard, at random or the best, and refuses one that lies.</summary>
/// <remarks>
/// <para>Work that is to begin on many machines at one instant takes one server's time as the standard. A random pick may be a server that is wrong: so all are asked, judged as by Measure-ClockOffset, and a pick that a majority contradicts, or that tells no usable time, is refused and another is picked. RejectedPick has them in their order, with the reasons. Without a majority it is the error NoMajority.</para>
/// <para>The output object binds to the cmdlets that ask servers, by ComputerName, Port and Protocol; Offset is how far the reference is ahead of this machine's clock, and Now its time now.</para>
/// </remarks>
/// <example>
///   <para>At random; with this seed a liar is picked first.</para>
///   <code>$servers = 1..3 | ForEach-Object { Start-TimeServer }
/// $servers += Start-TimeServer -Offset 1min -Name Liar
/// $times = $servers | Get-NetworkTime
/// $reference = $times | Select-TimeReference -Random -Seed 4
/// $reference
/// $reference.RejectedPick
/// $servers | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>The one nearest to a reference clock.</para>
///   <code>$servers = (Start-TimeServer -Stratum 3), (Start-TimeServer -Stratum 2), (Start-TimeServer -Stratum 2 -RootDispersionMilliseconds 20)
/// $servers | Select-TimeReference -Lowest Stratum
/// $servers | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.TimeReference: the server that was chosen, with what it told (Reference), the picks before it (RejectedPick) and what all say together (Measurement).</outputs>
/// <seealso cref="MeasureClockOffsetCommand"/>
[Cmdlet(VerbsCommon.Select, "TimeReference", DefaultParameterSetName = Told)]
[OutputType(typeof(TimeReference))]
public sealed class SelectTimeReferenceCommand : ClockCommand
{
    /// <summary>Picks at random.</summary>
    [Parameter]
    public SwitchParameter Random { get; set; }

    /// <summary>Repeats a random pick: the same seed and the same servers, in their order by name and port, or of what is piped in from Get-NetworkTime in its order.</summary>
    [Parameter]
    public long? Seed { get; set; }

    /// <summary>Picks the lowest Stratum first, or the lowest root Distance, which is the default.</summary>
    [Parameter]
    [ValidateSet(nameof(TimePickOrder.Stratum), nameof(TimePickOrder.Distance))]
    public TimePickOrder Lowest { get; set; } = TimePickOrder.Distance;

    protected override Task BeginAsync()
    {
        if (Random && MyInvocation.BoundParameters.ContainsKey(nameof(Lowest)))
        {
            throw new NetException(NetError.InvalidArgument, "-Random and -Lowest exclude each other.", Lowest);
        }
        return Seed is { } seed && !Random ? throw new NetException(NetError.InvalidArgument, "-Seed is for -Random.", seed) : Task.CompletedTask;
    }

    protected override void Conclude()
    {
        ClockOffset measured = Measure();
        // Answers come in any order; a seed should not pick another for that.
        IReadOnlyList<NetworkTime> times = ParameterSetName == Told ? Times : [.. Times.OrderBy(t => t.Server, StringComparer.Ordinal).ThenBy(t => t.Port)];
        WriteObject(TimeReferencePicker.Pick(times, measured, Random ? TimePickOrder.Random : Lowest, Seed ?? System.Random.Shared.NextInt64()));
    }
}
