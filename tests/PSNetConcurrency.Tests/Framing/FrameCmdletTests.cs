using System.Collections.Specialized;
using System.Management.Automation;

namespace PSNetConcurrency.Tests.Framing;

public sealed class FrameCmdletTests : IDisposable
{
    private readonly PowerShellSession _shell = new();

    public void Dispose()
    {
        _shell.Run("Get-TcpSession | Remove-TcpSession; Get-NetListener | Stop-NetListener -Force");
        _shell.Dispose();
    }

    [Theory]
    [InlineData("LengthField", "LengthField,4,Big")]
    [InlineData("LengthField -LengthFieldLength 2 -ByteOrder Little -LengthFieldOffset 1 -LengthAdjustment -3 -InitialBytesToStrip 0 -Signed", "LengthField,2,Little,LengthFieldOffset=1,LengthAdjustment=-3,InitialBytesToStrip=0,Signed")]
    [InlineData("LengthField -LengthIncludesHeader -MaximumFrameLength 99 -FailFast:$false", "LengthField,4,Big,LengthIncludesHeader,MaximumFrameLength=99,FailFast=False")]
    [InlineData("Dictionary -ByteOrder Big -SizeKey len, size -NameKey name -DigestKey sha", "Dictionary,Big,SizeKey=len|size,NameKey=name,DigestKey=sha")]
    [InlineData("Delimiter -Delimiter '\\r\\n'", "Delimiter,\\x0d\\x0a")]
    [InlineData("Delimiter -Delimiter ([byte[]](0, 255))", "Delimiter,\\x00\\xff")]
    [InlineData("Delimiter -Delimiter 13, 10", "Delimiter,\\x0d\\x0a")]
    [InlineData("Delimiter -Delimiter 0", "Delimiter,\\x00")]
    [InlineData("Delimiter -Delimiter '0'", "Delimiter,0")]
    [InlineData("FixedSize -Size 16", "FixedSize,16")]
    [InlineData("ContentLength", "ContentLength")]
    [InlineData("Varint", "Varint")]
    [InlineData("Netstring", "Netstring")]
    [InlineData("Line", "Line")]
    [InlineData("None", "None")]
    public void A_format_prints_so_that_it_can_be_typed_back(string arguments, string printed)
    {
        Assert.Equal(printed, _shell.One($"\"$(New-FrameFormat {arguments})\"").BaseObject);
        Assert.Equal(true, _shell.One($"$f = New-FrameFormat {arguments}; $m = 'x' * 16; $a = ConvertTo-Frame $m -Format $f; $b = ConvertTo-Frame $m -Format \"$f\"; [Linq.Enumerable]::SequenceEqual([byte[]]$a, [byte[]]$b)").BaseObject);
    }

    [Theory]
    [InlineData("Line -Size 3")]
    [InlineData("Delimiter")]
    [InlineData("Delimiter -Delimiter 256")]
    [InlineData("Delimiter -Delimiter 13, x")]
    [InlineData("FixedSize")]
    [InlineData("LengthField -LengthFieldOffset 7 -MaximumFrameLength 10")]
    [InlineData("Varint -SizeKey a")]
    public void An_option_that_can_mean_nothing_is_refused(string arguments) => _shell.Fails("InvalidArgument", $"New-FrameFormat {arguments}");

    [Theory]
    [InlineData("Line")]
    [InlineData("LengthField,2,Little")]
    [InlineData("Dictionary")]
    [InlineData("ContentLength")]
    [InlineData("Varint")]
    [InlineData("Netstring")]
    [InlineData("'Delimiter,\\0'")]
    public void Messages_come_back_however_they_are_chunked(string format)
    {
        string[] messages = ["one", "", "grüße 你好", new('x', 3000)];
        string encode = $"$frames = $messages | ConvertTo-Frame -Format {format}; [byte[]]$all = $frames.ForEach{{ $_ }}";
        Assert.Equal(messages, Texts($"{encode}; $frames | ConvertFrom-Frame -Format {format} -Strict", ("messages", messages)));
        Assert.Equal(messages, Texts($"$all | ConvertFrom-Frame -Format {format} -Strict"));
        Assert.Equal(messages, Texts($"ConvertFrom-Frame $all -Format {format} -Strict"));
        Assert.Equal(messages, Texts($"[IO.MemoryStream]::new($all) | ConvertFrom-Frame -Format {format} -Strict"));
        Assert.Equal(messages, Texts($"0..10 | ForEach-Object {{ , $all[($_ * 300)..([Math]::Min($_ * 300 + 299, $all.Length - 1))] }} | ConvertFrom-Frame -Format {format} -Strict"));
    }

    [Fact]
    public void A_frame_shows_all_of_its_parts()
    {
        _shell.Run("$b = ConvertTo-Frame 'hello' -Format Dictionary -Header ([ordered]@{ file_name = 'a.bin'; deep = @{ list = 1, $null, $true } })");
        Assert.Equal("""{"file_name":"a.bin","deep":{"list":[1,null,true]},"file_size":5}hello""", _shell.One("[Text.Encoding]::UTF8.GetString($b, 4, $b.Length - 4)").BaseObject);
        PSObject frame = _shell.Run("@($b; $b) | ConvertFrom-Frame -Format Dictionary -Detailed")[1];
        Assert.Equal([1L, 74L, 69, 5, "hello"], Values(frame, "Index", "Offset", "HeaderBytes", "Length", "Text"));
        Assert.Equal("a.bin", Header(frame)["file_name"]);
        Assert.Equal(5L, Header(frame)["file_size"]);
        Assert.Equal("a.bin", _shell.One("(ConvertFrom-Frame $b -Format Dictionary).Header.file_name").BaseObject);
    }

    [Fact]
    public void A_header_alone_is_its_own_message()
    {
        Assert.Equal("""{"cmd":"get"}""", _shell.One("@{ cmd = 'get' } | ConvertTo-Frame -Format Dictionary | ConvertFrom-Frame -Format Dictionary").BaseObject);
        Assert.Equal("""{"cmd":"get"}""", _shell.One("ConvertTo-Frame -Header @{ cmd = 'get' } -Format Dictionary | ConvertFrom-Frame -Format Dictionary").BaseObject);
        PSObject frame = _shell.One("ConvertTo-Frame -Header @{ cmd = 'get' } -Format Dictionary | ConvertFrom-Frame -Format Dictionary -Detailed | ConvertTo-Frame -Format Dictionary | ConvertFrom-Frame -Format Dictionary -Detailed");
        Assert.Equal([0], Values(frame, "Length"));
        Assert.Equal("get", Header(frame)["cmd"]);
    }

    [Fact]
    public void A_wrong_size_in_the_header_is_refused() =>
        _shell.Fails("InvalidArgument", "ConvertTo-Frame 'hello' -Format Dictionary -Header @{ file_size = 4 }");

    [Fact]
    public void A_header_where_there_can_be_none_is_refused() => _shell.Fails("InvalidArgument", "ConvertTo-Frame 'hello' -Format Line -Header @{ a = 1 }");

    [Fact]
    public void The_end_in_the_middle_of_a_frame_is_an_error_unless_it_is_allowed()
    {
        ErrorRecord error = _shell.Fails("FrameTruncated", "'a', \"`nb\" | ConvertFrom-Frame -Format Line");
        Assert.Equal("b"u8.ToArray(), new PSObject(error.Exception).Properties["Received"].Value);
        Assert.Equal(["a", "b"], Texts("'a', \"`nb\" | ConvertFrom-Frame -Format Line -AllowTruncated"));
        PSObject rest = _shell.One("[byte[]](0, 9, 104, 105) | ConvertFrom-Frame -Format LengthField,2 -AllowTruncated -Detailed");
        Assert.Equal([true, "hi"], Values(rest, "IsTruncated", "Text"));
    }

    [Fact]
    public void A_bad_frame_is_one_error_and_strict_ends_with_it()
    {
        const string Input = "[byte[]](0, 1, 97, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 98) | ConvertFrom-Frame -Format 'LengthField,2,MaximumFrameLength=5'";
        Assert.Equal(["a", "b"], _shell.Invoke(Input).Select(o => (string)o.BaseObject));
        Assert.Equal("MessageTooLarge", Assert.Single(_shell.Errors).FullyQualifiedErrorId.Split(',')[0]);
        Assert.Equal(["a"], _shell.Invoke($"try {{ {Input} -Strict }} catch {{ }}").Select(o => (string)o.BaseObject));
    }

    [Fact]
    public void What_follows_a_lost_frame_is_not_guessed_at()
    {
        Assert.Equal(["a"], _shell.Invoke("'1:a,', 'GET / HTTP/1.1', '1:b,' | ConvertFrom-Frame -Format Netstring").Select(o => (string)o.BaseObject));
        ErrorRecord error = Assert.Single(_shell.Errors);
        Assert.Equal("FrameCorrupted", error.FullyQualifiedErrorId.Split(',')[0]);
        Assert.Contains("HTTP", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Commands_and_files_in_dictionary_frames_are_served()
    {
        _shell.Run("""
            $s = Start-TcpServer -FrameFormat Dictionary {
                param($Message)
                if ($Message.Header.cmd) { @{ status = 'ok'; did = $Message.Header.cmd } }
                else { [PSNetConcurrency.Frame]::new(@{ name = $Message.Header.file_name }, $Message.ToUpper()) }
            }
            $c = $s | New-TcpSession
            """);
        PSObject reply = _shell.One("Invoke-TcpExchange -Session $c -FrameFormat Dictionary -InputObject @{ cmd = 'list' }");
        Assert.Equal("list", Header(reply)["did"]);
        reply = _shell.One("Invoke-TcpExchange -Session $c -FrameFormat Dictionary -InputObject hello -Header @{ file_name = 'a' }");
        Assert.Equal("HELLO", reply.BaseObject);
        Assert.Equal("a", Header(reply)["name"]);
        Assert.Contains(_shell.Run("$s | Receive-NetListener"), e => (e.Properties["Message"].Value as string) == "hello" || e.Properties["Message"].Value is PSObject { BaseObject: "hello" });
    }

    [Theory]
    [InlineData("'Varint'")]
    [InlineData("'Netstring'")]
    [InlineData("'ContentLength'")]
    [InlineData("'LengthField,3,Little,LengthIncludesHeader'")]
    [InlineData("(New-FrameFormat Dictionary -SizeKey len)")]
    public void Every_kind_serves_and_exchanges(string format)
    {
        _shell.Run($"$f = {format}; $s = Start-TcpServer -FrameFormat $f {{ \"re $_\" }}; $c = $s | New-TcpSession");
        Assert.Equal(["re a", "re b"], Texts("'a', 'b' | Invoke-TcpExchange -Session $c -FrameFormat $f"));
        Assert.Equal(["re c", "re d"], Texts("'c', 'd' | Send-Frame -Session $c -Format $f; Receive-Frame -Session $c -Format $f -Count 2"));
        Assert.Equal(true, _shell.One("(Measure-StickyPacket -MessageCount 5 -MessageSize 50 -FrameFormat $f).FramedIntact").BaseObject);
    }

    [Fact]
    public void Receive_frame_takes_all_until_the_peer_closes()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat Line { param($m, $Client) $Client.Close(); 'a', 'bb', 'ccc' }; $c = $s | New-TcpSession; Send-Frame -Session $c -Format Line -InputObject go");
        Assert.Equal([0L, 0L, "a", 1L, 2L, "bb", 2L, 5L, "ccc"], _shell.Run("Receive-Frame -Session $c -Format Line -Count 0 -Detailed").SelectMany(f => Values(f, "Index", "Offset", "Text")));
        _shell.Fails("PeerClosed", "Receive-Frame -Session $c -Format Line");
    }

    [Fact]
    public void A_session_reads_on_behind_a_frame_that_was_too_large()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat LengthField { 'x' * 5000; 'small' }; $c = $s | New-TcpSession; Send-Frame -Session $c -InputObject go");
        _shell.Fails("MessageTooLarge", "Receive-Frame -Session $c -Format LengthField,4,Big,MaximumFrameLength=100");
        Assert.Equal("small", _shell.One("Receive-Frame -Session $c -Format LengthField,4,Big,MaximumFrameLength=100").BaseObject);
    }

    [Fact]
    public void A_search_for_one_delimiter_does_not_hide_another()
    {
        _shell.Run("$s = Start-TcpServer { 'a;b' }; $c = $s | New-TcpSession; Send-TcpData -Session $c -InputObject go");
        _shell.Fails("TimedOut", "Receive-TcpData -Session $c -Line -TimeoutSeconds 0.3");
        Assert.Equal("a", _shell.One("Receive-TcpData -Session $c -Delimiter ';'").BaseObject);
    }

    [Fact]
    public void A_format_of_ones_own_limit_keeps_it()
    {
        _shell.Run("$f = New-FrameFormat Line -MaximumFrameLength 10; $s = Start-TcpServer -FrameFormat $f { 'fine' }");
        _shell.Fails("PeerClosed", "$s | Invoke-TcpExchange -InputObject ('x' * 20) -FrameFormat Line");
        Assert.Equal("fine", _shell.One("$s | Invoke-TcpExchange -InputObject x -FrameFormat Line").BaseObject);
    }

    [Fact]
    public void The_message_after_bytes_that_make_no_frame_is_sent_and_both_are_told()
    {
        Assert.Equal("ok\n", Assert.Single(_shell.Invoke("[byte]10, 'ok' | ConvertTo-Frame -Format Line | ForEach-Object { [Text.Encoding]::UTF8.GetString($_) }")).BaseObject);
        Assert.Equal("InvalidArgument", Assert.Single(_shell.Errors).FullyQualifiedErrorId.Split(',')[0]);
        _shell.Invoke("$s = Start-TcpServer -FrameFormat Line { }; [byte]10, 'ok' | Send-Frame -Format Line -ComputerName $s.ComputerName -Port $s.Port");
        Assert.Single(_shell.Errors);
        Assert.Equal("ok", _shell.One("$null = $s | Wait-NetListener -MessageCount 1 -TimeoutSeconds 30; ($s | Receive-NetListener | Where-Object Type -eq Message).Message").BaseObject);
    }

    [Fact]
    public void A_payload_of_numbers_is_bytes_and_another_collection_is_refused()
    {
        Assert.Equal("01FF", _shell.One("$b = [byte[]](0, 1, 255); [Convert]::ToHexString([PSNetConcurrency.Frame]::new(@{}, $b[1..2]).Payload)").BaseObject);
        Assert.Equal("07", _shell.One("[Convert]::ToHexString([PSNetConcurrency.Frame]::new(@{}, @(7)).Payload)").BaseObject);
        Assert.Equal("7", _shell.One("[PSNetConcurrency.Frame]::new(@{}, 7).Text").BaseObject);
        Assert.Empty(_shell.Invoke("[PSNetConcurrency.Frame]::new(@{}, @('a', 'b'))"));
        Assert.Contains("-join", Assert.Single(_shell.Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_that_come_at_once_are_held_to_the_limit_one_by_one()
    {
        _shell.Run("$s = Start-TcpServer -FrameFormat Line { 1..10 | ForEach-Object { \"$_\" * 40 } }; $c = $s | New-TcpSession; Send-Frame -Session $c -Format Line -InputObject go");
        Assert.Equal(10, _shell.Run("Receive-Frame -Session $c -Format Line -MaximumBytes 100 -Count 10").Count);
    }

    [Fact]
    public void Captured_bytes_are_resolved_from_the_pipeline_and_from_files()
    {
        string folder = Directory.CreateTempSubdirectory("psnc-frames-").FullName;
        try
        {
            Assert.Equal("LengthField,2,Big", Best("'hello', 'hi', 'bye' | ConvertTo-Frame -Format LengthField,2 | Resolve-FrameFormat"));
            Assert.Equal("Netstring", Best("'5:hello,', '2:hi,' | Resolve-FrameFormat"));
            _shell.Run("[IO.File]::WriteAllText(\"$folder/a[1].bin\", \"one`ntwo`nthree`n\"); [IO.File]::WriteAllText(\"$folder/b.bin\", '5:hello,2:hi,3:bye,')", ("folder", folder));
            Assert.Equal("Line", Best("Resolve-FrameFormat -LiteralPath \"$folder/a[1].bin\""));
            Assert.Equal("Netstring", Best("Resolve-FrameFormat \"$folder/b*\""));
            Assert.Equal("Netstring", Best("[pscustomobject]@{ Path = \"$folder/b.bin\" } | Resolve-FrameFormat"));
            Assert.Equal("Netstring", Best("[IO.FileInfo]::new(\"$folder/b.bin\") | Resolve-FrameFormat"));
            _shell.Fails("FileNotFound", "Resolve-FrameFormat \"$folder/none\"");
            _shell.Fails("FileNotFound", "Resolve-FrameFormat -LiteralPath \"$folder/none\"");
            Assert.Empty(_shell.Run("Resolve-FrameFormat -InputObject ''"));
            Assert.Single(_shell.Warnings);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        string Best(string script) => _shell.Run(script)[0].Properties["Format"].Value.ToString()!;
    }

    private static object?[] Values(PSObject value, params string[] names) => [.. names.Select(n => value.Properties[n].Value)];

    private static OrderedDictionary Header(PSObject value) => (OrderedDictionary)value.Properties["Header"].Value;

    private string[] Texts(string script, params (string, object?)[] variables) => [.. _shell.Run(script, variables).Select(o => (string)o.BaseObject)];
}
