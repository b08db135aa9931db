using System.Buffers;
using System.Diagnostics;

namespace PSNetConcurrency.Core.Transfer.Digests;

/// <summary>Reads blocks one after another into hashes, and from a disk reads the next while the hashes take this one.</summary>
internal static class BlockPump
{
    public const int BlockSize = 256 * 1024;

    // What a thread's change costs more than it gains.
    private const int Small = 128 * 1024;

    // A byte from the system's cache takes a fraction of it, one from a disk more.
    private const double NanosecondsOfMemory = 1;

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

    /// <summary>
    /// Gives the blocks of ranges, one range after another. What comes from memory is read at once, into the processor's
    /// own cache; another thread would only move it to another processor's. What is waited for is read by another thread.
    /// </summary>
    public static Func<Memory<byte>, ValueTask<int>> Ranges(FileSource source, FileRange[] ranges)
    {
        int index = 0;
        long done = 0;
        bool waits = false;
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
            return waits && n > Small ? new(Task.Run(() => Read(buffer, n, offset))) : new(Read(buffer, n, offset));
        };

        int Read(Memory<byte> buffer, int n, long offset)
        {
            long start = Stopwatch.GetTimestamp();
            source.ReadExactly(buffer.Span[..n], offset);
            waits = Stopwatch.GetElapsedTime(start).TotalNanoseconds > n * NanosecondsOfMemory;
            return n;
        }
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
