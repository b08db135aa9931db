namespace PSNetConcurrency;

/// <summary>A format that captured bytes may have.</summary>
/// <param name="Format">The format, for any -Format or -FrameFormat.</param>
/// <param name="FrameCount">How many whole frames the bytes then hold.</param>
/// <param name="Score">How much speaks for it, from 0 to 1.</param>
/// <param name="Reason">What speaks for it.</param>
public sealed record FrameFormatCandidate(FrameFormat Format, int FrameCount, double Score, string Reason);
