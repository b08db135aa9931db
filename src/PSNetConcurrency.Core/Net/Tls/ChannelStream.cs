using System.Buffers;
using System.Threading.Tasks.Sources;
using PSNetConcurrency.Core.Net.Loop;

namespace PSNetConcurrency.Core.Net.Tls;

/// <summary>
/// A channel as the stream that SslStream reads and writes. Reads complete on the loop, inline, so TLS runs there
/// without a hop to another thread; writes complete at once, into the channel's own buffer.
/// </summary>
internal sealed class ChannelStream : Stream, IValueTaskSource<int>
{
    private readonly Channel _channel;
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _wanted;
    private bool _reading;
    private byte[]? _kept;
    private int _keptStart;
    private int _keptEnd;
    private bool _ended;
    private bool _discarding;
    private Exception? _failure;

    public ChannelStream(Channel channel) => _channel = channel;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Bytes have arrived: to the read that waits, and what it does not take is kept while the channel pauses.</summary>
    public void Feed(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty && _reading)
        {
            int n = Math.Min(data.Length, _wanted.Length);
            data[..n].CopyTo(_wanted.Span);
            data = data[n..];
            CompleteRead(n);
        }
        // The read that was just completed may have ended in a close: then nobody is left to take the rest.
        if (data.IsEmpty || _discarding || _failure is not null)
        {
            return;
        }
        int have = _keptEnd - _keptStart;
        byte[] larger = ArrayPool<byte>.Shared.Rent(have + data.Length);
        _kept.AsSpan(_keptStart, have).CopyTo(larger);
        data.CopyTo(larger.AsSpan(have));
        ReleaseKept();
        (_kept, _keptStart, _keptEnd) = (larger, 0, have + data.Length);
        _channel.PauseReading();
    }

    public void End()
    {
        _ended = true;
        if (_reading)
        {
            CompleteRead(0);
        }
    }

    /// <summary>Nobody will read any more: what is kept and what still comes is thrown away, so that the channel's end is seen.</summary>
    public void Discard()
    {
        _discarding = true;
        ReleaseKept();
        if (!_channel.IsClosed)
        {
            _channel.ResumeReading();
        }
    }

    public void Fail(Exception failure)
    {
        _failure = failure;
        if (_reading)
        {
            _reading = false;
            _wanted = default;
            _read.SetException(failure);
        }
        ReleaseKept();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int have = _keptEnd - _keptStart;
        if (have > 0)
        {
            int n = Math.Min(have, buffer.Length);
            _kept.AsSpan(_keptStart, n).CopyTo(buffer.Span);
            _keptStart += n;
            if (_keptStart == _keptEnd)
            {
                ReleaseKept();
                _channel.ResumeReading();
            }
            return new(n);
        }
        if (_failure is not null)
        {
            return ValueTask.FromException<int>(_failure);
        }
        if (_ended || buffer.IsEmpty)
        {
            return new(0);
        }
        _read.Reset();
        _wanted = buffer;
        _reading = true;
        return new(this, _read.Version);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_channel.IsClosed)
        {
            throw _failure ?? new NetException(NetError.HandleClosed, "The connection is closed.");
        }
        _channel.Send(buffer);
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return default;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        Write(buffer.AsSpan(offset, count));
        return Task.CompletedTask;
    }

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("The loop never waits for a read.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    private void CompleteRead(int n)
    {
        _reading = false;
        _wanted = default;
        _read.SetResult(n);
    }

    private void ReleaseKept()
    {
        if (_kept is not null)
        {
            ArrayPool<byte>.Shared.Return(_kept);
            _kept = null;
        }
        _keptStart = _keptEnd = 0;
    }
}
