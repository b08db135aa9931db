using System.Globalization;
using System.Text;
using CsCheck;
using PSNetConcurrency.Core.Processes.Observation;
using PSNetConcurrency.Core.Processes.Output;
using PSNetConcurrency.Core.Tests.Net;

namespace PSNetConcurrency.Core.Tests.Processes;

/// <summary>What a child writes is bounded in memory, in order, and whole.</summary>
public sealed class OutputTests
{
    private const int Bound = 256 * 1024;

    [LinuxFact]
    public async Task A_child_that_prints_without_end_waits_and_memory_stays_flat()
    {
        ChildProcess child = ChildProcess.Start(Shell.Script("i=0; while :; do i=$((i+1)); echo $i; done") with { BufferSize = Bound });
        await Eventually.TrueAsync(() => child.Output.BytesInMemory >= Bound, "the buffer is full");
        // Once more than a pipe holds is in the way, it stands still: its processor time does not grow.
        await StandsStillAsync(child);
        Assert.InRange(child.Output.BytesInMemory, Bound, Bound + (512 * 1024));
        // Read, and it goes on where it was: no number is missing.
        using CancellationTokenSource limit = new(Shell.Limit);
        StringBuilder text = new();
        for (long read = 0; read < 4 * Bound;)
        {
            Assert.True(await child.Output.WaitToReadAsync(null, limit.Token));
            Assert.True(child.Output.TryPeek(null, out OutputChunk chunk));
            text.Append(Encoding.ASCII.GetString(chunk.Bytes.Span));
            child.Output.Advance(null, chunk.Bytes.Length);
            read += chunk.Bytes.Length;
        }
        string[] lines = text.ToString().Split('\n')[..^1];
        Assert.Equal(Enumerable.Range(1, lines.Length).Select(i => i.ToString(CultureInfo.InvariantCulture)), lines);
        await child.StopAsync(TimeSpan.Zero, includeDescendants: false);
    }

    [LinuxFact]
    public async Task While_it_is_waited_for_the_rest_goes_to_a_file_and_comes_back_in_order()
    {
        ChildProcess child = ChildProcess.Start(Shell.Script("seq 1 2000000; echo end >&2") with { BufferSize = Bound });
        await Eventually.TrueAsync(() => child.Output.BytesInMemory >= Bound, "the buffer is full");
        Assert.True(await child.WaitAsync(Shell.Limit, default));
        Assert.InRange(child.Output.BytesInMemory, 1, Bound + (512 * 1024));
        OutputPlace place = new();
        (string kept, string error) = await child.ReadAllAsync(place);
        Assert.True(child.HasMoreData);
        (string output, _) = await child.ReadAllAsync();
        Assert.False(child.HasMoreData);
        Assert.Equal("end\n", error);
        Assert.Equal(kept, output);
        Assert.Equal(string.Concat(Enumerable.Range(1, 2000000).Select(i => $"{i}\n")), output);
    }

    [LinuxFact]
    public async Task A_paused_child_that_is_waited_for_goes_on()
    {
        ChildProcess child = ChildProcess.Start(Shell.Script("exec head -c 3000000 /dev/zero") with { BufferSize = Bound });
        await StandsStillAsync(child);
        Assert.True(child.IsAlive);
        Assert.True(await child.WaitAsync(Shell.Limit, default));
        Assert.Equal(3000000, (await child.ReadAllAsync()).Output.Length);
    }

    [Fact]
    public void Single_bytes_share_segments()
    {
        OutputBuffer buffer = new(1 << 20);
        for (int i = 0; i < 100_000; i++)
        {
            buffer.Add(OutputKind.StandardOutput, "x"u8);
        }
        // With a segment each it would be a hundred times as much.
        Assert.InRange(buffer.BytesInMemory, 100_000, 200_000);
    }

    [Fact]
    public void Records_stay_as_they_came()
    {
        OutputBuffer buffer = new();
        byte[][] records = [new byte[10], new byte[5000], new byte[200_000], new byte[1]];
        foreach (byte[] record in records)
        {
            buffer.Add(OutputKind.Records, record);
        }
        foreach (byte[] record in records)
        {
            Assert.True(buffer.TryPeek(null, out OutputChunk chunk));
            Assert.Equal(record.Length, chunk.Bytes.Length);
            buffer.Advance(null, chunk.Bytes.Length);
        }
        Assert.False(buffer.TryPeek(null, out _));
    }

    [Fact]
    public void Any_way_of_writing_and_reading_gives_the_same_bytes() =>
        Gen.Select(Gen.Int[0, 9], Gen.Int[1, 20_000], Gen.Bool).Array[1, 60].Sample(steps =>
        {
            using OutputBuffer buffer = new(16 * 1024);
            OutputPlace keeper = new();
            MemoryStream written = new(), consumed = new();
            List<byte> kept = [];
            byte next = 0;
            int waits = 0;
            foreach ((int what, int size, bool flag) in steps)
            {
                switch (what)
                {
                    case < 5:
                        byte[] bytes = new byte[size];
                        foreach (ref byte b in bytes.AsSpan())
                        {
                            b = next++;
                        }
                        written.Write(bytes);
                        buffer.Add(flag ? OutputKind.StandardOutput : OutputKind.StandardError, bytes);
                        break;
                    case < 8:
                        if (buffer.TryPeek(null, out OutputChunk chunk))
                        {
                            int part = Math.Min(size, chunk.Bytes.Length);
                            consumed.Write(chunk.Bytes.Span[..part]);
                            buffer.Advance(null, part);
                        }
                        break;
                    case 8:
                        // A place is never behind what is consumed, and shows what is there.
                        if (buffer.TryPeek(keeper, out OutputChunk shown))
                        {
                            kept.AddRange(shown.Bytes.Span[..Math.Min(size, shown.Bytes.Length)]);
                            buffer.Advance(keeper, Math.Min(size, shown.Bytes.Length));
                        }
                        break;
                    default:
                        if (flag)
                        {
                            buffer.BeginWait();
                            waits++;
                        }
                        else if (waits > 0)
                        {
                            buffer.EndWait();
                            waits--;
                        }
                        break;
                }
            }
            while (buffer.TryPeek(null, out OutputChunk rest))
            {
                consumed.Write(rest.Bytes.Span);
                buffer.Advance(null, rest.Bytes.Length);
            }
            Assert.Equal(written.ToArray(), consumed.ToArray());
            Assert.Equal(0, buffer.BytesInMemory);
        }, iter: 300);

    [Fact]
    public async Task A_reader_is_woken_by_output_by_the_end_and_by_its_token()
    {
        OutputBuffer buffer = new();
        ValueTask<bool> first = buffer.WaitToReadAsync(null, default);
        buffer.Add(OutputKind.StandardOutput, "x"u8);
        Assert.True(await first);
        buffer.Advance(null, 1);
        using CancellationTokenSource stop = new();
        ValueTask<bool> second = buffer.WaitToReadAsync(null, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await second);
        ValueTask<bool> third = buffer.WaitToReadAsync(new OutputPlace(), default);
        buffer.Complete();
        Assert.False(await third);
    }

    [LinuxFact]
    public async Task What_nobody_will_receive_is_dropped_and_the_child_goes_on()
    {
        ChildProcess child = ChildProcess.Start(Shell.Script("exec head -c 3000000 /dev/zero") with { BufferSize = Bound });
        await Eventually.TrueAsync(() => child.Output.BytesInMemory >= Bound, "the buffer is full");
        child.Output.Dispose();
        await child.Completion.WaitAsync(Shell.Limit);
        Assert.Equal((0, false), (child.ExitCode, child.HasMoreData));
    }

    // Asleep whenever it is looked at, though it has much to do: it waits in a write to a pipe that is full.
    private static Task StandsStillAsync(ChildProcess child)
    {
        int asleep = 0;
        return Eventually.TrueAsync(() =>
        {
            asleep = child.Output.BytesInMemory >= Bound && ProcessTable.Find(child.ProcessId)!.Native == 'S' ? asleep + 1 : 0;
            return asleep >= 25;
        }, "it stands still");
    }
}
