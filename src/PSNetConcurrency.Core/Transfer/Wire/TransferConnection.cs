using System.Buffers;
using System.Buffers.Text;
using System.IO.Hashing;
using System.Text.Encodings.Web;
using System.Text.Json;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Transfer.Wire;

/// <summary>
/// One connection of a file transfer, in dictionary frames and the bytes between them. Payloads are handed out where they
/// were received, without a copy. One reader and one writer at a time, which may be two.
/// </summary>
/// <remarks>
/// A frame of ours ends with the XXH3 of what comes before in its JSON (<c>,"check":"…"}</c>): a plain TCP connection has no more
/// than TCP's 16-bit sum, and a changed name or size would be as bad as changed content.
/// </remarks>
internal sealed class TransferConnection : IDisposable
{
    // Where a header is awaited whoever connects has shown nothing yet: he gets no more than a header may need.
    private const int HeaderSize = 4 * 1024, BufferSize = 512 * 1024, LowMark = BufferSize / 2;
    private const int CheckLength = 28;

    // No validation: the brace that closes an object is written with the check.
    private static readonly JsonWriterOptions WriterOptions = new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Stream _stream;
    private readonly CountedStream? _counted;
    private readonly DirectSocket? _direct;
    private readonly DictionaryFormat _format;
    private readonly CancellationTokenSource _stall = new();
    private readonly CancellationToken _stop;
    private readonly CancellationTokenRegistration _stopRegistration;
    private readonly TimeSpan _stallTime;
    private readonly ArrayBufferWriter<byte> _output = new(4096);
    private readonly ArrayBufferWriter<byte> _json = new(512);
    private Utf8JsonWriter? _writer;
    private byte[]? _buffer;
    private int _start;
    private int _end;
    private bool _ended;
    private volatile bool _reading;
    private volatile bool _writing;
    private volatile bool _expecting;

    /// <param name="stream">The connection.</param>
    /// <param name="format">How headers are framed.</param>
    /// <param name="peer">The other end, for messages.</param>
    /// <param name="stallTime">How long nothing may come, or nothing may be taken, while it is waited for; infinite where somebody else watches.</param>
    /// <param name="stop">Ends every wait.</param>
    public TransferConnection(Stream stream, DictionaryFormat format, string peer, TimeSpan stallTime, CancellationToken stop)
    {
        _stream = stream;
        _counted = stream as CountedStream;
        _direct = DirectSocket.Over(_counted?.Inner ?? stream);
        _format = format;
        Peer = peer;
        _stallTime = stallTime;
        _stop = stop;
        _stopRegistration = stop.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _stall);
    }

    public string Peer { get; }

    /// <summary>Whether the peer owes something, so that its silence counts.</summary>
    public bool Expecting
    {
        set
        {
            _expecting = value;
            Rearm();
        }
    }

    /// <summary>All bytes that were received.</summary>
    public long BytesIn { get; private set; }

    /// <summary>All bytes that were sent.</summary>
    public long BytesOut { get; private set; }

    /// <summary>What has been written and not yet sent.</summary>
    public int PendingOutput => _output.WrittenCount;

    /// <summary>Gives bytes that had been received before, by somebody else, back to be read first.</summary>
    public void Unread(ReadOnlySpan<byte> data)
    {
        if (!data.IsEmpty)
        {
            Compact(data.Length, HeaderSize);
            data.CopyTo(_buffer.AsSpan(_end));
            _end += data.Length;
        }
    }

    /// <summary>What has been received and not been read.</summary>
    public ReadOnlySpan<byte> Unread() => _buffer.AsSpan(_start, _end - _start);

    /// <summary>The next header, with its JSON; null at the end of the connection. <paramref name="isChecked"/> tells by the header whether it must carry a check.</summary>
    /// <exception cref="NetException">It is no header, its check is wrong, or the connection breaks.</exception>
    public async ValueTask<DictionaryHeader?> ReadHeaderAsync(Func<DictionaryHeader, bool> isChecked)
    {
        if (!await FillAsync(DictionaryFormat.LengthBytes, mayEnd: true).ConfigureAwait(false))
        {
            return null;
        }
        int length = _format.ReadHeaderLength(Unread());
        await FillAsync(DictionaryFormat.LengthBytes + length, mayEnd: false).ConfigureAwait(false);
        return TakeHeader(length, isChecked);
    }

    /// <summary>The next message of ours. What was written goes out before it is waited for.</summary>
    public async ValueTask<DictionaryHeader?> ReadNextAsync()
    {
        if (Unread().IsEmpty)
        {
            await FlushAsync().ConfigureAwait(false);
        }
        return await ReadHeaderAsync(static _ => true).ConfigureAwait(false);
    }

    /// <summary>The next bytes of a payload, as many as are there and at most so many; valid until the next read.</summary>
    /// <exception cref="NetException">The peer ends or breaks the connection.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadSomeAsync(long maximum)
    {
        if (_start == _end)
        {
            await FillAsync(1, mayEnd: false, maximum).ConfigureAwait(false);
        }
        int n = (int)Math.Min(maximum, _end - _start);
        ReadOnlyMemory<byte> data = _buffer.AsMemory(_start, n);
        _start += n;
        return data;
    }

    /// <summary>So many bytes, no more than a buffer holds; valid until the next read.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadExactAsync(int count)
    {
        await FillAsync(count, mayEnd: false).ConfigureAwait(false);
        ReadOnlyMemory<byte> data = _buffer.AsMemory(_start, count);
        _start += count;
        return data;
    }

    /// <summary>Writes a frame of ours, with its check, to be sent with the next flush.</summary>
    public void WriteMessage(Action<Utf8JsonWriter> write)
    {
        WriteJson(write);
        WriteCheck(_json.WrittenSpan, _json.GetSpan(CheckLength));
        _json.Advance(CheckLength);
        _format.WriteHeader(_json.WrittenSpan, _output);
    }

    /// <summary>Writes a header as any program would, without a check.</summary>
    public void WritePlainHeader(Action<Utf8JsonWriter> write)
    {
        WriteJson(write);
        _json.Write("}"u8);
        _format.WriteHeader(_json.WrittenSpan, _output);
    }

    /// <summary>Writes bytes, to be sent with the next flush.</summary>
    public void Write(ReadOnlySpan<byte> data) => _output.Write(data);

    /// <summary>Room for bytes to be written in place; tell how many with <see cref="Advance"/>.</summary>
    public Memory<byte> GetMemory(int size) => _output.GetMemory(size);

    public void Advance(int count) => _output.Advance(count);

    /// <summary>Sends all that was written.</summary>
    public async ValueTask FlushAsync()
    {
        if (_output.WrittenCount > 0)
        {
            await SendAsync(_output.WrittenMemory).ConfigureAwait(false);
            _output.ResetWrittenCount();
        }
    }

    /// <summary>Sends all that was written, and then these bytes, which are not copied.</summary>
    public async ValueTask WriteThroughAsync(ReadOnlyMemory<byte> data)
    {
        await FlushAsync().ConfigureAwait(false);
        await SendAsync(data).ConfigureAwait(false);
    }

    /// <summary>Ends a read that waits, for good; the connection below stays as it is.</summary>
    public void StopReading() => _stall.Cancel();

    public void Dispose()
    {
        _direct?.WakeOnFirstByte();
        _stopRegistration.Dispose();
        _stall.Dispose();
        _writer?.Dispose();
        _start = _end;
        ReleaseBuffer();
    }

    private static void WriteCheck(ReadOnlySpan<byte> body, Span<byte> check)
    {
        ",\"check\":\""u8.CopyTo(check);
        Utf8Formatter.TryFormat(XxHash3.HashToUInt64(body), check[10..], out _, new StandardFormat('x', 16));
        "\"}"u8.CopyTo(check[26..]);
    }

    private static bool IsIntact(ReadOnlySpan<byte> json)
    {
        Span<byte> check = stackalloc byte[CheckLength];
        if (json.Length <= CheckLength)
        {
            return false;
        }
        WriteCheck(json[..^CheckLength], check);
        return json[^CheckLength..].SequenceEqual(check);
    }

    private DictionaryHeader TakeHeader(int length, Func<DictionaryHeader, bool> isChecked)
    {
        ReadOnlySpan<byte> json = _buffer.AsSpan(_start + DictionaryFormat.LengthBytes, length);
        _start += DictionaryFormat.LengthBytes + length;
        DictionaryHeader header = DictionaryHeader.Parse(json);
        if (isChecked(header) && !IsIntact(json))
        {
            throw new NetException(NetError.FrameCorrupted, $"{Peer} sent a header that was changed on the way: its check does not fit.", Peer, received: json.ToArray());
        }
        return header;
    }

    // All but the closing brace.
    private void WriteJson(Action<Utf8JsonWriter> write)
    {
        _json.ResetWrittenCount();
        _writer ??= new Utf8JsonWriter(_json, WriterOptions);
        _writer.Reset();
        _writer.WriteStartObject();
        write(_writer);
        _writer.Flush();
    }

    // Reads until so many bytes are there; false at the end of input where that is allowed and nothing has begun.
    private async ValueTask<bool> FillAsync(int count, bool mayEnd, long expected = 0)
    {
        while (_end - _start < count)
        {
            if (_start == _end && mayEnd)
            {
                // A connection that waits for its next file holds no buffer.
                ReleaseBuffer();
                await ReadAsync(Memory<byte>.Empty, 1).ConfigureAwait(false);
            }
            Compact(count - (_end - _start), expected > 0 ? BufferSize : HeaderSize);
            int n = _ended ? 0 : await ReadAsync(_buffer.AsMemory(_end), expected >= 2 * LowMark ? LowMark : 1).ConfigureAwait(false);
            if (n == 0)
            {
                _ended = true;
                return mayEnd && _start == _end ? false
                    : throw new NetException(NetError.PeerClosed, $"{Peer} closed the connection in the middle of a transfer.", Peer);
            }
            _end += n;
            BytesIn += n;
        }
        return true;
    }

    // Room for at least so many more bytes behind what is unread, and for a receive of that size where nothing is.
    private void Compact(int more, int size)
    {
        if (_start == _end)
        {
            _start = _end = 0;
            if (_buffer?.Length < size)
            {
                ReleaseBuffer();
            }
        }
        _buffer ??= ArrayPool<byte>.Shared.Rent(Math.Max(size, more));
        if (_end + more > _buffer.Length)
        {
            int have = _end - _start;
            byte[] target = have + more > _buffer.Length ? ArrayPool<byte>.Shared.Rent(have + more) : _buffer;
            _buffer.AsSpan(_start, have).CopyTo(target);
            if (target != _buffer)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
            }
            (_buffer, _start, _end) = (target, 0, have);
        }
    }

    private void ReleaseBuffer()
    {
        if (_buffer is not null && _start == _end)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
            _start = _end = 0;
        }
    }

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, int lowMark)
    {
        if (_direct is not null && !buffer.IsEmpty && !_stall.IsCancellationRequested && _direct.Receive(buffer.Span, lowMark) is var received and >= 0)
        {
            _counted?.Count(received, 0);
            return received;
        }
        try
        {
            _direct?.WakeOnFirstByte();
            ValueTask<int> reading = _stream.ReadAsync(buffer, _stall.Token);
            if (reading.IsCompletedSuccessfully)
            {
                return reading.Result;
            }
            _reading = true;
            Rearm();
            int n = await reading.ConfigureAwait(false);
            _reading = false;
            Rearm();
            return n;
        }
        catch (Exception e) when (e is IOException and not NetException or OperationCanceledException or ObjectDisposedException)
        {
            throw Translate(e, "sent nothing");
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> data)
    {
        try
        {
            BytesOut += data.Length;
            if (_direct is not null && !_stall.IsCancellationRequested)
            {
                int sent = _direct.Send(data.Span);
                _counted?.Count(0, sent);
                data = data[sent..];
                if (data.IsEmpty)
                {
                    Rearm();
                    return;
                }
            }
            ValueTask sending = _stream.WriteAsync(data, _stall.Token);
            if (!sending.IsCompletedSuccessfully)
            {
                _writing = true;
                Rearm();
                await sending.ConfigureAwait(false);
                _writing = false;
            }
            Rearm();
        }
        catch (Exception e) when (e is IOException and not NetException or OperationCanceledException or ObjectDisposedException)
        {
            throw Translate(e, "took nothing");
        }
    }

    // Reader and writer share the watch: as long as one of them goes on, the peer is alive.
    private void Rearm()
    {
        if (_stallTime != Timeout.InfiniteTimeSpan && !_stop.IsCancellationRequested)
        {
            _stall.CancelAfter(_writing || (_reading && _expecting) ? _stallTime : Timeout.InfiniteTimeSpan);
        }
    }

    private NetException Translate(Exception e, string what)
    {
        _stop.ThrowIfCancellationRequested();
        return e switch
        {
            OperationCanceledException => new NetException(NetError.TimedOut, $"{Peer} {what} for {_stallTime.TotalSeconds:0.###} s.", Peer, e),
            { InnerException: System.Net.Sockets.SocketException socket } => NetException.FromSocket(socket, Peer),
            ObjectDisposedException => new NetException(NetError.HandleClosed, $"The connection to {Peer} was closed.", Peer, e),
            _ => new NetException(NetError.SocketFailure, $"{Peer}: {e.Message}", Peer, e),
        };
    }
}
