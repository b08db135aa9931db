namespace PSNetConcurrency;

/// <summary>What a time server says of the last minute of the day, and of its clock (RFC 5905, figure 9).</summary>
public enum LeapIndicator
{
    /// <summary>The day's last minute has 60 seconds.</summary>
    NoWarning,

    /// <summary>The last minute has 61 seconds.</summary>
    InsertSecond,

    /// <summary>The last minute has 59 seconds.</summary>
    DeleteSecond,

    /// <summary>The server's clock is not synchronized: it tells no time that may be used.</summary>
    Unsynchronized,
}
