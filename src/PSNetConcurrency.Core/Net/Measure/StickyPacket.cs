using System.Buffers;
using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Framing;

namespace PSNetConcurrency.Core.Net.Measure;

/// <summary>
/// Shows on a real loopback connection that TCP carries bytes, not messages: what one send gave, several receives may
/// bring, and the other way round. Everything told is computed from the bytes that each receive brought.
/// </summary>
public static class StickyPacket
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    /// <summary>Sends the messages twice: as they are, and in frames.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="progress">Told, of both runs together, how many bytes have arrived and how many will.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public static async Task<StickyPacketResult> RunAsync(StickyPacketOptions options, Action<long, long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MessageCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MessageSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ReceiveBufferSize, 1);
        byte[][] messages = new byte[options.MessageCount][];
        byte[][] frames = new byte[options.MessageCount][];
        for (int i = 0; i < messages.Length; i++)
        {
            messages[i] = Message(i, options.MessageSize);
            ArrayBufferWriter<byte> frame = new();
            options.FrameFormat.Encode(messages[i], frame);
            frames[i] = frame.WrittenSpan.ToArray();
        }
        long total = messages.Sum(m => (long)m.Length) + frames.Sum(f => (long)f.Length);
        long arrived = 0;

        List<int> chunks = [];
        Comparison raw = new(messages);
        await TransferAsync(messages, options, data =>
        {
            chunks.Add(data.Length);
            raw.Check(data);
            progress?.Invoke(arrived += data.Length, total);
        }, cancellationToken).ConfigureAwait(false);

        FrameDecoder decoder = new(options.FrameFormat);
        int framed = 0;
        bool intact = true;
        await TransferAsync(frames, options, data =>
        {
            progress?.Invoke(arrived += data.Length, total);
            while (decoder.TryRead(ref data, out ReadOnlySpan<byte> payload))
            {
                intact &= framed < messages.Length && payload.SequenceEqual(messages[framed]);
                framed++;
            }
        }, cancellationToken).ConfigureAwait(false);

        (bool isSticky, bool isSplit) = Judge(chunks, options.MessageSize);
        return new StickyPacketResult
        {
            MessageSize = options.MessageSize,
            IntervalMilliseconds = (int)options.Interval.TotalMilliseconds,
            NoDelay = options.NoDelay,
            ReceiveBufferSize = options.ReceiveBufferSize,
            FrameFormat = options.FrameFormat,
            SendCount = messages.Length,
            ReceiveCount = chunks.Count,
            IsSticky = isSticky,
            IsSplit = isSplit,
            Chunks = [.. chunks],
            IsContentIntact = raw.IsComplete,
            FramedMessageCount = framed,
            FramedIntact = intact && framed == messages.Length && decoder.Unfinished.IsEmpty,
        };
    }

    /// <summary>Where the receives cut, against where the messages end.</summary>
    internal static (bool IsSticky, bool IsSplit) Judge(IReadOnlyList<int> chunks, int messageSize)
    {
        bool sticky = false, split = false;
        long total = chunks.Sum(c => (long)c), end = 0;
        foreach (int chunk in chunks)
        {
            long first = end / messageSize;
            end += chunk;
            sticky |= (end - 1) / messageSize > first;
            split |= end % messageSize != 0 && end < total;
        }
        return (sticky, split);
    }

    // Letters and digits, so that a format with delimiters can carry it, and each message unlike its neighbours.
    private static byte[] Message(int index, int size)
    {
        byte[] message = new byte[size];
        for (int i = 0; i < size; i++)
        {
            message[i] = (byte)Alphabet[(int)(((7L * index) + i + (i / Alphabet.Length)) % Alphabet.Length)];
        }
        return message;
    }

    private static async Task TransferAsync(byte[][] messages, StickyPacketOptions options, ReceiveCallback received, CancellationToken cancellationToken)
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = options.NoDelay };
        await sender.ConnectAsync(listener.LocalEndPoint!, cancellationToken).ConfigureAwait(false);
        using Socket receiver = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);

        // The receiver of a burst is one that was busy meanwhile, as receivers are: it begins when the burst is in its queue.
        TaskCompletionSource receive = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (options.Interval > TimeSpan.Zero)
        {
            receive.SetResult();
        }
        using CancellationTokenSource failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task sending = GuardAsync(SendAsync(sender, messages, options.Interval, receive, failed.Token), failed);
        Task receiving = GuardAsync(ReceiveAsync(receiver, options.ReceiveBufferSize, receive.Task, received, failed.Token), failed);
        await Task.WhenAll(sending, receiving).ConfigureAwait(false);
    }

    // When one end fails the other must not wait for it.
    private static async Task GuardAsync(Task work, CancellationTokenSource failed)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch
        {
            await failed.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task SendAsync(Socket socket, byte[][] messages, TimeSpan interval, TaskCompletionSource blocked, CancellationToken cancellationToken)
    {
        using PeriodicTimer? timer = interval > TimeSpan.Zero ? new PeriodicTimer(interval) : null;
        for (int i = 0; i < messages.Length; i++)
        {
            if (i > 0 && timer is not null)
            {
                await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
            }
            ReadOnlyMemory<byte> rest = messages[i];
            while (!rest.IsEmpty)
            {
                ValueTask<int> send = socket.SendAsync(rest, SocketFlags.None, cancellationToken);
                if (!send.IsCompleted)
                {
                    // The system takes no more until somebody receives.
                    blocked.TrySetResult();
                }
                rest = rest[await send.ConfigureAwait(false)..];
            }
        }
        // The end pushes out what Nagle's algorithm still held back.
        socket.Shutdown(SocketShutdown.Send);
        blocked.TrySetResult();
    }

    private static async Task ReceiveAsync(Socket socket, int bufferSize, Task begin, ReceiveCallback received, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[bufferSize];
        await begin.WaitAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            int n = await socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken).ConfigureAwait(false);
            if (n == 0)
            {
                return;
            }
            received(buffer.AsSpan(0, n));
        }
    }

    private delegate void ReceiveCallback(ReadOnlySpan<byte> data);

    /// <summary>Compares a stream with the messages it should be made of.</summary>
    private sealed class Comparison(byte[][] messages)
    {
        private int _message;
        private int _offset;
        private bool _same = true;

        /// <summary>All came, and nothing else.</summary>
        public bool IsComplete => _same && _message == messages.Length;

        public void Check(ReadOnlySpan<byte> data)
        {
            while (!data.IsEmpty && _same)
            {
                if (_message == messages.Length)
                {
                    _same = false;
                    return;
                }
                ReadOnlySpan<byte> expected = messages[_message].AsSpan(_offset);
                int n = Math.Min(expected.Length, data.Length);
                _same = data[..n].SequenceEqual(expected[..n]);
                data = data[n..];
                _offset += n;
                if (_offset == messages[_message].Length)
                {
                    (_message, _offset) = (_message + 1, 0);
                }
            }
        }
    }
}
