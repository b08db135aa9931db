using System.Runtime.CompilerServices;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Time;

/// <summary>
/// NTP version 4 (RFC 5905) as a server that keeps nothing of its clients: a request is answered with its header's length, 48
/// bytes, which is never more than it had. Only what a client sends (mode 3) is answered, so that no two servers answer each other.
/// </summary>
internal sealed class NtpService : DatagramService
{
    // A clock that is not disciplined was set at the last such moment, as far as clients need to know.
    private const long SettingMask = ~((64L << 32) - 1);

    private readonly NtpServiceOptions _options;
    private readonly byte[] _template = new byte[NtpPacket.Length];
    private readonly LeapIndicator _leap;

    public NtpService(NtpServiceOptions options)
    {
        NtpPacket packet = options.ToPacket();
        packet.Write(_template);
        _leap = packet.Leap;
        _options = options;
    }

    public override void OnStarted(UdpServer server) => server.Channel!.TakeReceiveTimes();

    [MethodImpl(HotPath.Options)]
    public override void OnDatagram(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from)
    {
        long received = server.Channel!.ReceivedAt;
        if (received == 0)
        {
            received = DateTime.UtcNow.Ticks;
        }
        int version = data.Length >= NtpPacket.Length ? (data[0] >> 3) & 7 : 0;
        if (version is < NtpPacket.OldestVersion or > NtpPacket.LatestVersion || (data[0] & 7) != NtpPacket.Client || from.Port == 0)
        {
            server.Refuse(from, $"It is no request of an NTP client: {Words(data)}.");
            return;
        }
        if (_options.Dropper.Drops())
        {
            return;
        }
        long shift = _options.Clock.NextShift();
        NtpTimestamp arrived = NtpTimestamp.FromTicks(received + shift);
        Span<byte> answer = stackalloc byte[NtpPacket.Length];
        _template.CopyTo(answer);
        answer[0] = NtpPacket.FirstByte(_leap, version, NtpPacket.Server);
        answer[2] = data[2];
        new NtpTimestamp(arrived.Value & unchecked((ulong)SettingMask)).Write(answer[NtpPacket.ReferenceOffset..]);
        data.Slice(NtpPacket.TransmitOffset, NtpTimestamp.Length).CopyTo(answer[NtpPacket.OriginOffset..]);
        arrived.Write(answer[NtpPacket.ReceiveOffset..]);
        // The last thing before it leaves.
        NtpTimestamp.FromTicks(DateTime.UtcNow.Ticks + shift).Write(answer[NtpPacket.TransmitOffset..]);
        server.SendPromptly(answer, from);
    }

    private static string Words(ReadOnlySpan<byte> data) =>
        data.Length < NtpPacket.Length ? $"{data.Length} bytes" : $"version {(data[0] >> 3) & 7}, mode {data[0] & 7}";
}
