using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using PSNetConcurrency.Core.Chat.Wire;

namespace PSNetConcurrency.Core.Chat.Engine;

/// <summary>What the peer tells of itself, and to whom: broadcasts, the peers it was given, the users it knows. On the loop only.</summary>
internal sealed class Presence(ChatPeerOptions options, DueQueue due, ContactList contacts, IReadOnlyList<IPEndPoint> broadcasts, IReadOnlyList<IPEndPoint> seeds)
{
    // How often a peer that was given is called before it is taken to be away; it calls when it comes.
    private const int MostCalls = 6;

    private const int LongestText = 1000;

    private readonly HashSet<IPEndPoint> _unanswered = [];

    public required Action<byte[], IPEndPoint> Send { get; init; }

    /// <summary>Makes a packet of this peer.</summary>
    public required Func<IpmsgCommand, IpmsgOptions, byte[], byte[], byte[]> Encode { get; init; }

    public string NickName { get; private set; } = IpmsgText.CleanName(options.NickName.Length > 0 ? options.NickName : options.UserName);

    public string Group { get; private set; } = IpmsgText.CleanName(options.GroupName);

    public bool IsAbsent { get; private set; } = options.AbsenceText is not null;

    public string AbsenceText { get; private set; } = Clip(options.AbsenceText ?? "");

    /// <summary>Where this machine's networks can be broadcast to.</summary>
    public static IReadOnlyList<IPAddress> NetworkBroadcasts()
    {
        HashSet<IPAddress> found = [IPAddress.Broadcast];
        foreach (NetworkInterface network in NetworkInterface.GetAllNetworkInterfaces().Where(n => n.OperationalStatus == OperationalStatus.Up && n.NetworkInterfaceType != NetworkInterfaceType.Loopback))
        {
            foreach (UnicastIPAddressInformation own in network.GetIPProperties().UnicastAddresses.Where(a => a.Address.AddressFamily == AddressFamily.InterNetwork && a.PrefixLength is > 0 and < 31))
            {
                byte[] bytes = own.Address.GetAddressBytes();
                for (int bit = own.PrefixLength; bit < 32; bit++)
                {
                    bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
                }
                found.Add(new IPAddress(bytes));
            }
        }
        return [.. found];
    }

    /// <summary>Tells everybody that may be there, and calls those again that do not answer.</summary>
    public void Enter()
    {
        Announce(IpmsgCommand.BrEntry, known: false);
        _unanswered.UnionWith(seeds);
        if (_unanswered.Count > 0)
        {
            due.Add(options.RetryInterval, () => Call(1));
        }
    }

    /// <summary>Tells a change, or the end.</summary>
    public void Announce(IpmsgCommand command, bool known = true)
    {
        byte[] packet = Entry(command, brief: false);
        foreach (IPEndPoint to in broadcasts.Concat(seeds).Concat(known ? contacts.All.Where(c => c.IsReachable).Select(c => c.EndPoints[0]) : []).Distinct())
        {
            Send(packet, to);
        }
    }

    /// <summary>A packet with this peer's names; brief, without what only newer programs read.</summary>
    public byte[] Entry(IpmsgCommand command, bool brief)
    {
        IpmsgEntry entry = new(options.UserName, options.HostName, NickName, Group);
        IpmsgOptions flags = IpmsgOptions.CapUtf8 | IpmsgOptions.FileAttach | (IsAbsent ? IpmsgOptions.Absence : 0);
        return Encode(command, flags, entry.Text(options.Encoding), entry.Extra(options.Encoding, brief));
    }

    /// <summary>A packet has come from there.</summary>
    public void Heard(IPEndPoint from) => _unanswered.Remove(from);

    public void Set(bool? absent, string? text, string? nickName, string? group)
    {
        IsAbsent = absent ?? IsAbsent;
        AbsenceText = text is null ? AbsenceText : Clip(text);
        NickName = nickName is null ? NickName : IpmsgText.CleanName(nickName);
        Group = group is null ? Group : IpmsgText.CleanName(group);
        Announce(IpmsgCommand.BrAbsence);
    }

    private void Call(int calls)
    {
        if (_unanswered.Count == 0)
        {
            return;
        }
        byte[] packet = Entry(IpmsgCommand.BrEntry, brief: false);
        foreach (IPEndPoint seed in _unanswered)
        {
            Send(packet, seed);
        }
        if (calls < MostCalls)
        {
            due.Add(options.RetryInterval * Math.Pow(2, calls), () => Call(calls + 1));
        }
    }

    private static string Clip(string text) => text.Length <= LongestText ? text : text[..LongestText];
}
