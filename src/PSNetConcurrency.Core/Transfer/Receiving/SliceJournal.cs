using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using PSNetConcurrency.Core.Transfer.Digests;
using PSNetConcurrency.Core.Transfer.Wire;

namespace PSNetConcurrency.Core.Transfer.Receiving;

/// <summary>
/// What is verified of a file that is not complete: a line of JSON that says which file, then a record for each slice, with a
/// flag (1: a digest that begins anew) and the digest. A record is written after the slice, so that it never says too much.
/// </summary>
/// <remarks>
/// In mode Slice a digest is that of the slice; in mode Full it is that of all since the last flag, so that the last one before
/// the end is the whole file's. The system may lose what a program has written when the machine stops, not when the
/// program does: after a restart of the machine the records are what is to be checked, not what is known.
/// </remarks>
internal sealed class SliceJournal : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly int _digestLength;
    private readonly List<byte[]> _digests = [];
    private readonly List<bool> _begins = [];
    private long _end;

    private SliceJournal(SafeFileHandle file, int digestLength)
    {
        _file = file;
        _digestLength = digestLength;
    }

    /// <summary>How many slices are verified.</summary>
    public int Count => _digests.Count;

    public IReadOnlyList<byte[]> Digests => _digests;

    /// <summary>Whether the digests were made since the machine was last started.</summary>
    public bool IsOfThisBoot { get; private set; }

    /// <summary>Opens the journal of that file, or begins it where there is none, or one of another file.</summary>
    public static SliceJournal Open(string path, FileOffer offer)
    {
        byte[] head = Head(offer, BootId.Current);
        using ContentHash hash = ContentHash.Create(offer.Algorithm);
        SafeFileHandle file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        SliceJournal journal = new(file, hash.Length);
        try
        {
            if (!journal.Read(offer))
            {
                journal.Restart(head);
            }
            return journal;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Whether the file at that path is a journal, and of what life; null where it is none.</summary>
    public static PartialLife? LifeOf(string path)
    {
        try
        {
            using StreamReader reader = new(path);
            using JsonDocument head = JsonDocument.Parse(ReadLine(reader));
            return Enum.TryParse(head.RootElement.GetProperty("keep").GetString(), out PartialLife life) ? life : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A slice is verified.</summary>
    public void Add(byte[] digest, bool begins)
    {
        Span<byte> record = stackalloc byte[1 + ContentHash.LongestLength];
        record[0] = begins ? (byte)1 : (byte)0;
        digest.CopyTo(record[1..]);
        RandomAccess.Write(_file, record[..(1 + _digestLength)], _end);
        _end += 1 + _digestLength;
        _digests.Add(digest);
        _begins.Add(begins);
    }

    /// <summary>Keeps the first slices only; those behind them are to be sent again.</summary>
    public void Truncate(int count, FileOffer offer)
    {
        (byte[] Digest, bool Begins)[] kept = [.. _digests.Zip(_begins).Take(count)];
        Restart(Head(offer, BootId.Current));
        foreach ((byte[] digest, bool begins) in kept)
        {
            Add(digest, begins);
        }
    }

    /// <summary>The runs of slices that have one digest after the other: their first slice, one behind their last, and that one's digest.</summary>
    public IEnumerable<(int First, int End, byte[] Digest)> Runs()
    {
        for (int i = 0, first = 0; i < Count; i++)
        {
            if (i + 1 == Count || _begins[i + 1])
            {
                yield return (first, i + 1, _digests[i]);
                first = i + 1;
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private static byte[] Head(FileOffer offer, string boot)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter json = new(line))
        {
            json.WriteStartObject();
            json.WriteString("name", offer.Name);
            json.WriteNumber("size", offer.Length);
            json.WriteNumber("modified", offer.ModifiedUtc?.Ticks ?? 0);
            json.WriteString("algorithm", offer.Algorithm.ToString());
            json.WriteString("verify", offer.Verify.ToString());
            json.WriteNumber("slice_size", offer.SliceSize);
            json.WriteString("keep", offer.Life.ToString());
            json.WriteString("boot", boot);
            json.WriteEndObject();
        }
        line.WriteByte((byte)'\n');
        return line.ToArray();
    }

    private static string ReadLine(StreamReader reader)
    {
        // A journal is this program's own, but its folder is others' too: no line without end.
        char[] text = new char[16 * 1024];
        int n = reader.ReadBlock(text), end = Array.IndexOf(text, '\n', 0, n);
        return end < 0 ? "" : new string(text, 0, end);
    }

    private void Restart(byte[] head)
    {
        _digests.Clear();
        _begins.Clear();
        RandomAccess.SetLength(_file, 0);
        RandomAccess.Write(_file, head, 0);
        _end = head.Length;
        IsOfThisBoot = true;
    }

    private bool Read(FileOffer offer)
    {
        long length = RandomAccess.GetLength(_file);
        if (length == 0 || length > 1024 * 1024 * 1024)
        {
            return false;
        }
        byte[] all = new byte[length];
        int read = 0;
        for (int n = 1; n > 0 && read < all.Length; read += n)
        {
            n = RandomAccess.Read(_file, all.AsSpan(read), read);
        }
        int line = all.AsSpan(0, read).IndexOf((byte)'\n') + 1;
        if (line == 0 || BootIn(all.AsSpan(0, line)) is not { } boot || !Head(offer, boot).AsSpan().SequenceEqual(all.AsSpan(0, line)))
        {
            return false;
        }
        IsOfThisBoot = BootId.IsCurrent(boot);
        _end = line;
        // A record that was cut in the middle does not count, nor do more slices than the file has.
        for (int size = 1 + _digestLength; _end + size <= read && (long)Count * offer.SliceSize < offer.Length; _end += size)
        {
            _begins.Add(all[_end] != 0);
            _digests.Add(all.AsSpan((int)_end + 1, _digestLength).ToArray());
        }
        return true;
    }

    private static string? BootIn(ReadOnlySpan<byte> line)
    {
        try
        {
            Utf8JsonReader reader = new(line);
            using JsonDocument head = JsonDocument.ParseValue(ref reader);
            return head.RootElement.GetProperty("boot").GetString();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
