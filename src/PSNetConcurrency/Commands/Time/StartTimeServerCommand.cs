using System.Management.Automation;
using System.Net;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Time;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Listeners;

namespace PSNetConcurrency.Commands.Time;

/// <summary>Starts a time server: NTP, Time or Daytime, that tells this machine's time, or lies in the way it is told to.</summary>
/// <remarks>
/// <para>The server runs in the background, in this process, until Stop-NetListener, the end of the session or the removal of the module. It listens on loopback unless -LocalAddress or -AnyAddress says otherwise. Ntp is version 4 (RFC 5905) and answers clients of versions 1 to 4, over UDP; Time (RFC 868) and Daytime (RFC 867) serve UDP and TCP, as two listeners on one port. -Protocol All starts all of them, a port for each protocol.</para>
/// <para>What it tells is this machine's clock, which it neither sets nor knows to be right: so it says by default that it is of stratum 10 and has its time from itself (127.127.1.1), as servers do that follow their own clock. On Linux the time of a request's arrival is the kernel's, so that requests that wait for others are not told a later one.</para>
/// <para>For tests of clients it lies to order: a clock that is off (-Offset), or unsteady (-JitterMilliseconds), another stratum, no synchronization (-LeapIndicator Unsynchronized), a kiss of death in place of the time (-KissCode), requests that are lost (-DropRate). -Seed repeats the random ones.</para>
/// <para>An NTP answer is 48 bytes and never longer than its request, and only what a client sends (mode 3) is answered: nobody's attack grows here, and no two servers answer each other. What is dropped for that is counted as RefusedCount.</para>
/// </remarks>
/// <example>
///   <para>A server, and what a client makes of it.</para>
///   <code>$server = Start-TimeServer -Stratum 1 -ReferenceId GPS
/// $server
/// $server | Get-NetworkTime
/// $server | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>Servers that lie, for the tests of a client.</para>
///   <code>$liars = (Start-TimeServer -Offset 1h), (Start-TimeServer -KissCode DENY), (Start-TimeServer -DropRate 0.5 -Seed 1), (Start-TimeServer -Stratum 16)
/// $liars | Get-NetworkTime -Count 4 -TimeoutSeconds 0.2 | ForEach-Object { "$_" }
/// $liars | Stop-NetListener</code>
/// </example>
/// <example>
///   <para>All protocols.</para>
///   <code>$all = Start-TimeServer -Protocol All -Name Clock
/// $all
/// Get-NetListener -Name Clock | Stop-NetListener</code>
/// </example>
/// <inputs>None.</inputs>
/// <outputs>PSNetConcurrency.NetListener: the running server; for Time and Daytime two, over UDP and TCP. They pipe into Get-NetworkTime and its kin, which take address, port, protocol and transport from them.</outputs>
/// <seealso cref="GetNetworkTimeCommand"/>
/// <seealso href="https://www.rfc-editor.org/rfc/rfc5905">RFC 5905, Network Time Protocol Version 4</seealso>
[Cmdlet(VerbsLifecycle.Start, "TimeServer")]
[OutputType(typeof(NetListener))]
public sealed class StartTimeServerCommand : ListenerCommand
{
    /// <summary>Ntp (the default), Time, Daytime, several of them, or All.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    [ValidateSet(nameof(TimeServiceKind.Ntp), nameof(TimeServiceKind.Time), nameof(TimeServiceKind.Daytime), Choices.All)]
    public string[] Protocol { get; set; } = [nameof(TimeServiceKind.Ntp)];

    /// <summary>How far the server's clock is ahead of this machine's: seconds, a word such as 250ms or -2h, or a TimeSpan; up to 68 years.</summary>
    [Parameter]
    [DurationTransform]
    public TimeSpan Offset { get; set; }

    /// <summary>By how many milliseconds at most each answer is off in addition to -Offset, in either direction, at random.</summary>
    [Parameter]
    [ValidateRange(0d, 86_400_000d)]
    public double JitterMilliseconds { get; set; }

    /// <summary>The stratum that NTP answers tell: 1 for a server with a reference clock, 2 to 15 for others, 16 for none. The default is 10.</summary>
    [Parameter]
    [ValidateRange(0, 255)]
    public int Stratum { get; set; } = 10;

    /// <summary>What NTP answers tell the server has its time from: the name of a clock, one to four characters such as GPS, or an IPv4 address. The default is 127.127.1.1, and LOCL at stratum 1.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ReferenceId { get; set; }

    /// <summary>What NTP answers tell of the day's last minute, or that the clock is not synchronized. The default is NoWarning.</summary>
    [Parameter]
    public LeapIndicator LeapIndicator { get; set; }

    /// <summary>How wrong NTP answers say that the clock may be, in milliseconds. The default is 1.</summary>
    [Parameter]
    [ValidateRange(0d, 60_000d)]
    public double RootDispersionMilliseconds { get; set; } = 1;

    /// <summary>A kiss code, such as RATE, DENY or RSTR: NTP clients get it in place of the time.</summary>
    [Parameter]
    [ValidateLength(1, 4)]
    [ArgumentCompleter(typeof(KissCodeCompleter))]
    public string? KissCode { get; set; }

    /// <summary>The share of requests that are not answered, 0 to 1. Over TCP their connections are closed.</summary>
    [Parameter]
    [ValidateRange(0d, 1d)]
    public double DropRate { get; set; }

    /// <summary>What -JitterMilliseconds and -DropRate are drawn from; the same seed draws the same. The default is chosen at random.</summary>
    [Parameter]
    public long? Seed { get; set; }

    protected override string ListenerKind => nameof(TimeServiceKind.Ntp);

    protected override async Task EndAsync()
    {
        TimeServiceKind[] kinds = [.. Choices.Of<TimeServiceKind>(Protocol).Distinct()];
        Check(kinds);
        TimeServerOptions options = new()
        {
            Offset = Offset,
            Jitter = TimeSpan.FromMilliseconds(JitterMilliseconds),
            DropRate = DropRate,
            Seed = Seed ?? Random.Shared.NextInt64(),
            Ntp = new NtpServiceOptions
            {
                Stratum = Stratum,
                ReferenceId = ReferenceId ?? (Stratum == 1 ? "LOCL" : "127.127.1.1"),
                LeapIndicator = LeapIndicator,
                RootDispersion = TimeSpan.FromMilliseconds(RootDispersionMilliseconds),
                KissCode = KissCode,
            },
        };
        IPAddress address = AddressToBind();
        IPNetwork[] allow = AllowedNetworks(), deny = DeniedNetworks();
        UdpServerOptions udp = new() { Name = Name, Address = address, Port = Port, Allow = allow, Deny = deny };
        TcpServerOptions tcp = new() { Name = Name, Address = address, Allow = allow, Deny = deny };
        await TimeWarmUp.OnceAsync();
        List<NetListener> started = [];
        try
        {
            foreach (TimeServiceKind kind in kinds)
            {
                started.AddRange(TimeServers.Start(kind, options, udp, tcp));
            }
        }
        catch
        {
            started.ForEach(s => s.Dispose());
            throw;
        }
        foreach (NetListener listener in started)
        {
            WriteObject(Launched(listener, address, "-Allow and -Deny"));
        }
    }

    private void Check(TimeServiceKind[] kinds)
    {
        if (kinds.Length > 1 && Port != 0)
        {
            throw new NetException(NetError.InvalidArgument, $"-Port {Port} is one port, and {kinds.Length} protocols need one each. Start each by itself, or leave -Port out.", Port);
        }
        if (Offset.Duration() > NtpServiceOptions.LargestOffset)
        {
            throw new NetException(NetError.InvalidArgument, $"-Offset {Offset} is more than 68 years, beyond which clients can't tell which era is meant.", Offset);
        }
        string[] ntpOnly = [nameof(Stratum), nameof(ReferenceId), nameof(LeapIndicator), nameof(RootDispersionMilliseconds), nameof(KissCode)];
        if (!kinds.Contains(TimeServiceKind.Ntp) && ntpOnly.FirstOrDefault(MyInvocation.BoundParameters.ContainsKey) is { } named)
        {
            throw new NetException(NetError.InvalidArgument, $"-{named} is for Ntp: Time and Daytime tell nothing but the time.", named);
        }
    }
}
