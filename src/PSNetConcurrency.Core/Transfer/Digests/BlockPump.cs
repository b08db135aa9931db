using System.Buffers;

namespace PSNetConcurrency.Core.Transfer.Digests;

/// <summary>Reads blocks one after another into hashes, and reads the next while the hashes take this one.</summary>
internal static class BlockPump
{
    public const int BlockSize = 512 * 1024;

    // What a thread's change costs more than it gains.
    private const int Small = 128 * 1024;

    /// <summary>
    /// Appends to every hash all that <paramref name="read"/> gives, until it gives nothing; returns how much that was.
    /// The buffers are let go only when no read goes on in them.
    /// </summary>
    public static async Task<long> RunAsync(Func<Memory<byte>, ValueTask<int>> read, ContentHash[] hashes, DigestProgress? progress, CancellationToken stop)
    {
        byte[] current = ArrayPool<byte>.Shared.Rent(BlockSize), ahead = ArrayPool<byte>.Shared.Rent(BlockSize);
        try
        {
            long total = 0;
            int n = await read(current.AsMemory(0, BlockSize)).ConfigureAwait(false);
            while (n > 0)
            {
                stop.ThrowIfCancellationRequested();
                Task<int> next = read(ahead.AsMemory(0, BlockSize)).AsTask();
                try
                {
                    await AppendAsync(hashes, current, n).ConfigureAwait(false);
                }
                finally
                {
                    await next.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
                }
                total += n;
                progress?.Add(n);
                n = await next.ConfigureAwait(false);
                (current, ahead) = (ahead, current);
            }
            return total;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(current);
            ArrayPool<byte>.Shared.Return(ahead);
        }
    }

    /// <summary>Gives the blocks of ranges, one range after another.</summary>
    public static Func<Memory<byte>, ValueTask<int>> Ranges(FileSource source, FileRange[] ranges)
    {
        int index = 0;
        long done = 0;
        return buffer =>
        {
            while (index < ranges.Length && done == ranges[index].Length)
            {
                index++;
                done = 0;
            }
            if (index == ranges.Length)
            {
                return new(0);
            }
            int n = (int)Math.Min(buffer.Length, ranges[index].Length - done);
            long offset = ranges[index].Offset + done;
            done += n;
            if (n > Small)
            {
                return new(Task.Run(() =>
                {
                    source.ReadExactly(buffer.Span[..n], offset);
                    return n;
                }));
            }
            source.ReadExactly(buffer.Span[..n], offset);
            return new(n);
        };
    }

    /// <summary>Gives the blocks of a stream up to its end.</summary>
    public static Func<Memory<byte>, ValueTask<int>> Stream(Stream stream, CancellationToken stop) =>
        async buffer => await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, stop).ConfigureAwait(false);

    private static Task AppendAsync(ContentHash[] hashes, byte[] block, int count)
    {
        if (hashes.Length == 1 || count <= Small || Environment.ProcessorCount == 1)
        {
            foreach (ContentHash hash in hashes)
            {
                hash.Append(block.AsSpan(0, count));
            }
            return Task.CompletedTask;
        }
        Task[] others = new Task[hashes.Length - 1];
        for (int i = 0; i < others.Length; i++)
        {
            ContentHash hash = hashes[i + 1];
            others[i] = Task.Run(() => hash.Append(block.AsSpan(0, count)));
        }
        hashes[0].Append(block.AsSpan(0, count));
        return Task.WhenAll(others);
    }
}
