using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer.Sending;

namespace PSNetConcurrency.Core.Tests.Transfer;

/// <summary>What somebody does at the receiver between two files of one connection.</summary>
public class BetweenFilesTests
{
    [Fact]
    public async Task A_folder_that_is_removed_between_files_is_made_again()
    {
        await using TransferRig rig = new();
        await using FileSender sender = FileSender.Start(rig.To(), rig.Limit);
        Assert.Null((await SendAsync(rig, sender, "sub/deep/a")).Failure);
        Directory.Delete(Path.Combine(rig.Target, "sub"), recursive: true);
        Assert.Null((await SendAsync(rig, sender, "sub/deep/b")).Failure);
        Assert.Null((await SendAsync(rig, sender, "sub/deep/c")).Failure);
        await EndAsync(rig, sender);
        Assert.Equal(["sub/deep/b", "sub/deep/c"], rig.InTarget());
    }

    [Fact]
    public async Task A_small_file_arrives_after_a_pause_behind_a_large_one()
    {
        await using TransferRig rig = new();
        await using FileSender sender = FileSender.Start(rig.To(), rig.Limit);
        byte[] large = new byte[1_000_000];
        for (int round = 0; round < 12; round++)
        {
            Assert.True(sender.TryAdd(new SendItem(rig.File($"large{round}", large), $"large{round}", isFolder: false)));
            Assert.Null((await sender.Outcomes.ReadAsync(rig.Limit)).Failure);
            Assert.Null((await SendAsync(rig, sender, $"small{round}")).Failure);
        }
        await EndAsync(rig, sender);
    }

    [Theory]
    [InlineData("sub", "deep")]
    [InlineData("sub/deep", "")]
    public async Task A_link_that_takes_a_folders_place_between_files_is_refused(string link, string below)
    {
        string outside = Directory.CreateTempSubdirectory("psnc-outside-").FullName;
        try
        {
            await using TransferRig rig = new();
            await using FileSender sender = FileSender.Start(rig.To(), rig.Limit);
            Assert.Null((await SendAsync(rig, sender, "sub/deep/a")).Failure);
            Directory.CreateDirectory(Path.Combine(outside, below));
            string path = Path.Combine(rig.Target, link);
            Directory.Delete(path, recursive: true);
            Directory.CreateSymbolicLink(path, outside);
            Assert.Equal(NetError.UnsafePath, (await SendAsync(rig, sender, "sub/deep/b")).Failure?.Error);
            Assert.Null((await SendAsync(rig, sender, "other")).Failure);
            Directory.Delete(path);
            Assert.Null((await SendAsync(rig, sender, "sub/deep/c")).Failure);
            await EndAsync(rig, sender);
            Assert.Equal(["other", "sub/deep/c"], rig.InTarget());
            Assert.Empty(Directory.EnumerateFiles(outside, "*", SearchOption.AllDirectories));
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Theory]
    [InlineData(FileConflict.Overwrite)]
    [InlineData(FileConflict.Fail)]
    public async Task A_folder_that_takes_a_files_place_stays_and_a_file_that_takes_a_folders_place_too(FileConflict conflict)
    {
        await using TransferRig rig = new(o => o with { Conflict = conflict });
        await using FileSender sender = FileSender.Start(rig.To(), rig.Limit);
        Assert.Null((await SendAsync(rig, sender, "sub/a")).Failure);
        Directory.Delete(Path.Combine(rig.Target, "sub"), recursive: true);
        await File.WriteAllTextAsync(Path.Combine(rig.Target, "sub"), "mine", rig.Limit);
        Directory.CreateDirectory(Path.Combine(rig.Target, "b"));
        Assert.NotNull((await SendAsync(rig, sender, "sub/a")).Failure);
        Assert.Equal(NetError.FileExists, (await SendAsync(rig, sender, "b")).Failure?.Error);
        await EndAsync(rig, sender);
        Assert.Equal(["sub"], rig.InTarget());
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(rig.Target, "sub"), rig.Limit));
    }

    [Fact]
    public async Task A_link_to_a_folder_is_replaced_by_a_file_of_its_name_where_files_are()
    {
        await using TransferRig rig = new(o => o with { Conflict = FileConflict.Overwrite });
        string folder = Directory.CreateDirectory(Path.Combine(rig.Source, "folder")).FullName, link = Path.Combine(rig.Target, "a");
        Directory.CreateSymbolicLink(link, folder);
        await using FileSender sender = FileSender.Start(rig.To(), rig.Limit);
        Assert.Null((await SendAsync(rig, sender, "a")).Failure);
        await EndAsync(rig, sender);
        Assert.Null(new FileInfo(link).LinkTarget);
        Assert.Equal("a", await File.ReadAllTextAsync(link, rig.Limit));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    // One file, and what became of it; the connection stays.
    private static async Task<SendOutcome> SendAsync(TransferRig rig, FileSender sender, string name)
    {
        Assert.True(sender.TryAdd(new SendItem(rig.File(name, System.Text.Encoding.UTF8.GetBytes(name)), name, isFolder: false)));
        return await sender.Outcomes.ReadAsync(rig.Limit);
    }

    private static async Task EndAsync(TransferRig rig, FileSender sender)
    {
        sender.Complete();
        await sender.Outcomes.Completion.WaitAsync(rig.Limit);
        Assert.Equal(1, rig.Server.TotalConnection);
        await rig.AllGoneAsync();
        await rig.StopAsync();
    }
}
