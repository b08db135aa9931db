using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.Channels;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Transfer;

namespace PSNetConcurrency.Core.Chat.History;

/// <summary>
/// Writes messages and what becomes of them to a file, one JSON object a line, in UTF-8. Only ever appended to: a line for a
/// message, a line for each change of its state. The loop hands lines over and does not wait for the disk. Readers are welcome,
/// another writer is not: each would write over the other's lines.
/// </summary>
internal sealed class HistoryWriter : IAsyncDisposable
{
    // A disk that is slower than the network must not take the memory; what is lost so is told.
    private const int MostWaiting = 65_536;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly FileStream _file;
    private readonly FileStream? _lock;
    private readonly Task _writing;
    private int _failed;

    /// <exception cref="NetException">The file can't be written, or another writes it.</exception>
    public HistoryWriter(string path)
    {
        Path = path;
        try
        {
            _lock = OperatingSystem.IsWindows() ? null : TakeLock(LockOf(path));
            _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 16 * 1024, useAsync: true);
            // A writer that was killed may have left half a line: what follows must not become part of it.
            if (_file.Length > 0)
            {
                _file.Seek(-1, SeekOrigin.End);
                if (_file.ReadByte() != '\n')
                {
                    _file.WriteByte((byte)'\n');
                }
            }
            _file.Seek(0, SeekOrigin.End);
        }
        catch (Exception e) when (FileErrors.IsFileFailure(e))
        {
            _file?.Dispose();
            ReleaseLock();
            throw e is IOException io && FileErrors.IsInUse(io)
                ? new NetException(NetError.FileFailure, $"The history '{path}' is kept by another chat peer or program already: give each its own -HistoryPath, or stop the other (Get-NetListener -Kind ChatPeer lists this session's).", path, e)
                : FileErrors.Describe(e, path);
        }
        _writing = WriteAsync();
    }

    public string Path { get; }

    /// <summary>The file beside a history that tells that it is being written: hidden, so that no wildcard finds it.</summary>
    internal static string LockOf(string path) => System.IO.Path.Join(System.IO.Path.GetDirectoryName(path), $".{System.IO.Path.GetFileName(path)}.lock");

    /// <summary>Told once, when something could not be written.</summary>
    public Action<NetException> Failed { get; set; } = static _ => { };

    public void Add(ChatMessage message) => Write(json =>
    {
        json.WriteString("type", "message");
        json.WriteString("id", message.Id);
        json.WriteString("time", Time(message.Time));
        json.WriteString("direction", message.Direction.ToString());
        json.WriteString("from", message.From);
        json.WriteString("to", message.To);
        if (message.Text is { } text)
        {
            json.WriteString("text", text);
        }
        json.WriteString("state", message.State.ToString());
        if (message.Sealed)
        {
            json.WriteBoolean("sealed", true);
        }
        if (message.IsAutomatic)
        {
            json.WriteBoolean("automatic", true);
        }
        if (message.File.Length > 0)
        {
            json.WriteStartArray("files");
            foreach (ChatFile file in message.File)
            {
                json.WriteStartObject();
                json.WriteString("name", file.Name);
                json.WriteNumber("length", file.Length);
                if (file.IsFolder)
                {
                    json.WriteBoolean("folder", true);
                }
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
    });

    /// <summary>A message's state has moved on.</summary>
    public void Update(ChatMessage message) => Write(json =>
    {
        json.WriteString("type", "state");
        json.WriteString("id", message.Id);
        json.WriteString("time", Time(DateTimeOffset.Now));
        json.WriteString("state", message.State.ToString());
        json.WriteString("to", message.To);
        json.WriteNumber("attempt", message.Attempt);
        if (message.Error is { } error)
        {
            json.WriteString("error", error);
        }
        if (message is { Direction: ChatDirection.Received, Sealed: true, Text: { } opened })
        {
            json.WriteString("text", opened);
        }
    });

    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing.ConfigureAwait(false);
        await _file.DisposeAsync().ConfigureAwait(false);
        ReleaseLock();
    }

    // Only on Windows does sharing tell readers from writers; elsewhere the lock is a file beside, which a writer that was killed leaves behind unlocked.
    private static FileStream TakeLock(string path)
    {
        while (true)
        {
            FileStream taken;
            try
            {
                taken = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (UnauthorizedAccessException e)
            {
                throw new NetException(NetError.AccessDenied, $"'{path}', which keeps other writers out of the history, can't be made: this user must be able to write in its folder.", path, e);
            }
            if (File.Exists(path))
            {
                return taken;
            }
            // Deleted by who had it, between opening and locking: it would keep nobody out.
            taken.Dispose();
        }
    }

    private void ReleaseLock()
    {
        if (_lock is not null)
        {
            File.Delete(_lock.Name);
            _lock.Dispose();
        }
    }

    private static string Time(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);

    private void Write(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> line = new(256);
        using (Utf8JsonWriter json = new(line, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        line.Write("\n"u8);
        if (!_lines.Writer.TryWrite(line.WrittenSpan.ToArray()))
        {
            Fail(new NetException(NetError.FileFailure, $"'{Path}' is written too slowly: messages are missing in it.", Path));
        }
    }

    private async Task WriteAsync()
    {
        await foreach (byte[] line in _lines.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await _file.WriteAsync(line).ConfigureAwait(false);
                if (_lines.Reader.Count == 0)
                {
                    await _file.FlushAsync().ConfigureAwait(false);
                }
            }
            catch (Exception e) when (FileErrors.IsFileFailure(e))
            {
                Fail(FileErrors.Describe(e, Path));
            }
        }
    }

    private void Fail(NetException failure)
    {
        if (Interlocked.Exchange(ref _failed, 1) == 0)
        {
            Failed(failure);
        }
    }
}
