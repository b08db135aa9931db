using System.Net;
using System.Text;

namespace PSNetConcurrency.Core.Chat.Engine;

/// <summary>What the peer knows of one user: who, where, and the messages under way to it. On the loop only, but for <see cref="User"/>.</summary>
internal sealed class Contact(string name, string host)
{
    /// <summary>The most addresses kept of a user.</summary>
    public const int MostAddresses = 8;

    private ChatUser? _user;
    private long _lastSeen;

    public string Name { get; } = name;

    public string Host { get; } = host;

    public string NickName { get; set; } = name;

    public string Group { get; set; } = "";

    public ChatUserStatus Status { get; set; } = ChatUserStatus.Offline;

    public string? AbsenceText { get; set; }

    public string Version { get; set; } = "";

    public DateTimeOffset LastSeen => DateTimeOffset.FromUnixTimeMilliseconds(Interlocked.Read(ref _lastSeen)).ToLocalTime();

    public bool SupportsUtf8 { get; set; }

    /// <summary>The encoding its program names; null where it names none.</summary>
    public Encoding? Encoding { get; set; }

    /// <summary>Whether a packet of it has come. Before that it is only a name or an address that messages wait for.</summary>
    public bool IsSeen { get; set; }

    /// <summary>Whether only an address is known: what is sent to it tells who is there.</summary>
    public bool IsAddressOnly => Name.Length == 0;

    /// <summary>Where it is, the latest first.</summary>
    public List<IPEndPoint> EndPoints { get; } = [];

    public RecentNumbers Received { get; } = new();

    /// <summary>What is sent and not confirmed; one at a time, so that messages come in their order. Programs that drop what has a lower number than the last demand it.</summary>
    public Outgoing? Current { get; set; }

    public LinkedList<Outgoing> Queue { get; } = new();

    /// <summary>Whether something can be sent to it now.</summary>
    public bool IsReachable => EndPoints.Count > 0 && (Status != ChatUserStatus.Offline || IsAddressOnly);

    public string ChatAddress => IsAddressOnly ? EndPoints[0].ToString() : $"{Name}@{Host}";

    /// <summary>The user as it is now; from any thread.</summary>
    public ChatUser User => Volatile.Read(ref _user) is { } user ? user with { LastSeen = LastSeen } : Build();

    /// <summary>Something about it is another than before.</summary>
    public void Changed() => Volatile.Write(ref _user, Build());

    /// <summary>Whether packets have come from that address.</summary>
    public bool IsAt(IPAddress address) => EndPoints.Any(e => e.Address.Equals(address));

    /// <summary>A packet came from there; true where the address was not the latest.</summary>
    public bool SeenAt(IPEndPoint endPoint, out IPEndPoint? dropped)
    {
        dropped = null;
        Interlocked.Exchange(ref _lastSeen, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        if (EndPoints.Count > 0 && EndPoints[0].Equals(endPoint))
        {
            return false;
        }
        EndPoints.Remove(endPoint);
        EndPoints.Insert(0, endPoint);
        if (EndPoints.Count > MostAddresses)
        {
            dropped = EndPoints[MostAddresses];
            EndPoints.RemoveAt(MostAddresses);
        }
        return true;
    }

    private ChatUser Build() => new()
    {
        Name = Name,
        NickName = NickName,
        Group = Group,
        Host = Host,
        Address = [.. EndPoints.Select(e => e.Address).Distinct()],
        Port = EndPoints.Count > 0 ? EndPoints[0].Port : 0,
        Status = Status,
        AbsenceText = AbsenceText,
        Version = Version,
        LastSeen = LastSeen,
        SupportsUtf8 = SupportsUtf8,
    };
}
