namespace PSNetConcurrency;

/// <summary>The services of the early internet that every network tool is tried against.</summary>
public enum NetServiceKind
{
    /// <summary>RFC 862: what is sent comes back.</summary>
    Echo,

    /// <summary>RFC 863: takes everything, answers nothing.</summary>
    Discard,

    /// <summary>RFC 864: characters, over TCP without end, over UDP up to 512 for each datagram.</summary>
    Chargen,

    /// <summary>RFC 867: the date and time as text.</summary>
    Daytime,

    /// <summary>RFC 868: the seconds since 1900 as four bytes.</summary>
    Time,
}
