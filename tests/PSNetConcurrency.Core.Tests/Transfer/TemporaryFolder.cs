namespace PSNetConcurrency.Core.Tests.Transfer;

/// <summary>A folder that ends with its test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private int _files;

    public string Path { get; } = Directory.CreateTempSubdirectory("psnc-files-").FullName;

    /// <summary>Writes a new file and returns its path.</summary>
    public string Write(ReadOnlySpan<byte> content)
    {
        string path = System.IO.Path.Combine(Path, $"{Interlocked.Increment(ref _files)}.bin");
        using FileStream stream = File.Create(path);
        stream.Write(content);
        return path;
    }

    /// <summary>Makes a file of zeros that takes no room, where the file system can.</summary>
    public string Sparse(long length)
    {
        string path = Write([]);
        using FileStream stream = File.OpenWrite(path);
        stream.SetLength(length);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
