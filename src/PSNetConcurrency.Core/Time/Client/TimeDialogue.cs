namespace PSNetConcurrency.Core.Time;

/// <summary>What came of a reply.</summary>
internal enum ReplyVerdict
{
    /// <summary>It answers nothing that was asked; the true answer may still come.</summary>
    Discarded,

    /// <summary>It is the answer, usable or not.</summary>
    Answered,

    /// <summary>It is the answer, and asks not to be asked again.</summary>
    Ended,
}

/// <summary>What is said to a server in one protocol, and how its answers are judged. Knows nothing of sockets.</summary>
internal abstract class TimeDialogue
{
    /// <summary>More than any request or answer needs.</summary>
    public const int BufferLength = 256;

    /// <summary>The answers that can be used.</summary>
    public List<TimeSample> Samples { get; } = [];

    /// <summary>Why the last answer that can't be used can't be; null where there was none.</summary>
    public string? Fault { get; private set; }

    /// <summary>How many datagrams were no answers, and why the last was none.</summary>
    public int Discarded { get; private set; }

    public string? DiscardReason { get; private set; }

    public string? KissCode { get; protected set; }

    /// <summary>Writes a request; returns its length.</summary>
    public abstract int WriteRequest(Span<byte> buffer);

    /// <summary>Judges what came.</summary>
    public abstract ReplyVerdict Judge(ReadOnlySpan<byte> reply, ReplyTimes times);

    /// <summary>Adds to a result what the protocol tells beside the time.</summary>
    public virtual NetworkTime Describe(NetworkTime result, TimeSample? best) => result;

    protected ReplyVerdict Discard(string code, string words)
    {
        Discarded++;
        DiscardReason = TimeProblem.Of(code, words);
        return ReplyVerdict.Discarded;
    }

    protected ReplyVerdict Faulty(string code, string words)
    {
        Fault = TimeProblem.Of(code, words);
        return ReplyVerdict.Answered;
    }

    protected ReplyVerdict Stepped() => Faulty(TimeProblem.LocalClockStepped, "this machine's clock was set while the answer was awaited. Ask again.");
}
