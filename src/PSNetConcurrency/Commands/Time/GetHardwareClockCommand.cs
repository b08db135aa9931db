using System.Management.Automation;
using PSNetConcurrency.Core.Time;
using PSNetConcurrency.Infrastructure;

namespace PSNetConcurrency.Commands.Time;

/// <summary>Reads the battery-backed clock of this machine, and compares it with the system's clock and with time servers.</summary>
/// <remarks>
/// <para>The hardware clock (RTC) runs while the machine is off, and the system sets its own clock from it when it starts. It counts whole seconds. On Linux it is read by /sys/class/rtc, which takes no rights; of several the one that the system is set from is read, and /etc/adjtime tells whether it keeps UTC or local time.</para>
/// <para>Windows and macOS let no program read it, and containers and many virtual machines have none: there it is the error NotSupportedHere, which says so.</para>
/// </remarks>
/// <example>
///   <para>What it shows, and how far it is ahead of the system's clock; where there is one.</para>
///   <code>try { Get-HardwareClock -Compare } catch { "$_" }</code>
/// </example>
/// <inputs>None.</inputs>
/// <outputs>PSNetConcurrency.HardwareClock: the time, and the differences that were asked for.</outputs>
/// <seealso cref="MeasureClockOffsetCommand"/>
[Cmdlet(VerbsCommon.Get, "HardwareClock")]
[OutputType(typeof(HardwareClock))]
public sealed class GetHardwareClockCommand : NetCmdlet
{
    /// <summary>Compares it with the system's clock (SystemDifference), which takes up to a second: the moment is awaited in which its next second begins.</summary>
    [Parameter]
    public SwitchParameter Compare { get; set; }

    /// <summary>Time servers to compare it with too (NetworkDifference), judged as by Measure-ClockOffset.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [Alias("HostName", "Cn")]
    public string[] ComputerName { get; set; } = [];

    /// <summary>The port of the time servers. The default is 123.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Port { get; set; } = NtpPacket.StandardPort;

    protected override bool FailuresTerminate => true;

    protected override ProgressRecord? Progress() => ProgressOf("The hardware clock's next second is awaited");

    protected override async Task EndAsync()
    {
        HardwareClock clock = await new HardwareClockReader().ReadAsync(Compare || ComputerName.Length > 0, StopToken);
        if (ComputerName.Length > 0)
        {
            NetworkTime[] times = await Task.WhenAll(ComputerName.Select(server => NetworkTimeClient.QueryAsync(new TimeQuery { Server = server, Port = Port }, StopToken)));
            ClockOffset measured = ClockSelection.Select(times, ClockAlgorithm.Rfc5905, 1);
            clock = clock with { Measurement = measured, NetworkDifference = clock.SystemDifference - measured.Offset };
        }
        WriteObject(clock);
    }
}
