namespace PSNetConcurrency.Core.Time;

/// <summary>
/// Why a server's time is not to be used, as a result carries it: a word that never changes, a colon, and what happened. The
/// words are what scripts compare.
/// </summary>
internal static class TimeProblem
{
    public const string NameNotResolved = nameof(NameNotResolved);
    public const string Refused = nameof(Refused);
    public const string Unreachable = nameof(Unreachable);
    public const string NoReply = nameof(NoReply);
    public const string Malformed = nameof(Malformed);
    public const string WrongMode = nameof(WrongMode);
    public const string WrongVersion = nameof(WrongVersion);
    public const string OriginMismatch = nameof(OriginMismatch);
    public const string KissOfDeath = nameof(KissOfDeath);
    public const string Unsynchronized = nameof(Unsynchronized);
    public const string BadStratum = nameof(BadStratum);
    public const string BadTimestamp = nameof(BadTimestamp);
    public const string ImpossibleDelay = nameof(ImpossibleDelay);
    public const string RootDistance = nameof(RootDistance);
    public const string LocalClockStepped = nameof(LocalClockStepped);
    public const string NoTimeZone = nameof(NoTimeZone);
    public const string Duplicate = nameof(Duplicate);

    public static string Of(string code, string words) => $"{code}: {words}";
}
