using System.Net;

namespace PSNetConcurrency;

/// <summary>Whether a user of the chat can be reached.</summary>
public enum ChatUserStatus
{
    /// <summary>There.</summary>
    Online,

    /// <summary>There, and says to be absent.</summary>
    Absent,

    /// <summary>Gone, or does not answer.</summary>
    Offline,
}

/// <summary>A user of the chat as last heard of. It does not change; the peer makes another when the user does.</summary>
public sealed record ChatUser
{
    /// <summary>The user's login name, with <see cref="Host"/> what tells users apart.</summary>
    public required string Name { get; init; }

    /// <summary>The name the user wants to be called.</summary>
    public required string NickName { get; init; }

    public required string Group { get; init; }

    /// <summary>The name of the user's machine, as the user's program tells it.</summary>
    public required string Host { get; init; }

    /// <summary>Addresses that packets came from, the latest first.</summary>
    public required IPAddress[] Address { get; init; }

    /// <summary>The port of the latest address.</summary>
    public required int Port { get; init; }

    public required ChatUserStatus Status { get; init; }

    /// <summary>What an absent user has others told; null where it is not known.</summary>
    public string? AbsenceText { get; init; }

    /// <summary>What the user's program writes as its version: 1, or its name.</summary>
    public required string Version { get; init; }

    public required DateTimeOffset LastSeen { get; init; }

    /// <summary>Whether the user's program takes UTF-8; otherwise text is sent in an older encoding where it can be.</summary>
    public required bool SupportsUtf8 { get; init; }

    /// <summary>The address of the user in the chat: name@host.</summary>
    public string ChatAddress => $"{Name}@{Host}";

    /// <summary>What to show: the nickname, or the name where there is none.</summary>
    public string DisplayName => NickName.Length > 0 ? NickName : Name;

    public override string ToString() => ChatAddress;
}
