namespace PSNetConcurrency;

/// <summary>The protocols by which a server tells the time.</summary>
public enum TimeServiceKind
{
    /// <summary>The Network Time Protocol, version 4 (RFC 5905), to fractions of a microsecond; its port is 123.</summary>
    Ntp,

    /// <summary>RFC 868: the seconds since 1900 as four bytes; its port is 37.</summary>
    Time,

    /// <summary>RFC 867: the date and time as text, to the second; its port is 13.</summary>
    Daytime,
}
