using System.Net;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net.Client;
using PSNetConcurrency.Core.Transfer.Digests;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Sending;

/// <summary>How files are sent.</summary>
internal sealed record SendOptions
{
    /// <summary>Where to; null where <see cref="Session"/> is given.</summary>
    public TcpConnectOptions? Connect { get; init; }

    /// <summary>A connection to use, which stays open; there is no other when it breaks.</summary>
    public TcpSession? Session { get; init; }

    public TransferVerification Verify { get; init; }

    public DigestAlgorithm Algorithm { get; init; } = DigestAlgorithm.SHA256;

    public int SliceSize { get; init; } = (int)DigestPlan.DefaultSliceSize;

    /// <summary>Whether what has arrived of a file that could not be finished stays at the receiver, for the next call.</summary>
    public bool Resume { get; init; }

    /// <summary>Whether of a file that the receiver has only the slices that differ are sent.</summary>
    public bool Repair { get; init; }

    /// <summary>How often in a row to try again without getting any further.</summary>
    public int RetryCount { get; init; } = 3;

    /// <summary>Whether to try again also where no connection could be made at first.</summary>
    public bool RetriesFirst { get; init; }

    /// <summary>The pause before the first new try; each further one is twice as long, up to <see cref="LongestPause"/>.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes a second at most; 0 for as many as will go.</summary>
    public long Limit { get; init; }

    public SharedSecret? Secret { get; init; }

    public DictionaryFormat Format { get; init; } = new(FrameFormat.DefaultMaximum);

    /// <summary>Whether the receiver knows the dictionary frame and nothing else.</summary>
    public bool Plain { get; init; }

    /// <summary>How long the receiver may take or send nothing.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    public PartialLife Life => Resume ? PartialLife.Kept : RetryCount > 0 && Session is null ? PartialLife.Call : PartialLife.None;
}
