using System.Runtime.CompilerServices;
using System.Text;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Server.Services;

/// <summary>
/// The simple services over UDP that answer whatever comes. Two of them would answer each other for ever, after one datagram with
/// a forged sender (CERT CA-1996-01): so none answers a port that such a service has, or the number of its own port.
/// </summary>
public abstract class AnswerService : DatagramService
{
    private const int Echo = 7, Discard = 9, QuoteOfTheDay = 17, Chargen = 19;

    [MethodImpl(HotPath.Options)]
    public sealed override void OnDatagram(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from)
    {
        int port = from.Port;
        if (port is 0 or Echo or Discard or DaytimeProtocol.StandardPort or QuoteOfTheDay or Chargen or TimeProtocol.StandardPort || port == server.Port)
        {
            server.Refuse(from, "Its port is one that might answer the answer, for ever.");
            return;
        }
        Answer(server, data, from);
    }

    protected abstract void Answer(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from);
}

/// <summary>Echo over UDP (RFC 862): every datagram goes back to where it came from.</summary>
public sealed class EchoService : AnswerService
{
    [MethodImpl(HotPath.Options)]
    protected override void Answer(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from) => server.Send(data, from);
}

/// <summary>Discard over UDP (RFC 863): takes everything, answers nothing.</summary>
public sealed class DiscardService : DatagramService
{
    public override void OnDatagram(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from)
    {
    }
}

/// <summary>
/// Character generator over UDP (RFC 864): each datagram is answered with 0 to 512 characters, a random number of them. A sender
/// that is neither on this machine nor named as allowed may be forged, and gets no more than it has sent: nobody's attack
/// grows here.
/// </summary>
public sealed class ChargenService : AnswerService
{
    /// <summary>The most characters of an answer.</summary>
    public const int MaximumLength = 512;

    private int _line;

    protected override void Answer(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from)
    {
        int length = Random.Shared.Next(MaximumLength + 1);
        if (!from.IsLoopback && !server.IsNamedAllowed(from))
        {
            length = Math.Min(length, data.Length);
        }
        server.Send(ChargenPattern.From(_line, length), from);
        _line++;
    }
}

/// <summary>Daytime over UDP (RFC 867): each datagram, whatever is in it, is answered with the date and time as a line of text.</summary>
public sealed class DaytimeService(TimeProvider clock) : AnswerService
{
    protected override void Answer(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from) =>
        server.Send(Encoding.ASCII.GetBytes(DaytimeProtocol.Format(clock.GetLocalNow())), from);
}

/// <summary>Time over UDP (RFC 868): each datagram, whatever is in it, is answered with the seconds since 1900 as 32 bits.</summary>
public sealed class TimeService(TimeProvider clock) : AnswerService
{
    protected override void Answer(UdpServer server, ReadOnlySpan<byte> data, DatagramAddress from)
    {
        Span<byte> answer = stackalloc byte[TimeProtocol.Length];
        TimeProtocol.Write(clock.GetUtcNow(), answer);
        server.Send(answer, from);
    }
}
