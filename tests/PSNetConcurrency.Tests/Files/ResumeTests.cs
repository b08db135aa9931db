using System.Management.Automation;

namespace PSNetConcurrency.Tests.Files;

/// <summary>What was verified is neither sent nor read again: after a cut, after a call, and in a repair.</summary>
public sealed class ResumeTests : TransferSession
{
    private const int Slice = 64 * 1024, Length = 50 * Slice + 123;

    [Theory]
    [InlineData("Full")]
    [InlineData("Slice")]
    public void A_second_call_goes_on_and_reads_nothing_of_what_is_verified(string verify)
    {
        byte[] content = Write("a.bin", Length);
        string path = Path.Combine(Folder, "a.bin");
        DateTime written = File.GetLastWriteTimeUtc(path);
        Serve();
        Cut($"-Path a.bin -Resume -Verify {verify} -SliceSize {Slice}", 20 * Slice);
        // Whoever read the first slices again would send, hash or store these.
        using (FileStream file = File.OpenWrite(path))
        {
            file.Write(new byte[18 * Slice]);
        }
        File.SetLastWriteTimeUtc(path, written);

        TransferResult result = Assert.Single(Send($"-Path a.bin -Resume -Verify {verify} -SliceSize {Slice}"));
        Assert.Equal(content, Received("a.bin"));
        Assert.InRange(result.BytesSkipped, 18 * Slice, Length - 1);
        Assert.Equal((true, true, "Slice", Length - result.BytesSkipped), (result.Resumed, result.Verified, result.VerifyMode, result.BytesSent));
        Assert.Equal(0, result.BytesSkipped % Slice);
        Assert.Null(result.Digest);
        if (verify == "Full")
        {
            Assert.Equal([(result.BytesSkipped, result.BytesSent, Sha256(content.AsSpan((int)result.BytesSkipped)))], result.Range);
            // The receiver knows of both parts.
            TransferResult there = Results(Shell.Run("($s | Receive-NetListener).Where{ $_.Type -eq 'Message' }.Message")).Single();
            Assert.Equal([0L, result.BytesSkipped], there.Range.Select(r => r.Offset));
            Assert.Equal(Sha256(content.AsSpan(0, (int)result.BytesSkipped)), there.Range[0].Hash);
        }
        Assert.Equal(["a.bin"], InInbox());
    }

    [Fact]
    public void What_a_call_leaves_outlives_the_receiver()
    {
        byte[] content = Write("a.bin", Length);
        Serve();
        Cut($"-Path a.bin -Resume -SliceSize {Slice}", 20 * Slice);
        Shell.Run("$s | Stop-NetListener -Force");
        Serve();
        Assert.InRange(Assert.Single(Send($"-Path a.bin -Resume -SliceSize {Slice}")).BytesSkipped, 18 * Slice, Length);
        Assert.Equal(content, Received("a.bin"));
    }

    [Fact]
    public void A_file_that_was_written_to_since_begins_anew()
    {
        Write("a.bin", Length);
        Serve();
        Cut($"-Path a.bin -Resume -SliceSize {Slice}", 10 * Slice);
        byte[] content = Write("a.bin", Length, seed: 2);
        File.SetLastWriteTimeUtc(Path.Combine(Folder, "a.bin"), DateTime.UtcNow.AddMinutes(-5));
        TransferResult result = Assert.Single(Send($"-Path a.bin -Resume -SliceSize {Slice}"));
        Assert.Equal((0L, false, Sha256(content)), (result.BytesSkipped, result.Resumed, result.Digest));
        Assert.Equal(content, Received("a.bin"));
    }

    [Fact]
    public void Without_resume_nothing_is_left_when_the_receiver_ends()
    {
        Write("a.bin", Length);
        Serve();
        Cut($"-Path a.bin -SliceSize {Slice}", 10 * Slice);
        Shell.Run("$s | Stop-NetListener");
        Assert.Empty(InInbox());
        Assert.True(IsTidy());
    }

    [Fact]
    public void A_broken_connection_is_made_again_by_itself()
    {
        byte[] content = Write("a.bin", Length);
        Serve();
        Shell.Run($"$p = $s | Start-TcpFaultProxy -ResetAfterBytes {20 * Slice} -Direction ClientToServer");
        TransferResult result = Assert.Single(Results(Shell.Run($"$p | Send-FramedFile -Path a.bin -SliceSize {Slice}")));
        Assert.Equal(content, Received("a.bin"));
        Assert.InRange(result.Attempt, 2, 4);
        Assert.Equal((true, true), (result.Resumed, result.Verified));
        Assert.Equal(["a.bin"], InInbox());
    }

    [Fact]
    public void Changed_bytes_never_get_the_final_name()
    {
        Write("a.bin", Length);
        Serve();
        // Far enough from the beginning to be content.
        Shell.Run("$p = $s | Start-TcpFaultProxy -CorruptRate 0.00001 -Direction ClientToServer -Seed 7");
        Shell.Fails("DigestMismatch", $"$p | Send-FramedFile -Path a.bin -SliceSize {Slice} -RetryCount 0");
        Shell.Run("$s | Stop-NetListener");
        Assert.Empty(InInbox());
        Assert.True(IsTidy());
    }

    [Theory]
    [InlineData(Length)]
    [InlineData(Length - 2 * Slice)]
    [InlineData(Length + 2 * Slice)]
    public void A_repair_sends_the_slices_that_differ(int oldLength)
    {
        byte[] content = Write("a.bin", Length);
        byte[] old = new byte[oldLength];
        content.AsSpan(0, Math.Min(oldLength, Length)).CopyTo(old);
        old[5 * Slice] ^= 1;
        old[7 * Slice - 1] ^= 1;
        File.WriteAllBytes(Path.Combine(Inbox, "a.bin"), old);
        Serve("-Conflict Overwrite");
        TransferResult result = Assert.Single(Send($"-Path a.bin -Repair -SliceSize {Slice}"));
        Assert.Equal(content, Received("a.bin"));
        long expected = (2 * Slice) + (oldLength < Length ? (2 * Slice) + 123 : oldLength > Length ? 123 : 0);
        Assert.InRange(result.BytesSent, 2 * Slice, expected);
        Assert.Equal((Length - result.BytesSent, true, "Slice"), (result.BytesSkipped, result.Verified, result.VerifyMode));
        Assert.Equal(Shell.One($"(Get-FileDigest a.bin -SliceSize {Slice}).Hash").BaseObject, result.Digest);
        Assert.Equal(0L, Assert.Single(Send($"-Path a.bin -Repair -SliceSize {Slice}")).BytesSent);
        Assert.Equal(["a.bin"], InInbox());
    }

    [Fact]
    public void A_repair_of_nothing_sends_all_and_one_that_may_not_be_is_told()
    {
        byte[] content = Write("a.bin", Length);
        Serve();
        Assert.Equal(Length, Assert.Single(Send($"-Path a.bin -Repair -SliceSize {Slice}")).BytesSent);
        Assert.Equal(content, Received("a.bin"));
        Assert.Contains("-Conflict Overwrite", Shell.Fails("FileExists", "$s | Send-FramedFile -Path a.bin -Repair").Exception.Message, StringComparison.Ordinal);
    }

    // Sends slowly, and presses Ctrl+C when so much has arrived.
    private void Cut(string arguments, long at)
    {
        using BackgroundPipeline sending = new(Shell, $"$s | Send-FramedFile {arguments} -LimitBytesPerSecond 1500000");
        WaitUntil(() => Arrived() > at, "Nothing arrives.");
        sending.Stop();
        WaitUntil(() => (long)Shell.One("$s.ActiveConnection").BaseObject == 0, "The receiver does not notice.");
        Assert.DoesNotContain("a.bin", InInbox());
    }
}
