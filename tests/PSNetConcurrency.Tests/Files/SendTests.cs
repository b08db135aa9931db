using System.Management.Automation;

namespace PSNetConcurrency.Tests.Files;

/// <summary>What is sent, under which name, and what is an error of its own.</summary>
public sealed class SendTests : TransferSession
{
    [Fact]
    public void A_file_arrives_with_its_content_time_and_mode()
    {
        byte[] content = Write("a.bin", 700_001);
        DateTime written = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(Path.Combine(Folder, "a.bin"), written);
        Serve();
        TransferResult result = Assert.Single(Send("-Path a.bin"));
        Assert.Equal(content, Received("a.bin"));
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(Inbox, "a.bin")));
        Assert.Equal(("a.bin", Path.Combine(Folder, "a.bin"), 700_001L, 700_001L, 0L), (result.Name, result.Path, result.Length, result.BytesSent, result.BytesSkipped));
        Assert.Equal((true, "Full", "SHA256", Sha256(content)), (result.Verified, result.VerifyMode, result.Algorithm, result.Digest));
        Assert.Equal((false, false, false, 1), (result.IsFolder, result.Resumed, result.Skipped, result.Attempt));
        Assert.Equal(Shell.One("$s.LocalEndPoint").BaseObject, result.RemoteEndPoint);
        Assert.True(result.Duration > TimeSpan.Zero);
        // The listener tells the same, with the file as it is there.
        TransferResult there = Results(Shell.Run("($s | Receive-NetListener).Where{ $_.Type -eq 'Message' }.Message")).Single();
        Assert.Equal((result.Name, Path.Combine(Inbox, "a.bin"), result.Digest, true), (there.Name, there.Path, there.Digest, there.Verified));
        Assert.Equal(1L, Shell.One("$s.MessageCount").BaseObject);
    }

    [Fact]
    public void Items_of_the_provider_bind_by_their_path_though_they_look_like_wildcards()
    {
        byte[] content = Write("in/a [1].bin", 10);
        Write("in/b.bin", 300_000);
        Serve();
        TransferResult[] results = Results(Shell.Run("$ExecutionContext.InvokeProvider.ChildItem.Get(\"$PWD/in\", $false) | Send-FramedFile $s.ComputerName $s.Port"));
        Assert.Equal(["a [1].bin", "b.bin"], results.Select(r => r.Name).Order(StringComparer.Ordinal));
        Assert.Equal(content, Received("a [1].bin"));
    }

    [Fact]
    public void Several_servers_take_turns_in_one_pipeline()
    {
        Write("a.bin", 300_000);
        Directory.CreateDirectory(Path.Combine(Folder, "second"));
        Serve();
        Shell.Run("$t = Start-FramedFileServer second -SelfSigned");
        TransferResult[] results = Results(Shell.Run("$s, $t | Send-FramedFile -Path a.bin"));
        Assert.Equal(2, results.Length);
        Assert.Equal(Shell.Run("$s.Port; $t.Port").Select(p => (int)p.BaseObject), results.Select(r => r.RemoteEndPoint.Port));
        Assert.True(File.Exists(Path.Combine(Folder, "second", "a.bin")) && File.Exists(Path.Combine(Inbox, "a.bin")));
    }

    [Fact]
    public void Wildcards_match_and_literal_paths_do_not()
    {
        foreach (string name in (string[])["a1.txt", "a2.txt", "b1.txt", "[ab]1.txt", "a*.txt"])
        {
            Write(name, 5);
        }
        Serve("-Conflict Overwrite");
        Assert.Equal(["a*.txt", "a1.txt", "a2.txt"], Send("-Path a*.txt").Select(r => r.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["a1.txt", "b1.txt"], Send("-Path '[ab]1.txt'").Select(r => r.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["[ab]1.txt", "a*.txt"], Send("-LiteralPath '[ab]1.txt', 'a*.txt'").Select(r => r.Name));
        Assert.Empty(Shell.Run("$s | Send-FramedFile -Path nothing*"));
    }

    [Fact]
    public void A_tree_arrives_as_it_is()
    {
        // Trailing blanks and dots are the only names that a Linux tree may have and no receiver takes.
        string[] names = ["plain.txt", "with blank.txt", "grüße.txt", "日本語.txt", "кириллица.txt", "عربى.txt", "😀👩‍👩‍👧.txt", "[x] 'q' $a;&.txt", "-dash", "#1 %20.txt", "deep/er/still/x.bin", ".hidden"];
        DateTime time = new(2011, 12, 13, 14, 15, 16, DateTimeKind.Utc);
        foreach (string name in names)
        {
            Write($"tree/{name}", 100 + name.Length);
        }
        Directory.CreateDirectory(Path.Combine(Folder, "tree", "empty", "too"));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(Folder, "tree", "plain.txt"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);
            File.SetUnixFileMode(Path.Combine(Folder, "tree", ".hidden"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        foreach (string path in Directory.EnumerateFileSystemEntries(Path.Combine(Folder, "tree"), "*", SearchOption.AllDirectories).OrderByDescending(p => p.Length).ToArray())
        {
            Directory.SetLastWriteTimeUtc(path, time);
        }
        Serve();
        TransferResult[] results = Send("-Path tree -Recurse");
        Assert.Equal(names.Select(n => $"tree/{n}").Order(StringComparer.Ordinal), results.Where(r => !r.IsFolder).Select(r => r.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["tree", "tree/deep", "tree/deep/er", "tree/deep/er/still", "tree/empty", "tree/empty/too"], results.Where(r => r.IsFolder).Select(r => r.Name).Order(StringComparer.Ordinal));
        Assert.All(results, r => Assert.Equal(!r.IsFolder, r.Verified));
        string[] Below(string root) => [.. Directory.EnumerateFileSystemEntries(root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Select(p => Path.GetRelativePath(root, p)).Order(StringComparer.Ordinal)];
        string there = Path.Combine(Inbox, "tree");
        Assert.Equal(Below(Path.Combine(Folder, "tree")), Below(there));
        foreach (string name in Below(there))
        {
            (string source, string target) = (Path.Combine(Folder, "tree", name), Path.Combine(there, name));
            Assert.Equal(time, Directory.GetLastWriteTimeUtc(target));
            if (File.Exists(source))
            {
                Assert.Equal(File.ReadAllBytes(source), File.ReadAllBytes(target));
                if (!OperatingSystem.IsWindows())
                {
                    Assert.Equal(File.GetUnixFileMode(source), File.GetUnixFileMode(target));
                }
            }
        }
        Shell.Run("$s | Stop-NetListener");
        Assert.True(IsTidy());
    }

    [Fact]
    public void Names_begin_below_the_base_path()
    {
        Write("site/images/a.png", 3);
        Write("site/index.html", 4);
        Serve("-Conflict Overwrite");
        Assert.Equal(["images/a.png"], Send("-Path site/images/a.png -BasePath site").Select(r => r.Name));
        Assert.Equal(["images/a.png", "images", "index.html"], Send("-Path site -BasePath site -Recurse").Select(r => r.Name));
        Assert.Equal(["site/index.html"], Send("-Path site/*.html -BasePath .").Select(r => r.Name));
        ErrorRecord error = Shell.Fails("InvalidArgument", "$s | Send-FramedFile -Path site/index.html -BasePath site/images");
        Assert.Contains("does not lie below", error.Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Empty_files_arrive()
    {
        Write("empty", 0);
        Serve("-Conflict Overwrite");
        foreach (string verify in (string[])["Full", "Slice", "Sample", "None"])
        {
            TransferResult result = Assert.Single(Send($"-Path empty -Verify {verify}"));
            Assert.Equal((0L, verify != "None"), (result.Length, result.Verified));
            Assert.Empty(Received("empty"));
        }
        Assert.Equal(0L, Assert.Single(Send("-Path empty -Plain")).Length);
    }

    [Fact]
    public void One_that_fails_is_one_error_and_the_others_go_on()
    {
        Write("a.bin", 10);
        Write("z.bin", 400_000);
        Directory.CreateDirectory(Path.Combine(Folder, "folder"));
        Serve("-Conflict Overwrite");
        Others("folder", "InvalidArgument", ErrorCategory.InvalidArgument, "-Recurse");
        Others("missing.bin", "FileNotFound", ErrorCategory.ObjectNotFound, "missing.bin");
        Others("env:PATH", "InvalidArgument", ErrorCategory.InvalidArgument, "Environment");
        // Held by somebody who lets nobody read.
        Write("held.bin", 10);
        using (new FileStream(Path.Combine(Folder, "held.bin"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Others("held.bin", "FileFailure", ErrorCategory.WriteError, "held.bin");
        }
        if (!OperatingSystem.IsWindows() && !Environment.IsPrivilegedProcess)
        {
            Write("secret.bin", 10);
            File.SetUnixFileMode(Path.Combine(Folder, "secret.bin"), UnixFileMode.None);
            Others("secret.bin", "AccessDenied", ErrorCategory.PermissionDenied, "may not");
        }

        void Others(string path, string id, ErrorCategory category, string words)
        {
            TransferResult[] results = Results(Shell.Invoke($"$s | Send-FramedFile -Path a.bin, {path}, z.bin"));
            ErrorRecord error = Assert.Single(Shell.Errors);
            Assert.Equal((id, category), (error.FullyQualifiedErrorId.Split(',')[0], error.CategoryInfo.Category));
            Assert.Contains(words, error.Exception.Message, StringComparison.Ordinal);
            Assert.Contains(Path.GetFileName(path), error.TargetObject.ToString(), StringComparison.Ordinal);
            Assert.Equal(["a.bin", "z.bin"], results.Select(r => r.Name));
        }
    }

    [Fact]
    public void A_folder_outside_the_base_does_not_keep_the_others_back()
    {
        Write("out/a.bin", 3);
        Write("base/b.bin", 3);
        Serve();
        Assert.Equal("b.bin", Assert.Single(Results(Shell.Invoke("$s | Send-FramedFile -Path out, base/b.bin -BasePath base -Recurse"))).Name);
        Assert.Contains("does not lie below", Assert.Single(Shell.Errors).Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_excludes_each_other_is_one_error_also_with_what_if()
    {
        Write("a.bin", 3);
        Write("b.bin", 3);
        Shell.Fails("InvalidArgument", "[pscustomobject]@{ Path = 'a.bin' }, [pscustomobject]@{ Path = 'b.bin' } | Send-FramedFile 127.0.0.1 9 -Plain -Resume");
        Shell.Fails("InvalidArgument", "Send-FramedFile 127.0.0.1 9 -Path a.bin -Plain -Resume -WhatIf");
        Shell.Fails("InvalidArgument", "Send-FramedFile 127.0.0.1 9 -Path a.bin -FrameFormat Line -WhatIf");
    }

    [Judges.JudgeFact("mkfifo")]
    public void Pipes_and_devices_are_not_opened()
    {
        Judges.JudgeProcess.Run("mkfifo", Path.Combine(Folder, "pipe"));
        Serve();
        foreach (string path in (string[])["pipe", "/dev/zero"])
        {
            Assert.Contains("not a regular file", Shell.Fails("NotSupportedHere", $"$s | Send-FramedFile -Path {path}").Exception.Message, StringComparison.Ordinal);
        }
        // In a tree beside others as well.
        Directory.CreateDirectory(Path.Combine(Folder, "tree"));
        File.Move(Path.Combine(Folder, "pipe"), Path.Combine(Folder, "tree", "pipe"));
        Write("tree/x.bin", 3);
        Assert.Equal(["tree", "tree/x.bin"], Results(Shell.Invoke("$s | Send-FramedFile -Path tree -Recurse")).Select(r => r.Name).Order(StringComparer.Ordinal));
        Assert.Single(Shell.Errors);
    }

    [Fact]
    public void What_if_connects_to_nobody()
    {
        Write("tree/a.bin", 10);
        Serve();
        Assert.Empty(Shell.Run("$s | Send-FramedFile -Path tree -Recurse -WhatIf"));
        Assert.Equal(0L, Shell.One("$s.TotalConnection").BaseObject);
        Assert.Empty(InInbox());
    }

    [Theory]
    [InlineData("Full")]
    [InlineData("Slice")]
    [InlineData("Sample")]
    [InlineData("None")]
    public void Every_way_to_verify_works_with_every_algorithm(string verify)
    {
        byte[] content = Write("a.bin", 600_000);
        Serve("-Conflict Overwrite");
        foreach (string algorithm in (string[])["MD5", "SHA1", "SHA256", "SHA384", "SHA512", "CRC32", "XXH3", "XXH128"])
        {
            File.Delete(Path.Combine(Inbox, "a.bin"));
            TransferResult result = Assert.Single(Send($"-Path a.bin -Verify {verify} -Algorithm {algorithm} -SliceSize 256KB"));
            Assert.Equal(content, Received("a.bin"));
            Assert.Equal((verify, verify != "None", verify == "None" ? null : algorithm), (result.VerifyMode, result.Verified, result.Algorithm));
            TransferResult there = Results(Shell.Run("($s | Receive-NetListener).Where{ $_.Type -eq 'Message' }.Message")).Single();
            Assert.Equal((result.Digest, result.VerifyMode, result.Verified), (there.Digest, there.VerifyMode, there.Verified));
            if (verify == "Full")
            {
                Assert.Equal(Shell.One($"(Get-FileDigest a.bin -Algorithm {algorithm}).Hash").BaseObject, result.Digest);
            }
            else
            {
                Assert.Equal(verify == "None", result.Digest is null);
            }
        }
    }

    [Fact]
    public void A_limit_is_never_exceeded()
    {
        Write("a.bin", 400_000);
        Serve();
        // All but the first twentieth of a second's worth waits for its time.
        Assert.True(Assert.Single(Send("-Path a.bin -LimitBytesPerSecond 200000")).Duration > TimeSpan.FromSeconds(1.9));
    }

    [Fact]
    public void Progress_tells_files_bytes_rate_and_time_left()
    {
        Write("a.bin", 600_000);
        Serve();
        Send("-Path a.bin -LimitBytesPerSecond 200000");
        ProgressRecord[] records = [.. Shell.Progress.Where(p => p.Activity == "Send-FramedFile")];
        Assert.Equal(ProgressRecordType.Completed, records[^1].RecordType);
        ProgressRecord shown = records[0];
        Assert.Equal(ProgressRecordType.Processing, shown.RecordType);
        Assert.Matches(@"^0 of 1 files, [\d.,]+ KB of [\d.,]+ KB, [\d.,]+ KB/s$", shown.StatusDescription);
        Assert.Equal("a.bin", shown.CurrentOperation);
        Assert.InRange(shown.PercentComplete, 1, 99);
        Assert.InRange(shown.SecondsRemaining, 0, 60);
    }

    [Fact]
    public void Nothing_to_send_is_told() => Assert.Contains("-Path", Shell.Fails("InvalidArgument", "Send-FramedFile localhost 1").Exception.Message, StringComparison.Ordinal);

    [Fact]
    public void A_peer_that_is_no_receiver_is_told_as_such()
    {
        Write("a.bin", 10);
        Assert.Contains("echo server", Shell.Fails("TransferRefused", "Start-TcpEchoServer | Send-FramedFile -Path a.bin").Exception.Message, StringComparison.Ordinal);
        Assert.Contains("-UseTls", Shell.Fails("FrameCorrupted", "Start-TcpEchoServer -Kind Daytime | Send-FramedFile -Path a.bin").Exception.Message, StringComparison.Ordinal);
        Assert.Contains("-Plain", Shell.Fails("TimedOut", "Start-TcpEchoServer -Kind Discard | Send-FramedFile -Path a.bin -TimeoutSeconds 0.3 -RetryCount 0").Exception.Message, StringComparison.Ordinal);
        Assert.Contains("-UseTls", Shell.Fails("PeerClosed", "$t = Start-FramedFileServer inbox -SelfSigned; Send-FramedFile $t.ComputerName $t.Port -Path a.bin").Exception.Message, StringComparison.Ordinal);
        Assert.Contains("nothing listens", Shell.Fails("ConnectionRefused", "Send-FramedFile 127.0.0.1 (Get-AvailablePort) -Path a.bin").Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_receiver_that_is_not_there_is_one_error_for_all_files()
    {
        for (int i = 0; i < 600; i++)
        {
            Write($"many/{i}.bin", 10);
        }
        ErrorRecord error = Shell.Fails("ConnectionRefused", "$port = Get-AvailablePort; Send-FramedFile 127.0.0.1 $port -Path many -Recurse");
        Assert.Equal(Shell.One("\"127.0.0.1:$port\"").ToString(), error.TargetObject.ToString());
        Shell.Fails("ConnectionRefused", "$ExecutionContext.InvokeProvider.ChildItem.Get(\"$PWD/many\", $false) | Send-FramedFile 127.0.0.1 $port");
        // The others of a pipeline go on.
        Serve();
        Assert.Equal(601, Shell.Invoke("[pscustomobject]@{ ComputerName = '127.0.0.1'; Port = $port }, $s | Send-FramedFile -Path many -Recurse").Count);
        Assert.Single(Shell.Errors);
    }

    [Fact]
    public void A_name_that_no_receiver_takes_is_one_error()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        foreach (string name in (string[])["a.", "b ", "c\\d", "CON", "good"])
        {
            Write($"tree/{name}", 10);
        }
        Serve();
        Assert.Equal(["tree", "tree/good"], Results(Shell.Invoke("$s | Send-FramedFile -Path tree -Recurse")).Select(r => r.Name).Order(StringComparer.Ordinal));
        Assert.Equal(4, Shell.Errors.Count);
        Assert.All(Shell.Errors, e => Assert.Equal(("UnsafePath", ErrorCategory.SecurityError), (e.FullyQualifiedErrorId.Split(',')[0], e.CategoryInfo.Category)));
    }

    [Fact]
    public void A_file_may_be_sent_onto_itself()
    {
        byte[] content = Write("inbox/a.bin", 900_000);
        Serve("-Conflict Overwrite");
        Assert.True(Assert.Single(Send("-Path inbox/a.bin")).Verified);
        Assert.Equal(content, Received("a.bin"));
        Assert.Equal(0, Assert.Single(Send("-Path inbox/a.bin -Repair")).BytesSent);
        Assert.Equal(content, Received("a.bin"));
    }

    [Fact]
    public void A_first_connection_is_tried_again_where_a_number_is_given()
    {
        Write("a.bin", 10);
        using PowerShellSession other = new();
        Here(other);
        int port = (int)Shell.One("Get-AvailablePort").BaseObject;
        using BackgroundPipeline sending = new(other, $"Send-FramedFile 127.0.0.1 {port} -Path a.bin -RetryCount 10");
        WaitUntil(() => sending.Progress.Count > 0, "It gives up, or tells nothing.");
        Serve($"-Port {port}");
        Assert.Equal("a.bin", Assert.Single(Results(sending.End())).Name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-Verify Sample")]
    [InlineData("-Plain")]
    public void A_file_that_has_content_and_no_length_is_not_sent_as_an_empty_one(string how)
    {
        if (OperatingSystem.IsLinux())
        {
            Serve();
            Shell.Fails("NotSupportedHere", $"$s | Send-FramedFile -Path /proc/version {how}");
            Assert.Empty(InInbox());
        }
    }

    [Fact]
    public void More_folders_than_may_be_under_way_arrive_also_over_a_network_that_cuts()
    {
        for (int i = 0; i < 2500; i++)
        {
            Directory.CreateDirectory(Path.Combine(Folder, "many", $"d{i}"));
        }
        Serve("-Conflict Overwrite");
        Shell.Run("$p = $s | Start-TcpFaultProxy -ResetAfterBytes 150000 -Direction ClientToServer");
        Assert.Equal(2501, Shell.Run("$p | Send-FramedFile -Path many -Recurse -RetryCount 20").Count);
        Assert.Equal(2501, InInbox().Length);
    }

    [Fact]
    public void A_folder_where_a_file_is_tells_so()
    {
        Write("inbox/taken", [1]);
        Directory.CreateDirectory(Path.Combine(Folder, "taken"));
        Write("taken/below.bin", 5);
        Serve();
        Assert.All(Shell.Invoke("$s | Send-FramedFile -Path taken -Recurse"), _ => Assert.Fail("It was taken."));
        Assert.NotEmpty(Shell.Errors);
        Assert.All(Shell.Errors, e => Assert.StartsWith("FileExists", e.FullyQualifiedErrorId, StringComparison.Ordinal));
    }

    [Fact]
    public void Select_first_ends_a_send()
    {
        for (int i = 0; i < 300; i++)
        {
            Write($"many/{i}.bin", 100);
        }
        Serve();
        Assert.Single(Shell.Run("$s | Send-FramedFile -Path many -Recurse | Select-First 1"));
        WaitUntil(() => (long)Shell.One("$s.ActiveConnection").BaseObject == 0, "The connection is still open.");
        WaitUntil(() => OpenFiles().Length == 0, "Files are still open.");
    }
}
