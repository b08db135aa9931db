using System.Globalization;
using System.Net;
using System.Text;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>What iptux, driven through its windows, says on the wire and understands of what a peer says.</summary>
public sealed class IptuxTests : JudgeSession
{
    private const byte Entry = 0x01, Exit = 0x02, Answer = 0x03, Message = 0x20, Receipt = 0x21, FileData = 0x60, FolderFiles = 0x62;
    private const uint Check = 0x100, Attach = 0x200000;

    private static readonly IPAddress Judge = Iptux.Loopback(2);
    private static readonly IPAddress Self = Iptux.Loopback(3);

    [JudgeFact(Iptux.Program, Iptux.Screen, Iptux.Keyboard)]
    public void It_meets_a_peer_and_exchanges_messages_files_and_a_folder()
    {
        using IptuxPeer peer = new(Self, Judge);
        using Iptux iptux = new(Judge, Self);

        IptuxPacket entry = peer.Receive(Entry);
        Assert.Equal([Iptux.NickName, Iptux.Group], entry.Body[..2]);
        peer.Send(Answer, "Peer\0Group");
        iptux.WaitForLog("ANSENTRY$");
        peer.Send(Entry, "Peer\0Group");
        Assert.Equal([Iptux.NickName, Iptux.Group], peer.Receive(Answer).Body[..2]);

        uint said = peer.Send(Message | Check, "Grüß Gott, 世界");
        Assert.Equal([said.ToString(CultureInfo.InvariantCulture)], peer.Receive(Receipt).Body);
        iptux.WaitForHistory("Grüß Gott, 世界");

        iptux.SendMessage("Grüezi: 世界!");
        IptuxPacket message = peer.Receive(Message);
        Assert.Equal(["Grüezi: 世界!"], message.Body);
        Assert.Equal(Check, message.Command & Check);
        peer.Send(Receipt, message.Number.ToString(CultureInfo.InvariantCulture));
        iptux.WaitForLog("RECVMSG$");

        TakeFile(peer, iptux);
        OfferFile(peer, iptux);
        OfferFolder(peer, iptux);

        iptux.Quit();
        peer.Receive(Exit);
    }

    private static void TakeFile(IptuxPeer peer, Iptux iptux)
    {
        const int Id = 31;
        byte[] content = RandomBytes(100_000);
        uint number = peer.Send(Message | Check | Attach, $"for you\0{Id}:gift ä.bin:{content.Length:x}:6b059158:1:\a");
        peer.Receive(Receipt);
        iptux.WaitForHistory("for you");
        iptux.AcceptFiles();
        IptuxPacket request = peer.Serve(content);
        Assert.Equal((FileData, $"{number:x}:{Id:x}:0"), ((byte)request.Command, request.Body[0]));
        iptux.WaitForLog("Receive the file .* successfully");
        Assert.Equal(content, File.ReadAllBytes(Path.Combine(iptux.Inbox, "gift ä.bin")));
    }

    private void OfferFile(IptuxPeer peer, Iptux iptux)
    {
        string path = Path.Combine(Folder, "offer.bin");
        byte[] content = RandomBytes(70_000);
        File.WriteAllBytes(path, content);
        iptux.OfferFile(path);
        IptuxPacket offer = peer.Receive(Message);
        string[] file = offer.Body[1].Split(':');
        Assert.Equal(["offer.bin", $"{content.Length:x}"], file[1..3]);
        Assert.Equal(content, peer.Fetch(FileData, Request(offer, file[0]) + ":0"));
    }

    private void OfferFolder(IptuxPeer peer, Iptux iptux)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Folder, "folder")).FullName;
        File.WriteAllText(Path.Combine(folder, "ä.txt"), "in the folder");
        iptux.OfferFolder(folder);
        IptuxPacket offer = peer.Receive(Message);
        string[] fields = offer.Body[1].Split(':');
        Assert.Equal(["folder", "d"], fields[1..3]);
        string stream = Encoding.UTF8.GetString(peer.Fetch(FolderFiles, Request(offer, fields[0])));
        Assert.Matches("^[0-9a-f]{4}:folder:0+:2:.*:[0-9a-f]{4}:ä.txt:0+d:1:.*:in the folder[0-9a-f]{4}:.:0:3:", stream);
    }

    /// <summary>The offer's number and the file's, which is decimal in the offer, in hexadecimal.</summary>
    private static string Request(IptuxPacket offer, string id) => $"{offer.Number:x}:{uint.Parse(id, CultureInfo.InvariantCulture):x}";
}
