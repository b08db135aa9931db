using CsCheck;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Measure;

namespace PSNetConcurrency.Core.Tests.Net.Measure;

public class StickyPacketTests
{
    [Theory]
    [InlineData(2, 64, true)]
    [InlineData(2, 64, false)]
    [InlineData(10, 1, true)]
    [InlineData(100, 1000, false)]
    public async Task A_burst_arrives_glued(int count, int size, bool noDelay)
    {
        StickyPacketResult result = await StickyPacket.RunAsync(new StickyPacketOptions { MessageCount = count, MessageSize = size, NoDelay = noDelay });
        Assert.True(result.IsSticky);
        Assert.True(result.IsContentIntact && result.FramedIntact);
        Assert.Equal((count, count), (result.SendCount, result.FramedMessageCount));
        Assert.Equal(count * size, result.Chunks.Sum());
        Assert.Equal(result.Chunks.Length, result.ReceiveCount);
    }

    [Theory]
    [InlineData(64, 63, 0)]
    [InlineData(64, 1, 0)]
    [InlineData(1000, 300, 1)]
    [InlineData(64, 63, 5)]
    public async Task A_buffer_smaller_than_a_message_splits_it(int size, int buffer, int interval)
    {
        StickyPacketResult result = await StickyPacket.RunAsync(new StickyPacketOptions
        {
            MessageCount = 5,
            MessageSize = size,
            ReceiveBufferSize = buffer,
            Interval = TimeSpan.FromMilliseconds(interval),
        });
        Assert.True(result.IsSplit);
        Assert.All(result.Chunks, c => Assert.InRange(c, 1, buffer));
        Assert.True(result.IsContentIntact && result.FramedIntact);
    }

    [Fact]
    public async Task More_than_the_system_buffers_still_comes_through()
    {
        StickyPacketResult result = await StickyPacket.RunAsync(new StickyPacketOptions { MessageCount = 40, MessageSize = 1024 * 1000, ReceiveBufferSize = 65536 })
            .WaitAsync(Eventually.Limit);
        Assert.True(result.IsSplit && result.IsContentIntact && result.FramedIntact);
    }

    [Theory]
    [InlineData("Line", true)]
    [InlineData("LengthField,2,Little", true)]
    [InlineData("FixedSize,64", true)]
    [InlineData("Delimiter,\\0", true)]
    [InlineData("None", false)]
    public async Task Frames_keep_the_messages_and_no_frames_do_not(string format, bool intact)
    {
        StickyPacketResult result = await StickyPacket.RunAsync(new StickyPacketOptions { FrameFormat = FrameFormat.Parse(format) });
        Assert.Equal(intact, result.FramedIntact);
        Assert.Equal(intact, result.FramedMessageCount == 10);
    }

    [Fact]
    public async Task A_message_too_long_for_the_format_is_told_and_nothing_hangs()
    {
        StickyPacketOptions options = new() { MessageSize = 5000, FrameFormat = FrameFormat.Parse("LengthField").WithMaximum(100) };
        NetException e = await Assert.ThrowsAsync<NetException>(() => StickyPacket.RunAsync(options).WaitAsync(Eventually.Limit));
        Assert.Equal(NetError.MessageTooLarge, e.Error);
    }

    [Fact]
    public async Task Cancelled_it_ends_at_once()
    {
        using CancellationTokenSource cancel = new();
        Task<StickyPacketResult> run = StickyPacket.RunAsync(new StickyPacketOptions { Interval = TimeSpan.FromMinutes(1) }, null, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.WaitAsync(Eventually.Limit));
    }

    [Theory]
    [InlineData(new[] { 4, 4, 4 }, false, false)]
    [InlineData(new[] { 8, 4 }, true, false)]
    [InlineData(new[] { 2, 2, 4, 4 }, false, true)]
    [InlineData(new[] { 6, 6 }, true, true)]
    [InlineData(new[] { 12 }, true, false)]
    [InlineData(new[] { 1, 3, 7, 1 }, true, true)]
    public void Judged_by_where_the_receives_cut(int[] chunks, bool sticky, bool split) =>
        Assert.Equal((sticky, split), StickyPacket.Judge(chunks, 4));

    [Fact]
    public void The_judgement_is_that_of_looking_at_every_byte() =>
        Gen.Select(Gen.Int[1, 9].Array[1, 12], Gen.Int[1, 6]).Sample((chunks, size) =>
        {
            List<(int Chunk, int Message)> bytes = [];
            for (int c = 0; c < chunks.Length; c++)
            {
                for (int i = 0; i < chunks[c]; i++)
                {
                    bytes.Add((c, bytes.Count / size));
                }
            }
            bool sticky = bytes.GroupBy(b => b.Chunk).Any(g => g.Select(b => b.Message).Distinct().Count() > 1);
            bool split = bytes.GroupBy(b => b.Message).Any(g => g.Select(b => b.Chunk).Distinct().Count() > 1);
            Assert.Equal((sticky, split), StickyPacket.Judge(chunks, size));
        });
}
