using System.Text;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Faults;
using PSNetConcurrency.Core.Tests.Net;
using PSNetConcurrency.Core.Transfer.Sending;

namespace PSNetConcurrency.Core.Tests.Transfer;

public class ResumeTests
{
    private const int Slice = 64 * 1024, Size = (8 * Slice) + 3000;

    /// <summary>Every slice boundary, a byte before and a byte after it, as the bytes of content that pass before the cut.</summary>
    public static TheoryData<int> Cuts
    {
        get
        {
            TheoryData<int> data = [];
            for (int slice = 1; slice <= 8; slice++)
            {
                data.Add((slice * Slice) - 1);
                data.Add(slice * Slice);
                data.Add((slice * Slice) + 1);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task A_cut_file_goes_on_where_it_is_verified(int cut)
    {
        foreach (TransferVerification verify in new[] { TransferVerification.Full, TransferVerification.Slice })
        {
            await using TransferRig rig = new();
            byte[] content = TransferRig.Bytes(Size);
            string path = rig.File("a.bin", content);
            // Beside the content: greeting and announcement, about 600 bytes, and 33 behind each slice.
            FaultProxyListener proxy = rig.Proxy(new NetFault { ResetAfterBytes = cut + 600 + (33 * (cut / Slice)), Direction = FaultDirection.ClientToServer });
            SendOptions options = rig.To(proxy.Port) with { Verify = verify, Resume = true, RetryCount = 0 };
            SendOutcome first = Assert.Single(await rig.SendAsync(options, path));
            Assert.NotNull(first.Failure);
            await rig.AllGoneAsync();
            Assert.Equal(2, rig.InTarget().Length);

            FileTransferResult second = await rig.SendOneAsync(rig.To() with { Verify = verify, Resume = true }, path);
            Assert.Equal(content, rig.Received("a.bin"));
            Assert.Equal((long)Size, second.BytesSent + second.BytesSkipped);
            Assert.InRange(second.BytesSkipped, ((cut / Slice) - 1) * Slice, ((cut / Slice) + 1) * Slice);
            Assert.Equal(second.BytesSkipped > 0, second.Resumed);
            Assert.True(second.Verified);
            await rig.StopAsync();
            Assert.Equal(["a.bin"], rig.InTarget());
            FileTransferResult received = Assert.Single(rig.Told());
            if (verify == TransferVerification.Full && second.Resumed)
            {
                Assert.Null(second.Digest);
                Assert.Equal(Size, received.Range.Sum(r => r.Length));
                Assert.All(received.Range, r => Assert.Equal(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(content.AsSpan((int)r.Offset, (int)r.Length))), r.Hash));
                Assert.Equal(received.Range[^1], Assert.Single(second.Range));
            }
        }
    }

    [Fact]
    public async Task Nobody_reads_again_what_is_verified()
    {
        await using TransferRig rig = new();
        byte[] content = TransferRig.Bytes(Size);
        string path = await CutAsync(rig, content);
        // Whoever read the beginning again would find it changed: on either side.
        DateTime time = File.GetLastWriteTimeUtc(path);
        using (FileStream file = File.OpenWrite(path))
        {
            file.Write(new byte[Slice]);
        }
        File.SetLastWriteTimeUtc(path, time);
        FileTransferResult result = await rig.SendOneAsync(rig.To() with { Resume = true }, path);
        Assert.True(result.BytesSkipped >= 2 * Slice);
        Assert.Equal(content, rig.Received("a.bin"));
    }

    [Fact]
    public async Task Another_file_of_that_name_begins_anew()
    {
        await using TransferRig rig = new();
        string path = await CutAsync(rig, TransferRig.Bytes(Size));
        byte[] other = TransferRig.Bytes(Size, 8);
        File.WriteAllBytes(path, other);
        File.SetLastWriteTimeUtc(path, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        FileTransferResult result = await rig.SendOneAsync(rig.To() with { Resume = true }, path);
        Assert.False(result.Resumed);
        Assert.Equal(other, rig.Received("a.bin"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_a_restart_of_the_machine_what_is_kept_is_checked_first(bool damaged)
    {
        await using TransferRig rig = new();
        byte[] content = TransferRig.Bytes(Size);
        string path = await CutAsync(rig, content);
        string part = Path.Combine(rig.Target, rig.InTarget().Single(f => f.EndsWith(".part", StringComparison.Ordinal)));
        string journal = Path.ChangeExtension(part, ".journal");
        byte[] text = File.ReadAllBytes(journal);
        int at = text.AsSpan().IndexOf("\"boot\":\""u8) + 8;
        text[at] = text[at] == (byte)'0' ? (byte)'1' : (byte)'0';
        File.WriteAllBytes(journal, text);
        if (damaged)
        {
            using FileStream file = File.OpenWrite(part);
            file.Position = Slice + 5;
            file.Write([0, 0, 0, 0, 0, 0, 0, 0]);
        }
        FileTransferResult result = await rig.SendOneAsync(rig.To() with { Resume = true }, path);
        Assert.Equal(content, rig.Received("a.bin"));
        Assert.Equal(damaged, result.BytesSkipped == Slice);
    }

    [Fact]
    public async Task A_sender_comes_back_by_itself_until_all_is_there()
    {
        await using TransferRig rig = new();
        byte[] content = TransferRig.Bytes(40 * Slice);
        FaultProxyListener proxy = rig.Proxy(new NetFault { ResetAfterBytes = 5 * Slice, Direction = FaultDirection.ClientToServer });
        FileTransferResult result = await rig.SendOneAsync(rig.To(proxy.Port), rig.File("a.bin", content));
        Assert.Equal(content, rig.Received("a.bin"));
        Assert.True(result.Attempt > 8, $"{result.Attempt} attempts");
        Assert.True(result.Resumed && result.Verified);
        await rig.StopAsync();
        Assert.Equal(["a.bin"], rig.InTarget());
    }

    [Fact]
    public async Task A_sender_takes_over_from_its_own_connection_that_is_dead_and_does_not_know()
    {
        await using TransferRig rig = new();
        byte[] content = TransferRig.Bytes(20 * Slice);
        // Stalled, the first connection stays open at the receiver.
        FaultProxyListener proxy = rig.Proxy(new NetFault { StallAfterBytes = 7 * Slice, Direction = FaultDirection.ClientToServer });
        Task<FileTransferResult> sending = rig.SendOneAsync(rig.To(proxy.Port) with { Timeout = TimeSpan.FromSeconds(1) }, rig.File("a.bin", content));
        Assert.True((await sending).Attempt > 1);
        Assert.Equal(content, rig.Received("a.bin"));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Size)]
    public async Task A_file_whose_result_was_lost_on_the_way_is_not_a_conflict(int size)
    {
        await using TransferRig rig = new();
        // The greeting gets through, the result does not.
        FaultProxyListener proxy = rig.Proxy(new NetFault { ResetAfterBytes = size > 256 * 1024 ? 270 : 200, Direction = FaultDirection.ServerToClient });
        Task<FileTransferResult> sending = rig.SendOneAsync(rig.To(proxy.Port) with { RetryCount = 10_000 }, rig.File("a.bin", TransferRig.Bytes(size)));
        Assert.True(await rig.Server.WaitAsync(s => s.MessageCount > 0, rig.Limit));
        await proxy.ChangeAsync(_ => NetFault.None);
        FileTransferResult result = await sending;
        Assert.True(result.Verified);
        Assert.Equal(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(TransferRig.Bytes(size))), result.Digest);
        Assert.Single(rig.Told());
        Assert.Equal(TransferRig.Bytes(size), rig.Received("a.bin"));
    }

    [Fact]
    public async Task Another_sender_does_not_get_at_a_file_under_way()
    {
        await using TransferRig rig = new();
        string path = rig.File("a.bin", TransferRig.Bytes(40 * Slice));
        await using FileSender slow = FileSender.Start(rig.To() with { Limit = 10 * Slice }, rig.Limit);
        slow.TryAdd(new SendItem(path, "a.bin", isFolder: false));
        Assert.True(await rig.Server.WaitAsync(s => s.BytesReceived > Slice, rig.Limit));
        await rig.FailsAsync(NetError.TransferRefused, rig.To(), path);
    }

    [Fact]
    public async Task Without_Resume_nothing_is_left_when_the_receiver_ends()
    {
        await using TransferRig rig = new();
        string path = rig.File("a.bin", TransferRig.Bytes(Size));
        FaultProxyListener proxy = rig.Proxy(new NetFault { ResetAfterBytes = 3 * Slice, Direction = FaultDirection.ClientToServer });
        Assert.NotNull(Assert.Single(await rig.SendAsync(rig.To(proxy.Port) with { RetryCount = 1, SliceSize = Size }, path)).Failure);
        Assert.NotNull(Assert.Single(await rig.SendAsync(rig.To(proxy.Port) with { RetryCount = 0 }, path)).Failure);
        await rig.AllGoneAsync();
        await rig.StopAsync();
        Assert.Empty(rig.InTarget());
        Assert.Empty(Directory.EnumerateDirectories(rig.Target));
    }

    [Fact]
    public async Task With_Resume_what_is_left_survives_the_receiver()
    {
        await using TransferRig rig = new();
        byte[] content = TransferRig.Bytes(Size);
        string path = await CutAsync(rig, content);
        await rig.RestartAsync();
        Assert.Equal(2, rig.InTarget().Length);
        FileTransferResult result = await rig.SendOneAsync(rig.To() with { Resume = true }, path);
        Assert.True(result.Resumed);
        Assert.Equal(content, rig.Received("a.bin"));
    }

    [Fact]
    public async Task Litter_of_a_receiver_that_was_killed_is_swept_away()
    {
        await using TransferRig rig = new();
        await rig.StopAsync();
        string incoming = Directory.CreateDirectory(Path.Combine(rig.Target, ".psnc-incoming")).FullName;
        File.WriteAllText(Path.Combine(incoming, "a.part"), "x");
        File.WriteAllText(Path.Combine(incoming, "b.journal"), "{}");
        File.WriteAllText(Path.Combine(incoming, "c.part"), "x");
        File.WriteAllText(Path.Combine(incoming, "c.journal"), "no json");
        await rig.RestartAsync();
        Assert.Empty(rig.InTarget());
    }

    [Fact]
    public async Task A_journal_that_was_tampered_with_costs_a_new_start_and_no_more()
    {
        await using TransferRig rig = new();
        byte[] content = TransferRig.Bytes(Size);
        string path = await CutAsync(rig, content);
        foreach (string journal in rig.InTarget().Where(f => f.EndsWith(".journal", StringComparison.Ordinal)))
        {
            File.WriteAllBytes(Path.Combine(rig.Target, journal), Encoding.UTF8.GetBytes("{\"boot\":1}\n" + new string('x', 500)));
        }
        FileTransferResult result = await rig.SendOneAsync(rig.To() with { Resume = true }, path);
        Assert.Equal((false, true), (result.Resumed, result.Verified));
        Assert.Equal(content, rig.Received("a.bin"));
    }

    // A file that is half there, kept.
    private static async Task<string> CutAsync(TransferRig rig, byte[] content)
    {
        string path = rig.File("a.bin", content);
        FaultProxyListener proxy = rig.Proxy(new NetFault { ResetAfterBytes = (4 * Slice) + 1000, Direction = FaultDirection.ClientToServer });
        Assert.NotNull(Assert.Single(await rig.SendAsync(rig.To(proxy.Port) with { Resume = true, RetryCount = 0 }, path)).Failure);
        await rig.AllGoneAsync();
        return path;
    }
}
