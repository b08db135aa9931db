using System.Text.Json;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Transfer.Wire;

/// <summary>How long a receiver keeps what it has of a file whose transfer was cut.</summary>
internal enum PartialLife
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>While the sender may come back by itself: until the receiver stops, or an hour at most.</summary>
    Call,

    /// <summary>Until somebody sends the file again, or a week at most.</summary>
    Kept,
}

/// <summary>A file or folder, as its sender announces it.</summary>
internal sealed record FileOffer
{
    public const int SmallestSlice = 4 * 1024, LargestSlice = 1024 * 1024 * 1024;

    /// <summary>Files up to this size are sent without waiting for an answer, if nothing is to be resumed or repaired.</summary>
    public const int UnaskedLength = 256 * 1024;

    public required int Id { get; init; }

    /// <summary>Its number among all of the sender's call, the same in each attempt, as two may have one name; 0 where the sender does not tell.</summary>
    public int Item { get; init; }

    /// <summary>The sender's call, as it named itself in its greeting: one sender may take over from itself after a cut, nobody else may.</summary>
    public string Sender { get; init; } = "";

    public required string Name { get; init; }

    public bool IsFolder { get; init; }

    public long Length { get; init; }

    public DateTime? ModifiedUtc { get; init; }

    public UnixFileMode? Mode { get; init; }

    public TransferVerification Verify { get; init; }

    public DigestAlgorithm Algorithm { get; init; } = DigestAlgorithm.SHA256;

    public int SliceSize { get; init; } = LargestSlice;

    public PartialLife Life { get; init; }

    public bool Repair { get; init; }

    /// <summary>Whether the sender waits for an answer before it sends the content.</summary>
    public bool Waits { get; init; }

    /// <summary>Whether bytes are hashed as they pass, so that each slice is followed by a digest.</summary>
    public bool IsHashed => Verify is TransferVerification.Full or TransferVerification.Slice;

    public void Write(Utf8JsonWriter json, DictionaryFormat format)
    {
        json.WriteString(TransferKeys.Message, IsFolder ? TransferKeys.Folder : TransferKeys.File);
        json.WriteNumber("id", Id);
        if (Item > 0)
        {
            json.WriteNumber("item", Item);
        }
        json.WriteString(format.NameKey, Name);
        if (ModifiedUtc is { } modified)
        {
            json.WriteNumber("modified", (modified - DateTime.UnixEpoch).Ticks);
        }
        if (Mode is { } mode)
        {
            json.WriteNumber("mode", (int)mode);
        }
        if (IsFolder)
        {
            return;
        }
        json.WriteNumber(format.SizeKeys[0], Length);
        json.WriteString("verify", Verify.ToString());
        json.WriteString("algorithm", Algorithm.ToString());
        json.WriteNumber("slice_size", SliceSize);
        if (Life != PartialLife.None)
        {
            json.WriteString("keep", Life.ToString());
        }
        if (Repair)
        {
            json.WriteBoolean("repair", true);
        }
        if (Waits)
        {
            json.WriteBoolean("waits", true);
        }
    }

    /// <exception cref="NetException"><see cref="NetError.FrameCorrupted"/>: a key is missing or has a value that can't be.</exception>
    public static FileOffer Parse(DictionaryHeader header, DictionaryFormat format, string sender)
    {
        bool folder = header.GetString(TransferKeys.Message) == TransferKeys.Folder;
        FileOffer offer = new()
        {
            Id = (int)Number("id", 0, int.MaxValue, null),
            Item = (int)Number("item", 0, int.MaxValue, 0),
            Name = header.GetString(format.NameKey) ?? throw Missing(format.NameKey),
            IsFolder = folder,
            Length = folder ? 0 : format.PayloadLength(header),
            ModifiedUtc = header.GetInt64("modified") is long ticks ? DateTime.UnixEpoch + TimeSpan.FromTicks(Math.Clamp(ticks, -DateTime.UnixEpoch.Ticks, DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks)) : null,
            // Never set-user-id and its kin.
            Mode = header.GetInt64("mode") is long mode ? (UnixFileMode)(mode & 0x1ff) : null,
            Verify = folder ? TransferVerification.None : Name("verify", TransferVerification.None),
            Algorithm = folder ? DigestAlgorithm.SHA256 : Name("algorithm", DigestAlgorithm.SHA256),
            SliceSize = folder ? LargestSlice : (int)Number("slice_size", SmallestSlice, LargestSlice, LargestSlice),
            Life = Name("keep", PartialLife.None),
            Sender = sender,
            Repair = Flag("repair"),
            Waits = Flag("waits"),
        };
        return offer.Repair && offer is { Waits: false } or { Verify: not TransferVerification.Slice, Repair: true }
            ? throw new NetException(NetError.FrameCorrupted, $"The offer of '{offer.Name}' can't be repaired: that takes slices, and a sender that waits.", offer.Name)
            : offer;

        NetException Missing(string key) => new(NetError.FrameCorrupted, $"A file was announced without {key}, or with one that is none.", key);

        long Number(string key, long least, long most, long? fallback) =>
            header.Root.TryGetProperty(key, out _) || fallback is null
                ? header.GetInt64(key) is long n && n >= least && n <= most ? n : throw Missing(key)
                : fallback.Value;

        T Name<T>(string key, T fallback) where T : struct, Enum =>
            !header.Root.TryGetProperty(key, out _) ? fallback
            : header.GetString(key) is { } text && Enum.TryParse(text, out T value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]) ? value
            : throw Missing(key);

        bool Flag(string key) => header.Root.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.True;
    }
}
