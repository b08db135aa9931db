using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>What a receiver of files is told. The defaults bound what a stranger controls.</summary>
internal sealed record ReceiveOptions
{
    public const long DefaultMaximumBytes = 1024L * 1024 * 1024 * 1024;

    /// <summary>The folder that files go to, as a full path.</summary>
    public required string Destination { get; init; }

    public FileConflict Conflict { get; init; }

    /// <summary>The longest file taken.</summary>
    public long MaximumBytes { get; init; } = DefaultMaximumBytes;

    /// <summary>The most files and folders taken over one connection.</summary>
    public int MaximumFile { get; init; } = 1_000_000;

    /// <summary>Verifies what arrives and keeps nothing of it: what a measurement of the network alone needs.</summary>
    public bool Discards { get; init; }

    public SharedSecret? Secret { get; init; }

    public DictionaryFormat Format { get; init; } = new(FrameFormat.DefaultMaximum);
}

/// <summary>Who is told what became of files.</summary>
internal interface IReceiveSink
{
    /// <summary>A file is there; awaited, so that a slow taker holds the sender back.</summary>
    ValueTask ReceivedAsync(FileTransferResult result);

    /// <summary>A file was refused or failed, and the conversation goes on.</summary>
    void Failed(NetException reason);
}
