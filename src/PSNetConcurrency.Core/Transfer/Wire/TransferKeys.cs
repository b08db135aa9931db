namespace PSNetConcurrency.Core.Transfer.Wire;

/// <summary>
/// The words of the transfer's own messages. Each is a dictionary frame with the key <see cref="Message"/>; a frame without it
/// comes from a plain peer, and is a file.
/// </summary>
/// <remarks>
/// Sender and receiver greet each other (hello), prove a shared secret if there is one (proof), and then the sender announces
/// files (file, folder). The content of a file follows at once, or after the receiver's go: slice by slice, behind each a status
/// byte and, where it is hashed, a digest. Each ends in the receiver's result; the whole in the sender's end.
/// </remarks>
internal static class TransferKeys
{
    public const int Version = 1;

    public const string Message = "psnc";

    public const string Hello = "hello", Proof = "proof", Refuse = "refuse", File = "file", Folder = "folder", Go = "go", Working = "working",
        Sample = "sample", Digest = "digest", Result = "result", Abandon = "abandon", End = "end";

    /// <summary>Behind a slice: it is whole.</summary>
    public const byte SliceGood = 0;

    /// <summary>Behind a slice: the sender gives the file up, and says why in an abandon message.</summary>
    public const byte SliceAbandoned = 1;

    /// <summary>Behind a slice index, in a repair: nothing yet, the sender is still comparing.</summary>
    public const int RepairWorking = -2;

    /// <summary>In place of a slice index: no more slices differ.</summary>
    public const int RepairEnd = -1;
}
