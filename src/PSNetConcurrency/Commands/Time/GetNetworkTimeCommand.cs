using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Time;

namespace PSNetConcurrency.Commands.Time;

/// <summary>Asks time servers for the time, and tells how far this machine's clock is off by theirs; this clock is not set.</summary>
/// <remarks>
/// <para>Speaks NTP version 4 as a simple client (SNTP, RFC 5905), and the older Time (RFC 868) and Daytime (RFC 867), which tell whole seconds, over UDP or TCP. Servers are asked at the same time, under -ThrottleLimit, and written as they answer. Offset is how far the server's clock is ahead, Delay how long the packets took, and RootDistance how wrong the offset can be if the server tells the truth: the true offset is in Interval.</para>
/// <para>A server that does not answer, or not as it should, is an object and no error: IsUsable is false, Time and Offset are empty, and Problem says why. Each problem is a word that never changes, a colon, and what happened:</para>
/// <list type="bullet">
///   <item>NameNotResolved, Refused, Unreachable, NoReply: it was not reached.</item>
///   <item>Malformed, WrongMode, WrongVersion: what answers there is no time server.</item>
///   <item>OriginMismatch: only datagrams came that do not repeat the number in the request. They are forged, replayed or late. Where the server's own answer came too, it counts, and Discarded tells of the others.</item>
///   <item>KissOfDeath: the server wants to be left in peace, or has no time (KissCode). DENY, RSTR and RATE are obeyed: no more requests are sent.</item>
///   <item>Unsynchronized, BadStratum, BadTimestamp, ImpossibleDelay, RootDistance: the server says itself that its time can't be used, contradicts itself, or may be wrong by more than 1.5 seconds.</item>
///   <item>LocalClockStepped: this machine's clock was set meanwhile. NoTimeZone: a Daytime server does not say of which zone its text is.</item>
/// </list>
/// <para>A request tells nothing of this machine: in place of the time it carries a random number. Each has a port of its own, and the system drops what others than the server send to it. The time of the answer's arrival is the kernel's on Linux. The 32 bits of seconds begin again in 2036: of all times that they may mean the one nearest to this machine's clock is taken, up to 68 years away.</para>
/// </remarks>
/// <example>
///   <para>The time of a server, here one of this module whose clock is two seconds ahead.</para>
///   <code>$server = Start-TimeServer -Offset 2s
/// $server | Get-NetworkTime
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Several at once; what is wrong with those that are not usable.</para>
///   <code>$servers = (Start-TimeServer -Stratum 1 -ReferenceId GPS), (Start-TimeServer -KissCode RATE), (Start-TimeServer -LeapIndicator Unsynchronized)
/// $times = $servers | Get-NetworkTime -Count 4
/// $times
/// $times.Where{ -not $_.IsUsable }.Problem
/// $servers | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>The older protocols, over UDP and TCP.</para>
///   <code>$servers = Start-TimeServer -Protocol Time, Daytime
/// $servers | Get-NetworkTime
/// $servers | Stop-NetListener</code>
/// </example>
/// <outputs>PSNetConcurrency.NetworkTime: one for each server, when it has answered or is given up.</outputs>
/// <seealso cref="MeasureClockOffsetCommand"/>
/// <seealso cref="StartTimeServerCommand"/>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc5905">RFC 5905, Network Time Protocol Version 4</seealso>
[Cmdlet(VerbsCommon.Get, "NetworkTime", DefaultParameterSetName = Query)]
[OutputType(typeof(NetworkTime))]
public sealed class GetNetworkTimeCommand : TimeQueryCommand
{
    protected override void Take(NetworkTime time) => WriteObject(time);
}
