using System.Buffers.Binary;

namespace PSNetConcurrency.Core.Time;

/// <summary>The header of an NTP packet (RFC 5905, 7.3). What may follow it, extension fields and a MAC, is neither read nor written.</summary>
internal readonly record struct NtpPacket
{
    public const int StandardPort = 123;

    /// <summary>The bytes of the header.</summary>
    public const int Length = 48;

    /// <summary>The version spoken here, which is the latest, and the oldest that is understood.</summary>
    public const int LatestVersion = 4, OldestVersion = 1;

    /// <summary>The modes of a client's request and of a server's answer.</summary>
    public const int Client = 3, Server = 4;

    /// <summary>The stratum of a clock that is not synchronized.</summary>
    public const int UnsynchronizedStratum = 16;

    /// <summary>Where the timestamps are that a server copies and writes.</summary>
    public const int ReferenceOffset = 16, OriginOffset = 24, ReceiveOffset = 32, TransmitOffset = 40;

    public LeapIndicator Leap { get; init; }

    public int Version { get; init; }

    public int Mode { get; init; }

    public byte Stratum { get; init; }

    /// <summary>The seconds between requests, as a power of 2.</summary>
    public sbyte Poll { get; init; }

    /// <summary>What the clock resolves, as a power of 2 in seconds.</summary>
    public sbyte Precision { get; init; }

    public uint RootDelay { get; init; }

    public uint RootDispersion { get; init; }

    public uint ReferenceId { get; init; }

    public NtpTimestamp Reference { get; init; }

    public NtpTimestamp Origin { get; init; }

    public NtpTimestamp Receive { get; init; }

    public NtpTimestamp Transmit { get; init; }

    /// <summary>Reads a header; false where there are not enough bytes. Any bytes are some header.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out NtpPacket packet)
    {
        if (bytes.Length < Length)
        {
            packet = default;
            return false;
        }
        packet = new NtpPacket
        {
            Leap = (LeapIndicator)(bytes[0] >> 6),
            Version = (bytes[0] >> 3) & 7,
            Mode = bytes[0] & 7,
            Stratum = bytes[1],
            Poll = (sbyte)bytes[2],
            Precision = (sbyte)bytes[3],
            RootDelay = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]),
            RootDispersion = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]),
            ReferenceId = BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]),
            Reference = NtpTimestamp.Read(bytes[ReferenceOffset..]),
            Origin = NtpTimestamp.Read(bytes[OriginOffset..]),
            Receive = NtpTimestamp.Read(bytes[ReceiveOffset..]),
            Transmit = NtpTimestamp.Read(bytes[TransmitOffset..]),
        };
        return true;
    }

    /// <summary>The first byte of a header.</summary>
    public static byte FirstByte(LeapIndicator leap, int version, int mode) => (byte)(((int)leap << 6) | (version << 3) | mode);

    public void Write(Span<byte> bytes)
    {
        bytes[0] = FirstByte(Leap, Version, Mode);
        bytes[1] = Stratum;
        bytes[2] = (byte)Poll;
        bytes[3] = (byte)Precision;
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], RootDelay);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[8..], RootDispersion);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[12..], ReferenceId);
        Reference.Write(bytes[ReferenceOffset..]);
        Origin.Write(bytes[OriginOffset..]);
        Receive.Write(bytes[ReceiveOffset..]);
        Transmit.Write(bytes[TransmitOffset..]);
    }

    /// <summary>A power of 2 in seconds, as the packet has it.</summary>
    public static TimeSpan ToTimeSpan(sbyte power) => TimeSpan.FromSeconds(Math.Min(Math.ScaleB(1, power), TimeSpan.MaxValue.TotalSeconds / 2));
}
