using System.Net;
using System.Text;
using PSNetConcurrency.Core.Chat.Wire;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Chat;

/// <summary>What a chat peer is told. The defaults bound what a stranger controls.</summary>
public sealed record ChatPeerOptions
{
    public const int DefaultPort = 2425;

    /// <summary>The name of the listener.</summary>
    public string? Name { get; init; }

    /// <summary>The login name that the peer has in the chat.</summary>
    public string UserName { get; init; } = Environment.UserName;

    /// <summary>The name of the machine that the peer has in the chat.</summary>
    public string HostName { get; init; } = Environment.MachineName;

    /// <summary>The name it wants to be called; the user name where it is empty.</summary>
    public string NickName { get; init; } = "";

    public string GroupName { get; init; } = "";

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>The port of UDP and TCP, or 0 for one the system chooses.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>Where entries are broadcast to; null for every network of this machine where it is bound to any address, and nowhere else.</summary>
    public IReadOnlyList<string>? BroadcastAddress { get; init; }

    /// <summary>Peers that broadcasts do not reach: names or addresses, with a port where it is not 2425.</summary>
    public IReadOnlyList<string> Peer { get; init; } = [];

    /// <summary>The file that messages are kept in, as JSON lines; null for none.</summary>
    public string? HistoryPath { get; init; }

    /// <summary>Not null: absent from the beginning, with this text.</summary>
    public string? AbsenceText { get; init; }

    /// <summary>The encoding of programs that know no UTF-8.</summary>
    public Encoding Encoding { get; init; } = IpmsgText.Utf8;

    /// <summary>Answers messages; null for nobody.</summary>
    public IMessageHandler? Handler { get; init; }

    /// <summary>How often a message is sent before it is given up.</summary>
    public int MaximumAttempt { get; init; } = 6;

    /// <summary>How long the first receipt is waited for; the next wait is twice as long, and so on.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The most users known at once.</summary>
    public int MaximumUser { get; init; } = 5000;

    /// <summary>The most messages that wait for their receivers.</summary>
    public int MaximumQueued { get; init; } = 100_000;

    /// <summary>The most received messages that wait to be fetched; the oldest make room.</summary>
    public int MaximumInbox { get; init; } = 10_000;

    /// <summary>The most messages with files that are offered at once; the oldest make room.</summary>
    public int MaximumOffer { get; init; } = 1000;

    public IReadOnlyList<IPNetwork> Allow { get; init; } = [];

    public IReadOnlyList<IPNetwork> Deny { get; init; } = [];

    internal EventLoop? Loop { get; init; }
}

/// <summary>How a message is sent.</summary>
public sealed record ChatSendOptions
{
    /// <summary>The receiver opens it, and the sender is told.</summary>
    public bool Sealed { get; init; }

    /// <summary>A program's answer: no program answers it, and there is no receipt.</summary>
    public bool Automatic { get; init; }

    /// <summary>Not null: files and folders to offer with it, as full paths.</summary>
    public IReadOnlyList<string> Path { get; init; } = [];
}

/// <summary>How offered files are received.</summary>
public sealed record ChatReceiveOptions
{
    /// <summary>The folder that they go to, as a full path.</summary>
    public required string Destination { get; init; }

    public FileConflict Conflict { get; init; }

    /// <summary>The most bytes taken: of a file, or of all files of a folder.</summary>
    public long MaximumBytes { get; init; } = 1024L * 1024 * 1024 * 1024;

    /// <summary>The most files and folders taken of one folder.</summary>
    public int MaximumFile { get; init; } = 1_000_000;

    /// <summary>How often a broken connection is made anew, to go on where it broke.</summary>
    public int RetryCount { get; init; } = 3;

    /// <summary>How long the sender may be silent.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
