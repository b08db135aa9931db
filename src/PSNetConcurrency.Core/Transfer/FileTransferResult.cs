using System.Net;

namespace PSNetConcurrency;

/// <summary>How much of a file's content is compared on both ends of a transfer.</summary>
public enum TransferVerification
{
    /// <summary>Every byte, with one digest of the whole file: the one that other programs print.</summary>
    Full,

    /// <summary>Every byte, with a digest of each slice, so that a damaged slice is known and can be sent again on its own.</summary>
    Slice,

    /// <summary>Slices at places that the receiver chooses by chance after the file has arrived.</summary>
    Sample,

    /// <summary>Nothing beyond the length.</summary>
    None,
}

/// <summary>What a receiver does when a file of that name exists.</summary>
public enum FileConflict
{
    /// <summary>Refuses the file; the one that exists stays as it is.</summary>
    Fail,

    /// <summary>Replaces it, in one step, once the new one is complete and verified.</summary>
    Overwrite,

    /// <summary>Keeps both: the new one is called 'name (1).ext', or the next number that is free.</summary>
    Rename,

    /// <summary>Keeps the one that exists and takes nothing.</summary>
    Skip,
}

/// <summary>A verified range of a file.</summary>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Hash">Its digest, in hexadecimal.</param>
public sealed record TransferRange(long Offset, long Length, string Hash);

/// <summary>What became of one file of a transfer, as its sender or its receiver tells it.</summary>
public sealed record FileTransferResult
{
    /// <summary>The file's name as it was sent: relative, with '/' between folders.</summary>
    public required string Name { get; init; }

    /// <summary>The file on this machine: what was sent, or where it was stored.</summary>
    public required string Path { get; init; }

    /// <summary>Whether it is a folder, which has no content to verify.</summary>
    public bool IsFolder { get; init; }

    /// <summary>The file's length in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>How many bytes of its content crossed the network, in all attempts.</summary>
    public long BytesSent { get; init; }

    /// <summary>How many bytes did not have to: verified in an earlier attempt, or equal on both ends.</summary>
    public long BytesSkipped { get; init; }

    /// <summary>Whether the transfer went on from what an earlier one had left.</summary>
    public bool Resumed { get; init; }

    /// <summary>Whether the receiver had a file with that name already, and kept it.</summary>
    public bool Skipped { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>Bytes a second over <see cref="Duration"/>, of those that crossed the network.</summary>
    public double BytesPerSecond => Duration > TimeSpan.Zero ? BytesSent / Duration.TotalSeconds : 0;

    public DigestAlgorithm? Algorithm { get; init; }

    /// <summary>
    /// The digest in hexadecimal: of the whole file (Full), of its slices' digests one after the other (Slice), of its samples
    /// (Sample). Null where a resumed file was verified in <see cref="Range"/>s, or not at all.
    /// </summary>
    public string? Digest { get; init; }

    /// <summary>Whether sender and receiver have the same digests, in the way that <see cref="VerifyMode"/> says.</summary>
    public bool Verified { get; init; }

    public TransferVerification VerifyMode { get; init; }

    /// <summary>What was verified in pieces: the ranges of a file resumed in mode Full.</summary>
    public TransferRange[] Range { get; init; } = [];

    public IPEndPoint? RemoteEndPoint { get; init; }

    /// <summary>How many attempts it took, 1 for most.</summary>
    public int Attempt { get; init; } = 1;

    public override string ToString() => $"{Name}, {(IsFolder ? "folder" : $"{Length} bytes")}{(Skipped ? ", skipped" : Verified ? ", verified" : "")}";
}
