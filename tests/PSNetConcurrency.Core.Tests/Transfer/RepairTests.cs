using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Sending;

namespace PSNetConcurrency.Core.Tests.Transfer;

public class RepairTests
{
    private const int Slice = 64 * 1024;

    [Theory]
    // The receiver's length, the sender's length, what is changed, and how many slices differ.
    [InlineData(20 * Slice, 20 * Slice, new int[0], 0)]
    [InlineData(20 * Slice, 20 * Slice, new[] { 3 }, 1)]
    [InlineData(20 * Slice, 20 * Slice, new[] { 0, 7, 19 }, 3)]
    [InlineData((20 * Slice) + 5, (20 * Slice) + 5, new[] { 20 }, 1)]
    [InlineData(20 * Slice, (22 * Slice) + 9, new[] { 1 }, 4)]
    [InlineData((22 * Slice) + 9, 20 * Slice, new[] { 1 }, 1)]
    [InlineData((20 * Slice) - 1, 20 * Slice, new int[0], 1)]
    [InlineData(0, 20 * Slice, new int[0], 20)]
    public async Task Only_the_slices_that_differ_are_sent(int there, int here, int[] damaged, int differing)
    {
        await using TransferRig rig = new(o => o with { Conflict = FileConflict.Overwrite });
        byte[] content = TransferRig.Bytes(Math.Max(here, there));
        string path = rig.File("a.bin", content[..here]);
        byte[] old = content[..there];
        foreach (int slice in damaged)
        {
            old[slice * Slice] ^= 1;
        }
        File.WriteAllBytes(Path.Combine(rig.Target, "a.bin"), old);
        FileTransferResult result = await rig.SendOneAsync(rig.To() with { Repair = true }, path);
        Assert.Equal(content[..here], rig.Received("a.bin"));
        Assert.Equal(here, result.BytesSent + result.BytesSkipped);
        Assert.Equal(differing, (int)((result.BytesSent + Slice - 1) / Slice));
        Assert.Equal((true, TransferVerification.Slice, false), (result.Verified, result.VerifyMode, result.Resumed));
        await rig.StopAsync();
        Assert.Equal(["a.bin"], rig.InTarget());
    }

    [Fact]
    public async Task A_repair_takes_a_receiver_that_overwrites()
    {
        await using TransferRig rig = new();
        string path = rig.File("a.bin", TransferRig.Bytes(10 * Slice));
        File.WriteAllText(Path.Combine(rig.Target, "a.bin"), "old");
        Assert.Contains("-Conflict Overwrite", (await rig.FailsAsync(NetError.FileExists, rig.To() with { Repair = true }, path)).Message, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(Path.Combine(rig.Target, "a.bin")));
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_sent_whole()
    {
        await using TransferRig rig = new();
        string path = rig.File("a.bin", TransferRig.Bytes(10 * Slice));
        FileTransferResult result = await rig.SendOneAsync(rig.To() with { Repair = true }, path);
        Assert.Equal(10 * Slice, result.BytesSent);
        Assert.Equal(TransferRig.Bytes(10 * Slice), rig.Received("a.bin"));
    }

    [Fact]
    public async Task A_repair_that_is_cut_leaves_the_old_file_and_ends_in_the_new_one()
    {
        await using TransferRig rig = new(o => o with { Conflict = FileConflict.Overwrite });
        byte[] content = TransferRig.Bytes(20 * Slice), old = TransferRig.Bytes(20 * Slice, 9);
        string path = rig.File("a.bin", content);
        File.WriteAllBytes(Path.Combine(rig.Target, "a.bin"), old);
        var proxy = rig.Proxy(new NetFault { ResetAfterBytes = 5 * Slice, Direction = FaultDirection.ClientToServer });
        SendOutcome outcome = Assert.Single(await rig.SendAsync(rig.To(proxy.Port) with { Repair = true, RetryCount = 1 }, path));
        Assert.NotNull(outcome.Failure);
        await rig.AllGoneAsync();
        Assert.Equal(old, rig.Received("a.bin"));
        await rig.SendOneAsync(rig.To() with { Repair = true }, path);
        Assert.Equal(content, rig.Received("a.bin"));
        await rig.StopAsync();
        Assert.Equal(["a.bin"], rig.InTarget());
    }
}
