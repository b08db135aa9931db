using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Time;

namespace PSNetConcurrency.Commands.Time;

/// <summary>Measures how far this machine's clock is off by the word of several time servers, and names those that lie.</summary>
/// <remarks>
/// <para>Each server's offset and root distance are an interval in which the true offset lies, if the server tells the truth. Where the intervals of a majority have points in common, the offset is found there; a server whose interval has none in common with it is a falseticker, and listed with the interval that convicts it. Without a majority nothing is known: that is the error NoMajority, never a guess. Fewer than -MinimumSource are the error NotEnoughSources.</para>
/// <list type="bullet">
///   <item>Rfc5905: the selection of NTP (A.5.5.1), which also wants no more middles of intervals outside the common part than there are falsetickers; then outliers are taken away until three are left or they differ no more than the servers do in themselves (A.5.5.2, Outlier); the offset is the mean of the rest, weighed by the inverse of their distances. Two servers of very different distance may be no majority by it.</item>
///   <item>Marzullo: the smallest interval that the most servers' intervals have in common; the offset is its middle.</item>
///   <item>Median: the median of the offsets, if the intervals of a majority contain it.</item>
/// </list>
/// <para>A server named twice, or by two names of one address, has one voice. Servers that tell no usable time have none, and are listed as Unusable.</para>
/// </remarks>
/// <example>
///   <para>Four servers, one of which is five seconds ahead.</para>
///   <code>$servers = 1..3 | ForEach-Object { Start-TimeServer }
/// $servers += Start-TimeServer -Offset 5s -Name Liar
/// $clock = $servers | Measure-ClockOffset -MinimumSource 3
/// $clock
/// $clock.Falseticker
/// $servers | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Two servers that contradict each other are no majority.</para>
///   <code>$servers = (Start-TimeServer), (Start-TimeServer -Offset 1h)
/// try { $servers | Measure-ClockOffset } catch { "$_" }
/// $servers | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>What was told once, judged in several ways.</para>
///   <code>$servers = 1..5 | ForEach-Object { Start-TimeServer -JitterMilliseconds 1 -RootDispersionMilliseconds 2 }
/// $times = $servers | Get-NetworkTime
/// $times | Measure-ClockOffset
/// $times | Measure-ClockOffset -Algorithm Marzullo
/// $times | Measure-ClockOffset -Algorithm Median
/// $servers | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.ClockOffset: one for all the servers.</outputs>
/// <seealso cref="GetNetworkTimeCommand"/>
/// <seealso cref="TestClockOffsetCommand"/>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc5905">RFC 5905, Network Time Protocol Version 4</seealso>
[Cmdlet(VerbsDiagnostic.Measure, "ClockOffset", DefaultParameterSetName = Told)]
[OutputType(typeof(ClockOffset))]
public sealed class MeasureClockOffsetCommand : ClockCommand
{
    protected override void Conclude() => WriteObject(Measure());
}
