using System.Collections;
using System.Management.Automation;
using System.Net;

namespace PSNetConcurrency.Tests.Files;

/// <summary>A PSNetConcurrency.FileTransferResult as a script sees it: the module is imported, not referenced.</summary>
internal sealed class TransferResult
{
    private readonly PSObject _result;

    public TransferResult(PSObject result)
    {
        Assert.Equal("PSNetConcurrency.FileTransferResult", result.TypeNames[0]);
        _result = result;
    }

    public string Name => Get<string>(nameof(Name));

    public string Path => Get<string>(nameof(Path));

    public bool IsFolder => Get<bool>(nameof(IsFolder));

    public long Length => Get<long>(nameof(Length));

    public long BytesSent => Get<long>(nameof(BytesSent));

    public long BytesSkipped => Get<long>(nameof(BytesSkipped));

    public bool Resumed => Get<bool>(nameof(Resumed));

    public bool Skipped => Get<bool>(nameof(Skipped));

    public TimeSpan Duration => Get<TimeSpan>(nameof(Duration));

    public string? Algorithm => _result.Properties[nameof(Algorithm)].Value?.ToString();

    public string? Digest => (string?)_result.Properties[nameof(Digest)].Value;

    public bool Verified => Get<bool>(nameof(Verified));

    public string VerifyMode => _result.Properties[nameof(VerifyMode)].Value.ToString()!;

    public IPEndPoint RemoteEndPoint => Get<IPEndPoint>(nameof(RemoteEndPoint));

    public int Attempt => Get<int>(nameof(Attempt));

    /// <summary>The verified ranges: offset, length, digest.</summary>
    public (long Offset, long Length, string Hash)[] Range => [.. ((IEnumerable)_result.Properties[nameof(Range)].Value).Cast<object>().Select(PSObject.AsPSObject)
        .Select(r => ((long)r.Properties["Offset"].Value, (long)r.Properties["Length"].Value, (string)r.Properties["Hash"].Value))];

    private T Get<T>(string name) => (T)_result.Properties[name].Value;
}
