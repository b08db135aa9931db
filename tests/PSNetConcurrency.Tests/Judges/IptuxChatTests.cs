using System.Net;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>A person at iptux, and a script with our cmdlets.</summary>
public sealed class IptuxChatTests : JudgeSession
{
    private static readonly IPAddress Judge = Iptux.Loopback(4), Self = Iptux.Loopback(5);

    [JudgeFact(Iptux.Program, Iptux.Screen, Iptux.Keyboard)]
    public void They_meet_talk_and_exchange_files()
    {
        StartServer($"Start-ChatPeer -UserName script -HostName box -NickName Skript -GroupName Büro -Port {Iptux.Port} -LocalAddress {Self}");
        using Iptux iptux = new(Judge, Self);
        Assert.Equal(Iptux.Group, Shell.One($"(Get-ChatUser '{Iptux.NickName}' -Peer $s -Wait -TimeoutSeconds 60).Group").BaseObject);

        Assert.Equal("Delivered", State($"Send-ChatMessage '{Iptux.NickName}' 'Grüß Gott, 世界' -Peer $s -Wait"));
        iptux.WaitForHistory("Grüß Gott, 世界");
        iptux.SendMessage("Grüezi: 世界!");
        Assert.Equal("Grüezi: 世界!", Shell.One("(Receive-ChatMessage -Count 1 -TimeoutSeconds 60 -Peer $s).Text").BaseObject);

        byte[] content = RandomBytes(100_000);
        string gift = Path.Combine(Folder, "gift ä.bin");
        File.WriteAllBytes(gift, content);
        Assert.Equal("Delivered", State($"Send-ChatFile '{Iptux.NickName}' '{gift}' -Text 'for you' -Peer $s -Wait"));
        iptux.WaitForHistory("for you");
        iptux.AcceptFiles();
        iptux.WaitForLog("Receive the file .* successfully");
        Assert.Equal(content, File.ReadAllBytes(Path.Combine(iptux.Inbox, "gift ä.bin")));

        string inbox = Directory.CreateDirectory(Path.Combine(Folder, "inbox")).FullName;
        string offer = Path.Combine(Folder, "offer.bin");
        File.WriteAllBytes(offer, content);
        iptux.OfferFile(offer);
        Assert.Equal(content, File.ReadAllBytes(Fetched(inbox)));

        string folder = Directory.CreateDirectory(Path.Combine(Folder, "folder")).FullName;
        File.WriteAllText(Path.Combine(folder, "ä.txt"), "in the folder");
        File.WriteAllText(Path.Combine(folder, "other.txt"), "");
        iptux.OfferFolder(folder);
        string got = Fetched(inbox);
        Assert.Equal(["other.txt", "ä.txt"], Directory.GetFileSystemEntries(got, "*", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(got, p)).Order(StringComparer.Ordinal));
        Assert.Equal("in the folder", File.ReadAllText(Path.Combine(got, "ä.txt")));

        iptux.Quit();
        Assert.Equal(Iptux.NickName, Shell.One("(Get-ChatUser -Status Offline -Peer $s -Wait -TimeoutSeconds 60).NickName").BaseObject);
    }

    private string State(string command) => (string)Shell.One($"({command}).State.ToString()").BaseObject;

    private string Fetched(string inbox) => (string)Shell.One($"(Receive-ChatMessage -Count 1 -TimeoutSeconds 60 -Peer $s | Receive-ChatFile '{inbox}' -Peer $s).Path").BaseObject;
}
