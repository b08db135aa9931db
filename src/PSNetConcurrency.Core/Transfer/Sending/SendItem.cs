using System.Diagnostics;
using System.Net;

namespace PSNetConcurrency.Core.Transfer.Sending;

/// <summary>A file or folder to send, and how far it has come.</summary>
internal sealed class SendItem(string path, string name, bool isFolder)
{
    public string Path { get; } = path;

    /// <summary>The name at the receiver, with '/' between folders.</summary>
    public string Name { get; } = name;

    public bool IsFolder { get; } = isFolder;

    public long Length { get; set; }

    /// <summary>Its number among all that its sender has taken, from 1 on.</summary>
    public int Number { get; set; }

    /// <summary>Its number on the connection of now.</summary>
    public int Id { get; set; }

    public int Attempt { get; set; }

    /// <summary>How often in a row it failed without getting further.</summary>
    public int Failures { get; set; }

    /// <summary>What the receiver has verified of it.</summary>
    public long Verified { get; set; }

    /// <summary>Where it went on, in this attempt.</summary>
    public long Offset { get; set; }

    public bool Resumed { get; set; }

    /// <summary>Content that was sent, in all attempts.</summary>
    public long BytesSent { get; set; }

    public long BytesSkipped { get; set; }

    public byte[]? Digest { get; set; }

    /// <summary>How it is verified, in this attempt.</summary>
    public TransferVerification VerifyMode { get; set; }

    /// <summary>How much of it the progress has counted.</summary>
    public long Counted { get; set; }

    public long Started { get; set; }

    public TimeSpan Elapsed => Started == 0 ? default : Stopwatch.GetElapsedTime(Started);

    public TaskCompletionSource<Go>? Going { get; set; }

    public TaskCompletionSource<Wire.SamplePlan>? Sampling { get; set; }

    /// <summary>It has its outcome.</summary>
    public bool IsEnded { get; set; }

    /// <summary>The receiver has refused it: what is left of it need not be sent.</summary>
    public volatile bool IsRefused;

    /// <summary>What is told of it once the receiver has it.</summary>
    public FileTransferResult ToResult(DigestAlgorithm algorithm, bool skipped, IPEndPoint? remote)
    {
        bool hashed = !IsFolder && !skipped && VerifyMode != TransferVerification.None;
        string? digest = Digest is null ? null : Convert.ToHexString(Digest);
        FileTransferResult result = new()
        {
            Name = Name,
            Path = Path,
            IsFolder = IsFolder,
            Length = Length,
            BytesSent = BytesSent,
            BytesSkipped = skipped ? Length : BytesSkipped,
            Resumed = Resumed,
            Skipped = skipped,
            Duration = Elapsed,
            Algorithm = hashed ? algorithm : null,
            Digest = hashed ? digest : null,
            Verified = hashed,
            VerifyMode = skipped || IsFolder ? TransferVerification.None : VerifyMode,
            RemoteEndPoint = remote,
            Attempt = Attempt,
        };
        return result is { Resumed: true, VerifyMode: TransferVerification.Full }
            ? result with { VerifyMode = TransferVerification.Slice, Digest = null, Range = digest is null ? [] : [new TransferRange(Offset, Length - Offset, digest)] }
            : result;
    }
}

/// <summary>The receiver's go: where to begin, or the digests of what it has.</summary>
internal readonly record struct Go(long Offset, byte[][]? Digests);

/// <summary>What became of one item: a result, or an error.</summary>
internal readonly record struct SendOutcome(SendItem Item, FileTransferResult? Result, Net.NetException? Failure);
