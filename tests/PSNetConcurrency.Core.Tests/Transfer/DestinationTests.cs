using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Receiving;
using PSNetConcurrency.Core.Transfer.Sending;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Tests.Transfer;

/// <summary>What has a name at the receiver already, and what becomes of it.</summary>
public class DestinationTests
{
    private const int Slice = 64 * 1024;

    [Fact]
    public void A_complete_file_takes_another_name_where_one_is_taken_though_it_is_closed()
    {
        using TemporaryFolder folder = new();
        string taken = folder.Write([1]), free = Path.Combine(folder.Path, "free");
        DateTime time = new(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc);
        using PartialFile file = PartialFile.Create(new IncomingFolder(folder.Path), new FileOffer { Id = 1, Name = "a", Length = 2, ModifiedUtc = time, Mode = UnixFileMode.UserRead });
        RandomAccess.Write(file.Handle, [2, 3], 0);
        file.Complete();
        // As Windows has it: an open file can't be moved there.
        file.Handle.Dispose();
        Assert.Equal(NetError.FileExists, Assert.Throws<NetException>(() => file.Move(taken, overwrite: false)).Error);
        file.Move(free, overwrite: false);
        Assert.Equal([1], File.ReadAllBytes(taken));
        Assert.Equal([2, 3], File.ReadAllBytes(free));
        Assert.Equal(time, File.GetLastWriteTimeUtc(free));
    }

    [Theory]
    [InlineData(FileConflict.Fail, 100)]
    [InlineData(FileConflict.Rename, 100)]
    [InlineData(FileConflict.Overwrite, 100)]
    [InlineData(FileConflict.Fail, 5 * Slice)]
    [InlineData(FileConflict.Rename, 5 * Slice)]
    [InlineData(FileConflict.Overwrite, 5 * Slice)]
    public async Task Two_files_of_one_call_with_one_name_length_and_time_are_two(FileConflict conflict, int size)
    {
        await using TransferRig rig = new(o => o with { Conflict = conflict });
        byte[] first = TransferRig.Bytes(size, 1), second = TransferRig.Bytes(size, 2);
        string[] paths = [rig.File("a/v.bin", first), rig.File("b/v.bin", second)];
        Array.ForEach(paths, p => File.SetLastWriteTimeUtc(p, DateTime.UnixEpoch));
        List<SendOutcome> outcomes = await rig.SendAsync(rig.To(), paths);
        Assert.Equal([null, conflict == FileConflict.Fail ? NetError.FileExists : null], outcomes.OrderBy(o => o.Item.Path, StringComparer.Ordinal).Select(o => o.Failure?.Error));
        Assert.Equal(conflict == FileConflict.Overwrite ? second : first, rig.Received("v.bin"));
        await rig.AllGoneAsync();
        Assert.Equal(conflict == FileConflict.Fail ? 1 : 2, rig.Told().Length);
        if (conflict == FileConflict.Rename)
        {
            Assert.Equal(second, rig.Received("v (1).bin"));
        }
    }

    [Theory]
    [InlineData(FileConflict.Overwrite)]
    [InlineData(FileConflict.Rename)]
    public async Task What_a_link_leads_to_is_not_repaired_and_nothing_of_it_is_told(FileConflict conflict)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        await using TransferRig rig = new(o => o with { Conflict = conflict });
        byte[] secret = TransferRig.Bytes(10 * Slice);
        string outside = rig.File("outside.bin", secret), link = Path.Combine(rig.Target, "a.bin"), path = rig.File("a.bin", secret);
        File.CreateSymbolicLink(link, outside);
        FileTransferResult result = await rig.SendOneAsync(rig.To() with { Repair = true }, path);
        // A digest of what is outside would have spared its bytes.
        Assert.Equal((10 * Slice, 0), (result.BytesSent, result.BytesSkipped));
        Assert.Equal(conflict == FileConflict.Overwrite ? null : outside, new FileInfo(link).LinkTarget);
        Assert.Equal(secret, rig.Received(conflict == FileConflict.Overwrite ? "a.bin" : "a (1).bin"));
    }

    [Fact]
    public async Task A_repair_that_leaps_over_slices_that_are_not_there_is_no_repair()
    {
        await using TransferRig rig = new(o => o with { Conflict = FileConflict.Overwrite });
        File.WriteAllBytes(Path.Combine(rig.Target, "a"), TransferRig.Bytes(2 * FileOffer.SmallestSlice));
        using TcpClient client = new();
        await client.ConnectAsync(rig.Server.LocalEndPoint, rig.Limit);
        using TransferConnection connection = new(client.GetStream(), new DictionaryFormat(FrameFormat.DefaultMaximum), "receiver", Timeout.InfiniteTimeSpan, rig.Limit);
        connection.WriteMessage(json =>
        {
            json.WriteString("psnc", "hello");
            json.WriteNumber("version", 1);
            json.WriteString("nonce", "00");
        });
        connection.WriteMessage(json => new FileOffer { Id = 1, Name = "a", Length = 1_000_000, Verify = TransferVerification.Slice, SliceSize = FileOffer.SmallestSlice, Repair = true, Waits = true }.Write(json, new DictionaryFormat(FrameFormat.DefaultMaximum)));
        byte[] index = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(index, 3);
        connection.Write(index);
        await connection.FlushAsync();
        client.Client.Shutdown(SocketShutdown.Send);
        await rig.AllGoneAsync();
        Assert.Contains(rig.Server.Events.Snapshot(), e => e.Error is NetException { Error: NetError.FrameCorrupted } corrupted && corrupted.Message.Contains("slice 3", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plain_file_that_is_skipped_is_no_damage()
    {
        DictionaryFormat format = (DictionaryFormat)FrameFormat.Parse("Dictionary,DigestKey=sha");
        await using TransferRig rig = new(o => o with { Conflict = FileConflict.Skip, Format = format });
        string path = rig.File("a.bin", TransferRig.Bytes(1000));
        File.WriteAllText(Path.Combine(rig.Target, "a.bin"), "kept");
        await rig.SendOneAsync(rig.To() with { Plain = true, Format = format }, path);
        await rig.AllGoneAsync();
        FileTransferResult told = Assert.Single(rig.Told());
        Assert.Equal((true, false, null, null), (told.Skipped, told.Verified, told.Digest, told.Algorithm));
        Assert.Equal(0, rig.Server.ErrorCount);
        Assert.Equal("kept", Encoding.UTF8.GetString(rig.Received("a.bin")));
    }
}
