using PSNetConcurrency.Tests.Files;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>The programs of the course, and worse ones, in Python's socket, struct and json, against Send-FramedFile and the receivers.</summary>
public sealed class PythonFileTests : JudgeSession
{
    // As the course has it: four bytes, a dictionary, and recv until all of the size is there.
    private const string Receiver = """
        import hashlib, json, socket, struct, sys
        order, name_key, size_key, digest_key, count, folder = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]), sys.argv[6]
        listener = socket.create_server(('127.0.0.1', 0))
        print(listener.getsockname()[1])
        client, _ = listener.accept()
        for i in range(count):
            header_size, = struct.unpack(order, client.recv(4, socket.MSG_WAITALL))
            header = json.loads(client.recv(header_size, socket.MSG_WAITALL).decode('utf-8'))
            assert header_size == len(json.dumps(header, separators=(',', ':'), ensure_ascii=False).encode()), header
            total, got, digest = header[size_key], 0, hashlib.md5()
            with open(f'{folder}/{i}', 'wb') as file:
                while got < total:
                    data = client.recv(min(1024, total - got))
                    assert data, 'cut'
                    file.write(data)
                    digest.update(data)
                    got += len(data)
            if digest_key:
                assert header[digest_key] == digest.hexdigest(), header
            print(header[name_key], total)
        assert client.recv(1) == b''
        """;

    private const string Sender = """
        import hashlib, json, socket, struct, sys
        port, order, name_key, size_key, digest_key, algorithm = int(sys.argv[1]), *sys.argv[2:7]
        connection = socket.create_connection(('127.0.0.1', port))
        for path in sys.argv[7:]:
            content = open(path, 'rb').read()
            header = {name_key: path.split('/')[-1], size_key: len(content)}
            if digest_key:
                header[digest_key] = hashlib.new(algorithm, content).hexdigest()
            head = json.dumps(header).encode('utf-8')
            connection.sendall(struct.pack(order, len(head)) + head + content)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b''
        """;

    private static readonly string[] s_names = ["a.bin", "empty.bin", "grüße 日本.bin"];

    private readonly string _inbox;

    public PythonFileTests() => _inbox = Directory.CreateDirectory(Path.Combine(Folder, "inbox")).FullName;

    [JudgeFact("python3")]
    public void A_receiver_of_the_course_takes_several_files() => IsReceived("i", "file_name", "file_size", "", "");

    [JudgeTheory("python3")]
    [InlineData("<i", "file_name", "total_size", "")]
    [InlineData("!i", "file_name", "file_size", "")]
    [InlineData("<i", "filename", "size", "md5")]
    public void A_receiver_with_other_keys_and_byte_order_takes_them_too(string order, string nameKey, string sizeKey, string digestKey) =>
        IsReceived(order, nameKey, sizeKey, digestKey, Format(order, nameKey, sizeKey, digestKey));

    [JudgeTheory("python3")]
    [InlineData("i", "file_size")]
    [InlineData("<i", "total_size")]
    [InlineData("<i", "size")]
    public void A_sender_of_the_course_is_understood(string order, string sizeKey) => IsSent(order, "file_name", sizeKey, "", "", "");

    [JudgeTheory("python3")]
    [InlineData("!i", "file_name", "file_size", "md5", "md5")]
    [InlineData("<i", "filename", "length", "hash", "sha256")]
    public void A_sender_with_other_keys_and_byte_order_is_understood_too(string order, string nameKey, string sizeKey, string digestKey, string algorithm) =>
        IsSent(order, nameKey, sizeKey, digestKey, algorithm, Format(order, nameKey, sizeKey, digestKey));

    [JudgeFact("python3")]
    public void Receive_framed_file_takes_from_a_sender_of_the_course()
    {
        WriteFiles();
        int port = FreePorts(1)[0];
        using BackgroundPipeline receiving = new(Shell, $"Receive-FramedFile '{_inbox}' -Port {port} -Count 3");
        using (PowerShellSession other = new())
        {
            other.Run($"$null = Wait-TcpPort 127.0.0.1 {port} -TimeoutSeconds 60");
        }
        Judge(Sender, [port, "i", "file_name", "file_size", "", "", .. Paths()]);
        Assert.Equal(s_names, receiving.End().Select(o => new TransferResult(o).Name));
    }

    [JudgeTheory("python3")]
    [InlineData("md5")]
    public void A_digest_that_does_not_fit_keeps_the_file_out(string algorithm)
    {
        Shell.Run($"$s = Start-FramedFileServer $inbox {Format("<i", "file_name", "file_size", algorithm)}", ("inbox", _inbox));
        Hostile("header({'file_name': 'bad.bin', 'file_size': 5, 'md5': '0' * 32}, b'hello'); header({'file_name': 'good.bin', 'file_size': 5, 'md5': hashlib.md5(b'hello').hexdigest()}, b'hello'); end()");
        Assert.Equal("DigestMismatch", Failure());
        Assert.Equal(["good.bin"], InInbox());
    }

    [JudgeTheory("python3")]
    [InlineData("header({'file_name': '../x.bin', 'file_size': 5}, b'hello'); end()", "UnsafePath")]
    [InlineData("header({'file_name': 'a/../../x.bin', 'file_size': 5}, b'hello'); end()", "UnsafePath")]
    [InlineData("header({'file_name': folder + '/x.bin', 'file_size': 5}, b'hello'); end()", "UnsafePath")]
    [InlineData("header({'file_name': '/etc/x.bin', 'file_size': 5}, b'hello'); end()", "UnsafePath")]
    [InlineData("header({'file_name': 'C:\\\\x.bin', 'file_size': 5}, b'hello'); end()", "UnsafePath")]
    [InlineData("header({'file_name': '\\\\\\\\host\\\\share\\\\x', 'file_size': 5}, b'hello'); end()", "UnsafePath")]
    [InlineData("header({'file_name': 'x\\0.bin', 'file_size': 5}, b'hello'); end()", "UnsafePath")]
    [InlineData("header({'file_name': 'x\\n.bin', 'file_size': 5}, b'hello'); end()", "UnsafePath")]
    [InlineData("header({'file_name': 'CON.txt', 'file_size': 5}, b'hello'); end()", "UnsafePath")]
    [InlineData("header({'file_name': 'x.', 'file_size': 5}, b'hello'); end()", "UnsafePath")]
    [InlineData("header({'file_name': '', 'file_size': 5}, b'hello'); end()", "UnsafePath")]
    [InlineData("header({'file_name': '.psnc-incoming/x', 'file_size': 5}, b'hello'); end()", "UnsafePath")]
    [InlineData("header({'file_name': 'link/x.bin', 'file_size': 5}, b'hello'); end()", "UnsafePath")]
    [InlineData("header({'file_name': 'x' * 256, 'file_size': 5}, b'hello'); end()", "UnsafePath")]
    [InlineData("header({'file_name': 'x.bin', 'file_size': -5}); end()", "FrameCorrupted")]
    [InlineData("header({'file_name': 'x.bin', 'file_size': 1.5}); end()", "FrameCorrupted")]
    [InlineData("header({'file_name': 'x.bin', 'file_size': 'many'}); end()", "FrameCorrupted")]
    [InlineData("header({'file_name': 'x.bin', 'file_size': 1 << 70}); end()", "FrameCorrupted")]
    [InlineData("header({'file_name': 'x.bin', 'file_size': 1 << 62}, b'hello'); end()", "MessageTooLarge")]
    [InlineData("header({'file_name': 7, 'file_size': 5}, b'hello'); end()", "FrameCorrupted")]
    [InlineData("header({'file_name': 'x.bin'}); end()", "FrameCorrupted")]
    [InlineData("header({'file_size': 5}, b'hello'); end()", "FrameCorrupted")]
    [InlineData("header([]); end()", "FrameCorrupted")]
    [InlineData("raw(struct.pack('<i', 2**31 - 1) + b'{' * 100_000); end()", "FrameCorrupted")]
    [InlineData("raw(struct.pack('<i', -1)); end()", "FrameCorrupted")]
    [InlineData("raw(struct.pack('<i', 20) + b'this is no JSON text'); end()", "FrameCorrupted")]
    [InlineData("raw(struct.pack('<i', 60_000) + b'[' * 60_000); end()", "FrameCorrupted")]
    [InlineData("raw(b'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'); end()", "FrameCorrupted")]
    [InlineData("header({'file_name': 'x.bin', 'file_size': 1_000_000}, b'hello'); end()", "PeerClosed")]
    [InlineData("header({'file_name': 'x.bin', 'file_size': 1_000_000}, b'hello'); reset()", "PeerReset")]
    [InlineData("raw(struct.pack('<i', 100) + b'{'); end()", "PeerClosed")]
    public void A_hostile_sender_leaves_nothing_and_learns_nothing(string script, string expected)
    {
        Directory.CreateDirectory(Path.Combine(Folder, "elsewhere"));
        File.CreateSymbolicLink(Path.Combine(_inbox, "link"), Path.Combine(Folder, "elsewhere"));
        Shell.Run("$s = Start-FramedFileServer $inbox", ("inbox", _inbox));
        Hostile(script);
        Assert.Equal(expected, Failure());
        Assert.Equal(["link"], InInbox());
        Assert.Equal(["elsewhere", "inbox"], Directory.EnumerateFileSystemEntries(Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(Folder, "elsewhere")));
        // It serves others as before.
        File.WriteAllText(Path.Combine(Folder, "next.txt"), "next");
        Assert.True(new TransferResult(Shell.One("$s | Send-FramedFile -LiteralPath $next", ("next", Path.Combine(Folder, "next.txt")))).Verified);
    }

    [JudgeFact("python3")]
    public void A_slow_drip_is_idle_no_longer_than_it_pauses()
    {
        // Each byte is a sign of life; the pause behind them is not.
        Shell.Run("$s = Start-FramedFileServer $inbox -IdleTimeoutSeconds 1", ("inbox", _inbox));
        Hostile("raw(struct.pack('<i', 40) + b'{')\nfor _ in range(3):\n    time.sleep(0.2); raw(b' ')\nassert connection.recv(1) == b''");
        Assert.Equal("TimedOut", Failure());
        Assert.Empty(InInbox());
    }

    private void IsReceived(string order, string nameKey, string sizeKey, string digestKey, string format)
    {
        WriteFiles();
        using JudgeProcess python = JudgeProcess.Python(Receiver, order, nameKey, sizeKey, digestKey, s_names.Length, _inbox);
        python.CloseInput();
        Shell.Run($"$results = Send-FramedFile 127.0.0.1 {python.Output.WaitFor(@"^(\d+)\n").Groups[1].Value} -LiteralPath $paths -Plain -Algorithm MD5 {format}", ("paths", Paths()));
        Assert.Equal(3, Shell.One("$results.Count").BaseObject);
        string output = python.Succeeds();
        for (int i = 0; i < s_names.Length; i++)
        {
            byte[] content = File.ReadAllBytes(Path.Combine(Folder, s_names[i]));
            Assert.Equal(content, File.ReadAllBytes(Path.Combine(_inbox, $"{i}")));
            Assert.Contains($"{s_names[i]} {content.Length}", output, StringComparison.Ordinal);
        }
    }

    private void IsSent(string order, string nameKey, string sizeKey, string digestKey, string algorithm, string format)
    {
        WriteFiles();
        Shell.Run($"$s = Start-FramedFileServer $inbox {format}", ("inbox", _inbox));
        Judge(Sender, [Shell.One("$s.Port"), order, nameKey, sizeKey, digestKey, algorithm, .. Paths()]);
        TransferResult[] results = [.. Shell.Run("($s | Receive-NetListener).Where{ $_.Type -eq 'Message' }.Message").Select(o => new TransferResult(o))];
        Assert.Equal(s_names, results.Select(r => r.Name));
        Assert.All(results, r => Assert.Equal(digestKey.Length > 0, r.Verified));
        Assert.All(s_names, n => Assert.Equal(File.ReadAllBytes(Path.Combine(Folder, n)), File.ReadAllBytes(Path.Combine(_inbox, n))));
        Assert.Equal(s_names.Order(StringComparer.Ordinal), InInbox());
    }

    private static string Format(string order, string nameKey, string sizeKey, string digestKey) =>
        $"-FrameFormat (New-FrameFormat -Kind Dictionary -ByteOrder {(order[0] == '!' ? "Big" : "Little")} -NameKey {nameKey} -SizeKey {sizeKey}{(digestKey.Length > 0 ? $" -DigestKey {digestKey}" : "")})";

    private static void Judge(string script, params object[] arguments)
    {
        using JudgeProcess python = JudgeProcess.Python(script, arguments);
        python.CloseInput();
        python.Succeeds();
    }

    // Runs a sender that knows no manners; that it is cut off is no failure of its own.
    private void Hostile(string script) => Judge($$"""
        import hashlib, json, socket, struct, sys, time
        connection = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
        folder = sys.argv[2]

        def raw(data):
            connection.sendall(data)

        def header(value, content=b''):
            head = json.dumps(value).encode()
            raw(struct.pack('<i', len(head)) + head + content)

        def end():
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(1) == b''

        def reset():
            time.sleep(0.2)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
            connection.close()

        try:
            exec(sys.argv[3])
        except OSError:
            pass
        """, Shell.One("$s.Port"), Folder, script);

    private string Failure()
    {
        Shell.Run("$null = $s | Wait-NetListener -ConnectionCount 1 -TimeoutSeconds 60");
        Assert.True(SpinWait.SpinUntil(() => (long)Shell.One("$s.ErrorCount").BaseObject > 0, JudgeProcess.Limit), "No error is told.");
        return Shell.Run("($s | Receive-NetListener -Keep).Where{ $_.Type -eq 'Error' }.Error")[0].Properties["Error"].Value.ToString()!;
    }

    private string[] InInbox()
    {
        Assert.True(SpinWait.SpinUntil(() => (long)Shell.One("$s.ActiveConnection").BaseObject == 0, JudgeProcess.Limit), "The client is not gone.");
        return [.. Directory.EnumerateFileSystemEntries(_inbox, "*", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(_inbox, p)).Where(p => p != ".psnc-incoming").Order(StringComparer.Ordinal)];
    }

    private object[] Paths() => [.. s_names.Select(n => (object)Path.Combine(Folder, n))];

    private void WriteFiles()
    {
        File.WriteAllBytes(Path.Combine(Folder, s_names[0]), RandomBytes(1_000_003));
        File.WriteAllBytes(Path.Combine(Folder, s_names[1]), []);
        File.WriteAllBytes(Path.Combine(Folder, s_names[2]), RandomBytes(5000));
    }
}
