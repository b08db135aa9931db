using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PSNetConcurrency.Core.Net.Server.Services;

/// <summary>Daytime (RFC 867): the date and time as a line of text, then the connection closes.</summary>
public sealed class DaytimeProtocol(TimeProvider clock) : ServerProtocol
{
    public const int StandardPort = 13;

    public override void OnConnected(NetClient client)
    {
        client.SendOnLoop(Encoding.ASCII.GetBytes(Format(clock.GetLocalNow())));
        client.Channel.Close(linger: true);
    }

    public override void OnData(NetClient client, ReadOnlySpan<byte> data)
    {
    }

    /// <summary>One of the RFC's popular forms, with the zone's offset: "Monday, November 23, 2026 14:05:09+01:00".</summary>
    public static string Format(DateTimeOffset time) => time.ToString("dddd, MMMM d, yyyy HH:mm:sszzz", CultureInfo.InvariantCulture) + "\r\n";
}

/// <summary>Time (RFC 868): seconds since 1900-01-01 UTC as 32 bits, big-endian, then the connection closes.</summary>
public sealed class TimeProtocol(TimeProvider clock) : ServerProtocol
{
    public const int StandardPort = 37;

    /// <summary>Seconds from 1900 to 1970.</summary>
    public const long UnixEpoch = 2208988800;

    /// <summary>The bytes of an answer.</summary>
    public const int Length = 4;

    /// <summary>Writes the answer. The count wraps in 2036, as the RFC's 32 bits do.</summary>
    public static void Write(DateTimeOffset time, Span<byte> answer) =>
        BinaryPrimitives.WriteUInt32BigEndian(answer, unchecked((uint)(time.ToUnixTimeSeconds() + UnixEpoch)));

    public override void OnConnected(NetClient client)
    {
        Span<byte> answer = stackalloc byte[Length];
        Write(clock.GetUtcNow(), answer);
        client.SendOnLoop(answer);
        client.Channel.Close(linger: true);
    }

    public override void OnData(NetClient client, ReadOnlySpan<byte> data)
    {
    }
}
