namespace PSNetConcurrency;

/// <summary>A file or folder that came with a message, or goes with one.</summary>
public sealed class ChatFile
{
    internal ChatFile(string id, string name, long length, bool isFolder, DateTimeOffset? modifiedAt, ChatMessage message)
    {
        Id = id;
        Name = name;
        Length = length;
        IsFolder = isFolder;
        ModifiedAt = modifiedAt;
        Message = message;
    }

    /// <summary>The message's id, a colon, and the number of the file in it.</summary>
    public string Id { get; }

    /// <summary>Its name, as its sender tells it. Received, it goes nowhere but into the folder chosen.</summary>
    public string Name { get; }

    /// <summary>Its length in bytes; a folder's is what its sender tells, and may be 0.</summary>
    public long Length { get; }

    public bool IsFolder { get; }

    public DateTimeOffset? ModifiedAt { get; }

    /// <summary>Who offers it, name@host.</summary>
    public string From => Message.From;

    /// <summary>The message that it came with.</summary>
    public ChatMessage Message { get; }

    /// <summary>Its number in the protocol.</summary>
    internal int FileId { get; init; }

    /// <summary>Its name as it came, for a refusal that says why; <see cref="Name"/> is what may be shown.</summary>
    internal string RawName { get; init; } = "";

    /// <summary>Whether names of a folder's stream are UTF-8.</summary>
    internal bool IsUtf8 { get; init; }

    public override string ToString() => Name;
}

/// <summary>How far the receiving of a file or folder has come.</summary>
/// <param name="Name">The file under way.</param>
/// <param name="BytesDone">Bytes received.</param>
/// <param name="BytesExpected">Bytes in all, as far as they are known.</param>
public sealed record ChatFileProgress(string Name, long BytesDone, long BytesExpected);
