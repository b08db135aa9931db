using System.Net;
using System.Net.Sockets;
using System.Text;
using PSNetConcurrency.Core.Chat;
using PSNetConcurrency.Core.Chat.Files;
using PSNetConcurrency.Core.Chat.Wire;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;
using PSNetConcurrency.Core.Tests.Net;
using PSNetConcurrency.Core.Tests.Transfer;

namespace PSNetConcurrency.Core.Tests.Chat;

public class ChatFileTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1_000_003)]
    public async Task A_file_arrives_with_its_content_and_time(int length)
    {
        await using ChatRig rig = new();
        using TemporaryFolder source = new(), target = new();
        (ChatPeer ann, ChatPeer bob) = await rig.PairAsync();
        byte[] content = new byte[length];
        new Random(1).NextBytes(content);
        string path = source.Write(content);
        DateTime time = new(2020, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, time);
        ChatMessage sent = await bob.SendFileAsync("ann", [path], "see this");
        await ChatRig.UntilAsync(sent, ChatMessageState.Delivered);
        ChatMessage got = await ChatRig.NextAsync(ann);
        ChatFile file = Assert.Single(got.File);
        Assert.Equal(("see this", Path.GetFileName(path), length, false), (got.Text, file.Name, file.Length, file.IsFolder));
        FileTransferResult result = await ann.ReceiveFileAsync(file, new ChatReceiveOptions { Destination = target.Path });
        Assert.Equal(content, File.ReadAllBytes(result.Path));
        Assert.Equal(time, File.GetLastWriteTimeUtc(result.Path));
        Assert.Equal([result.Path], Directory.GetFileSystemEntries(target.Path));
    }

    [Fact]
    public async Task A_folder_arrives_with_all_that_is_in_it()
    {
        await using ChatRig rig = new();
        using TemporaryFolder source = new(), target = new();
        (ChatPeer ann, ChatPeer bob) = await rig.PairAsync();
        string root = Path.Combine(source.Path, "töp");
        Directory.CreateDirectory(Path.Combine(root, "a", "b"));
        Directory.CreateDirectory(Path.Combine(root, "empty"));
        File.WriteAllText(Path.Combine(root, "a", "b", "deep : file.txt"), "deep");
        File.WriteAllText(Path.Combine(root, "a", "漢字.txt"), "kanji");
        File.WriteAllBytes(Path.Combine(root, "big.bin"), new byte[700_000]);
        File.WriteAllText(Path.Combine(root, "zero"), "");
        File.CreateSymbolicLink(Path.Combine(root, "link"), "/etc/passwd");
        await bob.SendFileAsync("ann", [root], "");
        ChatFile file = Assert.Single((await ChatRig.NextAsync(ann)).File);
        Assert.True(file.IsFolder);
        FileTransferResult result = await ann.ReceiveFileAsync(file, new ChatReceiveOptions { Destination = target.Path });
        Assert.Equal(Path.Combine(target.Path, "töp"), result.Path);
        Assert.Equal(["a", "a/b", "a/b/deep : file.txt", "a/漢字.txt", "big.bin", "empty", "zero"],
            Directory.GetFileSystemEntries(result.Path, "*", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(result.Path, p)).Order(StringComparer.Ordinal));
        Assert.Equal("deep", File.ReadAllText(Path.Combine(result.Path, "a", "b", "deep : file.txt")));
        Assert.Equal([result.Path], Directory.GetFileSystemEntries(target.Path));
        NetException taken = await Assert.ThrowsAsync<NetException>(() => ann.ReceiveFileAsync(file, new ChatReceiveOptions { Destination = target.Path }));
        Assert.Equal(NetError.FileExists, taken.Error);
        FileTransferResult again = await ann.ReceiveFileAsync(file, new ChatReceiveOptions { Destination = target.Path, Conflict = FileConflict.Rename });
        Assert.Equal(Path.Combine(target.Path, "töp (1)"), again.Path);
    }

    [Fact]
    public async Task Pipes_and_sockets_are_neither_offered_nor_waited_for()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        await using ChatRig rig = new();
        using TemporaryFolder source = new(), target = new();
        (ChatPeer ann, ChatPeer bob) = await rig.PairAsync();
        string root = Directory.CreateDirectory(Path.Combine(source.Path, "d")).FullName, pipe = Path.Combine(root, "pipe");
        using (System.Diagnostics.Process mkfifo = System.Diagnostics.Process.Start("mkfifo", [pipe]))
        {
            await mkfifo.WaitForExitAsync();
        }
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(root, "socket")));
        File.WriteAllText(Path.Combine(root, "z.txt"), "text");
        await bob.SendFileAsync("ann", [root], "");
        FileTransferResult result = await ann.ReceiveFileAsync((await ChatRig.NextAsync(ann)).File[0], new ChatReceiveOptions { Destination = target.Path, Timeout = Eventually.Limit });
        Assert.Equal(["z.txt"], Directory.GetFileSystemEntries(result.Path).Select(p => Path.GetFileName(p)));
        Assert.Equal(NetError.NotSupportedHere, (await Assert.ThrowsAsync<NetException>(() => bob.SendFileAsync("ann", [pipe], ""))).Error);
    }

    [Fact]
    public async Task A_folder_that_is_gone_when_it_is_fetched_is_told_on_both_sides()
    {
        await using ChatRig rig = new();
        using TemporaryFolder source = new(), target = new();
        (ChatPeer ann, ChatPeer bob) = await rig.PairAsync();
        DirectoryInfo root = Directory.CreateDirectory(Path.Combine(source.Path, "d"));
        await bob.SendFileAsync("ann", [root.FullName], "");
        ChatFile file = (await ChatRig.NextAsync(ann)).File[0];
        root.Delete();
        await Assert.ThrowsAsync<NetException>(() => ann.ReceiveFileAsync(file, new ChatReceiveOptions { Destination = target.Path, RetryCount = 0 }));
        await Eventually.TrueAsync(() => bob.Events.Snapshot().Any(e => e.Error is NetException { Error: NetError.FileNotFound }), "its sender is told what is missing");
    }

    [Fact]
    public async Task What_a_file_server_of_the_same_folder_waits_for_stays()
    {
        await using ChatRig rig = new();
        using TemporaryFolder source = new(), target = new();
        (ChatPeer ann, ChatPeer bob) = await rig.PairAsync();
        string incoming = Directory.CreateDirectory(Path.Combine(target.Path, ".psnc-incoming")).FullName;
        File.WriteAllText(Path.Combine(incoming, "1.part"), "half");
        File.WriteAllText(Path.Combine(incoming, "1.journal"), "{\"keep\":\"Call\"}\n");
        await bob.SendFileAsync("ann", [source.Write([1])], "");
        await ann.ReceiveFileAsync((await ChatRig.NextAsync(ann)).File[0], new ChatReceiveOptions { Destination = target.Path });
        Assert.Equal("half", File.ReadAllText(Path.Combine(incoming, "1.part")));
    }

    [Theory]
    [InlineData("../up.txt")]
    [InlineData("/etc/passwd")]
    [InlineData("a/b.txt")]
    [InlineData("..")]
    [InlineData("C:\\x.txt")]
    [InlineData("nul")]
    [InlineData("gpj\u202etxt.exe")]
    [InlineData("a\u001bb")]
    public async Task A_name_that_leads_elsewhere_is_refused(string name)
    {
        await using ChatRig rig = new();
        using TemporaryFolder target = new();
        ChatPeer ann = await rig.StartAsync("ann");
        using RawPeer raw = new();
        raw.Send(ann, $"1:100:u:box:{0x20 | 0x200000}:take\00:{name.Replace(":", "::", StringComparison.Ordinal)}:5:0:1:\a");
        ChatFile file = Assert.Single((await ChatRig.NextAsync(ann)).File);
        Assert.DoesNotContain(file.Name, c => char.IsControl(c) || c == '\u202e');
        NetException e = await Assert.ThrowsAsync<NetException>(() => ann.ReceiveFileAsync(file, new ChatReceiveOptions { Destination = target.Path }));
        Assert.Equal(NetError.UnsafePath, e.Error);
        Assert.Empty(Directory.GetFileSystemEntries(target.Path));
    }

    [Theory]
    [InlineData("0013:..:5:1:", "hello")]
    [InlineData("0011:/x:5:1:", "hello")]
    public async Task A_folder_whose_names_lead_elsewhere_is_refused(string header, string content)
    {
        using FileSender sender = new(_ => [.. new IpmsgDirectoryHeader("d", 0, IpmsgFileType.Directory, null).Encode(Encoding.UTF8), .. Encoding.UTF8.GetBytes($"{header.Length:x4}{header[4..]}{content}")]);
        await AssertFailsAsync(sender, isFolder: true, NetError.UnsafePath);
    }

    [Fact]
    public async Task A_folder_that_is_cut_leaves_nothing()
    {
        using FileSender sender = new(_ => [.. new IpmsgDirectoryHeader("d", 0, IpmsgFileType.Directory, null).Encode(Encoding.UTF8), .. new IpmsgDirectoryHeader("f", 100, IpmsgFileType.Regular, null).Encode(Encoding.UTF8), .. new byte[40]]);
        await AssertFailsAsync(sender, isFolder: true, NetError.PeerClosed);
    }

    [Fact]
    public async Task A_folder_that_leaves_itself_or_is_none_is_refused()
    {
        using FileSender sender = new(_ => [.. new IpmsgDirectoryHeader(".", 0, IpmsgFileType.ReturnToParent, null).Encode(Encoding.UTF8)]);
        await AssertFailsAsync(sender, isFolder: true, NetError.FrameCorrupted);
        using FileSender junk = new(_ => Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
        await AssertFailsAsync(junk, isFolder: true, NetError.FrameCorrupted);
    }

    [Fact]
    public async Task A_file_whose_connection_breaks_goes_on_where_it_broke()
    {
        byte[] content = new byte[100_000];
        new Random(3).NextBytes(content);
        List<long> offsets = [];
        using FileSender sender = new(request =>
        {
            offsets.Add(request.Offset);
            return content[(int)request.Offset..Math.Min(content.Length, (int)request.Offset + 40_000)];
        });
        await using ChatRig rig = new();
        using TemporaryFolder target = new();
        ChatPeer ann = await rig.StartAsync("ann");
        ChatFile file = await sender.OfferAsync(ann, content.Length, isFolder: false);
        FileTransferResult result = await ann.ReceiveFileAsync(file, new ChatReceiveOptions { Destination = target.Path });
        Assert.Equal(content, File.ReadAllBytes(result.Path));
        Assert.Equal([0, 40_000, 80_000], offsets);
        Assert.Equal((3, true), (result.Attempt, result.Resumed));
    }

    [Fact]
    public async Task A_file_that_breaks_for_good_leaves_nothing()
    {
        using FileSender sender = new(request => request.Offset == 0 ? new byte[1000] : []);
        await AssertFailsAsync(sender, isFolder: false, NetError.PeerClosed);
        using FileSender nothing = new(_ => []);
        await AssertFailsAsync(nothing, isFolder: false, NetError.TransferRefused);
    }

    [Fact]
    public async Task Files_go_only_to_whom_they_were_offered()
    {
        await using ChatRig rig = new();
        using TemporaryFolder source = new();
        (ChatPeer ann, ChatPeer bob) = await rig.PairAsync();
        await bob.SendFileAsync("ann", [source.Write("for ann"u8)], "");
        ChatMessage got = await ChatRig.NextAsync(ann);
        string request = $"1:5:u:h:96:{got.PacketNumber:x}:{got.File[0].FileId:x}:0\0";
        Assert.Equal("for ann", await AskAsync(bob, "127.0.0.1", request));
        Assert.Equal("ann", await AskAsync(bob, "127.0.0.1", $"1:5:u:h:96:{got.PacketNumber:x}:{got.File[0].FileId:x}:4"));
        Assert.Equal("", await AskAsync(bob, "127.0.0.3", request));
        // The same program of this machine, over another of its addresses.
        Assert.Equal("for ann", await AskAsync(bob, "127.0.0.3", request.Replace(":u:h:", ":ann:box:", StringComparison.Ordinal)));
        Assert.Equal("", await AskAsync(bob, "127.0.0.1", request.Replace(":0\0", ":8\0", StringComparison.Ordinal)));
        Assert.Equal("", await AskAsync(bob, "127.0.0.1", $"1:5:u:h:96:{got.PacketNumber + 1:x}:{got.File[0].FileId:x}:0\0"));
        Assert.Equal("", await AskAsync(bob, "127.0.0.1", $"1:5:u:h:98:{got.PacketNumber:x}:{got.File[0].FileId:x}:0\0"));
        Assert.Equal("", await AskAsync(bob, "127.0.0.1", "GET / HTTP/1.0\r\n\r\n\0", isWhole: true));
        await ann.ReleaseFilesAsync(got);
        await Eventually.TrueAsync(() => AskAsync(bob, "127.0.0.1", request).GetAwaiter().GetResult().Length == 0, "the released file is gone");
    }

    [Fact]
    public async Task Who_sends_no_whole_request_in_time_is_disconnected()
    {
        ChatFileProtocol protocol = new(new ChatFileOffers(1), Encoding.UTF8) { RequestTime = TimeSpan.FromMilliseconds(50) };
        using TcpServer server = TcpServer.Start("Files", new TcpServerOptions(), protocol);
        using TcpClient client = new();
        await client.ConnectAsync(server.LocalEndPoint);
        await client.GetStream().WriteAsync("1:5:u:h:"u8.ToArray());
        Assert.True(await server.WaitAsync(s => s.TotalConnection == 1 && s.ActiveConnection == 0, new CancellationTokenSource(Eventually.Limit).Token));
        Assert.Equal(NetError.TimedOut, Assert.IsType<NetException>(server.LastError).Error);
        await server.StopAsync(TimeSpan.Zero);
    }

    private static async Task AssertFailsAsync(FileSender sender, bool isFolder, NetError error)
    {
        await using ChatRig rig = new();
        using TemporaryFolder target = new();
        ChatPeer ann = await rig.StartAsync("ann");
        ChatFile file = await sender.OfferAsync(ann, 5000, isFolder);
        NetException e = await Assert.ThrowsAsync<NetException>(() => ann.ReceiveFileAsync(file, new ChatReceiveOptions { Destination = target.Path }));
        Assert.Equal(error, e.Error);
        Assert.Empty(Directory.GetFileSystemEntries(target.Path));
    }

    // What looks like no request is waited for to go on, unless it is whole.
    private static async Task<string> AskAsync(ChatPeer peer, string from, string request, bool isWhole = false)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(peer.LocalEndPoint);
        await using NetworkStream stream = new(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        if (isWhole)
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        using StreamReader reader = new(stream);
        try
        {
            return await reader.ReadToEndAsync().WaitAsync(Eventually.Limit);
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>Another program that offers a file and sends what the test says.</summary>
    private sealed class FileSender : IDisposable
    {
        private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly TcpListener _tcp;

        public FileSender(Func<IpmsgFileRequest, byte[]> answer)
        {
            _tcp = new TcpListener(IPAddress.Loopback, 0);
            _tcp.Start();
            _udp.Bind(_tcp.LocalEndpoint);
            _ = ServeAsync(answer);
        }

        public async Task<ChatFile> OfferAsync(ChatPeer to, long length, bool isFolder)
        {
            _udp.SendTo(Encoding.UTF8.GetBytes($"1:100:u:box:{0x20 | 0x200000}:take\00:d:{length:x}:0:{(isFolder ? 2 : 1)}:\a"), to.LocalEndPoint);
            return Assert.Single((await ChatRig.NextAsync(to)).File);
        }

        public void Dispose()
        {
            _tcp.Dispose();
            _udp.Dispose();
        }

        private async Task ServeAsync(Func<IpmsgFileRequest, byte[]> answer)
        {
            while (true)
            {
                using TcpClient client = await _tcp.AcceptTcpClientAsync();
                byte[] buffer = new byte[2048];
                int n = await client.GetStream().ReadAsync(buffer);
                Assert.True(IpmsgPacket.TryParse(buffer.AsMemory(0, n), out IpmsgPacket? packet));
                await client.GetStream().WriteAsync(answer(IpmsgFileRequest.Read(packet)!));
                client.Client.Shutdown(SocketShutdown.Send);
            }
        }
    }
}
