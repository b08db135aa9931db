using System.Management.Automation;
namespace PSNetConcurrency.Tests.Files;

/// <summary>What a receiver takes, and what it does where a name is taken.</summary>
public sealed class ConflictTests : TransferSession
{
    [Theory]
    [InlineData("")]
    [InlineData("-Conflict Fail")]
    public void Fail_keeps_what_is_there(string conflict)
    {
        File.WriteAllText(Path.Combine(Inbox, "a.bin"), "old");
        foreach (int length in (int[])[10, 600_000])
        {
            Write("a.bin", length);
            Serve(conflict);
            ErrorRecord error = Shell.Fails("FileExists", "$s | Send-FramedFile -Path a.bin");
            Assert.Equal(ErrorCategory.ResourceExists, error.CategoryInfo.Category);
            Assert.Equal(Path.Combine(Folder, "a.bin"), error.TargetObject);
            Assert.Contains("-Conflict Overwrite", error.Exception.Message, StringComparison.Ordinal);
            // Where the folder lies at the receiver is nobody's business.
            Assert.DoesNotContain(Inbox, error.Exception.Message, StringComparison.Ordinal);
            Assert.Equal("old", File.ReadAllText(Path.Combine(Inbox, "a.bin")));
            Assert.Contains(Shell.Run("($s | Receive-NetListener).Where{ $_.Type -eq 'Error' }.Error"), e => e.Properties["Error"].Value.ToString() == "FileExists");
        }
        Assert.Equal(["a.bin"], InInbox());
    }

    [Fact]
    public void Overwrite_replaces()
    {
        File.WriteAllText(Path.Combine(Inbox, "a.bin"), "old");
        Serve("-Conflict Overwrite");
        foreach (int length in (int[])[10, 600_000, 0])
        {
            byte[] content = Write("a.bin", length);
            Assert.Equal(length, Assert.Single(Send("-Path a.bin")).BytesSent);
            Assert.Equal(content, Received("a.bin"));
        }
        Assert.Equal(["a.bin"], InInbox());
    }

    [Fact]
    public void Rename_keeps_both()
    {
        Serve("-Conflict Rename");
        byte[][] contents = [Write("a.tar.gz", 10, 1), Write("a.tar.gz", 10, 2), Write("a.tar.gz", 600_000, 3)];
        foreach (byte[] content in contents)
        {
            Write("a.tar.gz", content);
            Assert.Equal("a.tar.gz", Assert.Single(Send("-Path a.tar.gz")).Name);
        }
        string[] stored = [.. Results(Shell.Run("($s | Receive-NetListener).Where{ $_.Type -eq 'Message' }.Message")).Select(r => r.Path)];
        Assert.Equal(3, stored.Distinct().Count());
        Assert.Equal(contents, stored.Select(File.ReadAllBytes));
        Assert.Equal(Path.Combine(Inbox, "a.tar.gz"), stored[0]);
        Assert.Contains("(1)", stored[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Skip_takes_nothing_and_is_no_error()
    {
        File.WriteAllText(Path.Combine(Inbox, "a.bin"), "old");
        Serve("-Conflict Skip");
        foreach (int length in (int[])[10, 600_000])
        {
            Write("a.bin", length);
            TransferResult result = Assert.Single(Send("-Path a.bin"));
            Assert.Equal((true, false, length), (result.Skipped, result.Verified, result.BytesSkipped));
            Assert.Equal("old", File.ReadAllText(Path.Combine(Inbox, "a.bin")));
        }
        Write("b.bin", 10);
        Assert.False(Assert.Single(Send("-Path b.bin")).Skipped);
    }

    [Fact]
    public void A_folder_in_the_way_is_told()
    {
        Directory.CreateDirectory(Path.Combine(Inbox, "a.bin"));
        Write("a.bin", 10);
        Serve("-Conflict Overwrite");
        Assert.Contains("is a folder", Shell.Fails("FileExists", "$s | Send-FramedFile -Path a.bin").Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_too_long_is_refused_and_the_others_go_on()
    {
        Write("small.bin", 1000);
        Write("long.bin", 1001);
        Write("huge.bin", 600_000);
        Serve("-MaximumBytes 1000");
        Assert.Equal(["small.bin"], Results(Shell.Invoke("$s | Send-FramedFile -Path huge.bin, long.bin, small.bin")).Select(r => r.Name));
        Assert.Equal(2, Shell.Errors.Count);
        Assert.All(Shell.Errors, e => Assert.Equal(("MessageTooLarge", ErrorCategory.LimitsExceeded), (e.FullyQualifiedErrorId.Split(',')[0], e.CategoryInfo.Category)));
        Assert.All(Shell.Errors, e => Assert.Contains("1000", e.Exception.Message, StringComparison.Ordinal));
        Assert.Equal(["small.bin"], InInbox());
    }

    [Fact]
    public void More_files_than_a_connection_may_bring_are_refused_with_the_reason()
    {
        for (int i = 0; i < 200; i++)
        {
            Write($"many/{i:000}.bin", 1000);
        }
        Serve("-MaximumFile 50");
        TransferResult[] results = Results(Shell.Invoke("$s | Send-FramedFile -Path many/*"));
        Assert.Equal(50, results.Length);
        Assert.Equal(150, Shell.Errors.Count);
        Assert.All(Shell.Errors, e => Assert.Contains("-MaximumFile", e.Exception.Message, StringComparison.Ordinal));
        Assert.Equal(50, InInbox().Length);
    }

    [Theory]
    [InlineData("Start-FramedFileServer nowhere", "FileNotFound", "Make it first")]
    [InlineData("Start-FramedFileServer env:", "InvalidArgument", "Environment")]
    [InlineData("Receive-FramedFile nowhere", "FileNotFound", "Make it first")]
    [InlineData("Start-FramedFileServer inbox -FrameFormat Line", "InvalidArgument", "dictionary")]
    [InlineData("Start-FramedFileServer inbox -AllowedThumbprint ('A' * 64)", "InvalidArgument", "-SelfSigned")]
    [InlineData("Start-FramedFileServer inbox -AllowedThumbprint xyz -SelfSigned", "InvalidArgument", "thumbprint")]
    [InlineData("Start-FramedFileServer inbox -SharedSecret x -AnyAddress", "InsecureConnection", "TLS")]
    [InlineData("Receive-FramedFile inbox -SharedSecret x -AnyAddress", "InsecureConnection", "TLS")]
    public void A_receiver_that_can_not_be_is_refused_at_once(string script, string id, string words) =>
        Assert.Contains(words, Shell.Fails(id, script).Exception.Message, StringComparison.Ordinal);
}
