using Microsoft.Win32.SafeHandles;

namespace PSNetConcurrency.Core.Processes.Output;

/// <summary>Output that memory has no room for: a temporary file that no other program sees, and that is gone when this one is.</summary>
internal sealed class SpillFile : IDisposable
{
    private readonly SafeFileHandle _file;
    private long _end;
    private int _held;

    public SpillFile()
    {
        string path = Path.Combine(Path.GetTempPath(), $"PSNetConcurrency-{Path.GetRandomFileName()}");
        if (OperatingSystem.IsWindows())
        {
            _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose);
        }
        else
        {
            // Nobody else is to read it in the moment that it has a name.
            using FileStream named = new(path, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Share = FileShare.ReadWrite | FileShare.Delete,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            _file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            File.Delete(path);
        }
    }

    /// <summary>Appends, and returns where it lies.</summary>
    public long Append(ReadOnlySpan<byte> bytes)
    {
        long position = _end;
        RandomAccess.Write(_file, bytes, position);
        _end += bytes.Length;
        return position;
    }

    public byte[] Read(long position, int length)
    {
        byte[] bytes = GC.AllocateUninitializedArray<byte>(length);
        for (int done = 0; done < length;)
        {
            int read = RandomAccess.Read(_file, bytes.AsSpan(done), position + done);
            if (read == 0)
            {
                throw new EndOfStreamException("The file with a child's output was cut short.");
            }
            done += read;
        }
        return bytes;
    }

    /// <summary>One more segment lies in it.</summary>
    public void Hold() => _held++;

    /// <summary>One less; with the last its room on the disk is given back.</summary>
    public void Drop()
    {
        if (--_held == 0)
        {
            RandomAccess.SetLength(_file, 0);
            _end = 0;
        }
    }

    public void Dispose() => _file.Dispose();
}
