using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Tests.Transfer;

public class TransferConnectionTests
{
    [Fact]
    public void A_stranger_who_sends_one_byte_is_given_a_small_buffer()
    {
        const int Strangers = 300;
        List<TransferConnection> connections = [];
        List<Task> waiting = [];
        DictionaryFormat format = new(FrameFormat.DefaultMaximum);
        // More than the pool may keep from others; all of it on this thread.
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Strangers; i++)
        {
            connections.Add(new TransferConnection(new OneByte(), format, "stranger", Timeout.InfiniteTimeSpan, default));
            waiting.Add(connections[^1].ReadHeaderAsync(_ => true).AsTask());
        }
        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.All(waiting, w => Assert.False(w.IsCompleted));
        Assert.InRange(taken / Strangers, 1, 32 * 1024);
        connections.ForEach(c => c.Dispose());
    }

    /// <summary>Has one byte, and nothing after it.</summary>
    private sealed class OneByte : Stream
    {
        private bool _given;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (buffer.IsEmpty)
            {
                return new(0);
            }
            if (_given)
            {
                return new(new TaskCompletionSource<int>().Task);
            }
            _given = true;
            return new(1);
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
