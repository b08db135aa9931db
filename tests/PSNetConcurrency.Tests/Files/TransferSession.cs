using System.Management.Automation;
using System.Security.Cryptography;

namespace PSNetConcurrency.Tests.Files;

/// <summary>What the tests of file transfers share: a PowerShell session, a folder of files, and an inbox.</summary>
public abstract class TransferSession : IDisposable
{
    private const string IncomingFolder = ".psnc-incoming/";

    protected TransferSession()
    {
        Inbox = Directory.CreateDirectory(Path.Combine(Folder, "inbox")).FullName;
        Here(Shell);
    }

    internal PowerShellSession Shell { get; } = new();

    protected string Folder { get; } = Directory.CreateTempSubdirectory("psnc-files-").FullName;

    protected string Inbox { get; }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes the folder a session's location.</summary>
    internal void Here(PowerShellSession shell) => shell.Run("$null = $ExecutionContext.SessionState.Path.SetLocation($folder); $folder = $null", ("folder", Folder));

    /// <summary>Starts a server in $s that stores in the inbox.</summary>
    protected PSObject Serve(string arguments = "") => Shell.One($"$s = Start-FramedFileServer inbox {arguments}; $s");

    /// <summary>Sends to $s what must arrive.</summary>
    internal TransferResult[] Send(string arguments, params (string Name, object? Value)[] variables) =>
        Results(Shell.Run($"$s | Send-FramedFile {arguments}", variables));

    internal static TransferResult[] Results(IEnumerable<PSObject> output) => [.. output.Select(o => new TransferResult(o))];

    /// <summary>Makes a file below the folder, with content that no pattern repeats, and returns it.</summary>
    protected byte[] Write(string name, int length, int seed = 1)
    {
        byte[] content = new byte[length];
        new Random(seed).NextBytes(content);
        Write(name, content);
        return content;
    }

    protected void Write(string name, byte[] content)
    {
        string path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    protected byte[] Received(string name) => File.ReadAllBytes(Path.Combine(Inbox, name));

    /// <summary>What lies in the inbox, folders with a slash behind, the receiver's own files too, but not their folder, which is there while it runs.</summary>
    protected string[] InInbox() => [.. Directory.EnumerateFileSystemEntries(Inbox, "*", SearchOption.AllDirectories)
        .Select(p => Path.GetRelativePath(Inbox, p).Replace('\\', '/') + (Directory.Exists(p) ? "/" : "")).Where(p => p != IncomingFolder).Order(StringComparer.Ordinal)];

    /// <summary>How much of a file has arrived that is not complete.</summary>
    protected long Arrived() => Directory.EnumerateFiles(Inbox, "*.part", SearchOption.AllDirectories).Sum(LengthOf);

    /// <summary>The files of this test that this process has open.</summary>
    protected string[] OpenFiles() => !OperatingSystem.IsLinux() ? [] : [.. Directory.EnumerateFiles("/proc/self/fd").Select(f => new FileInfo(f).LinkTarget).OfType<string>().Where(t => t.StartsWith(Folder, StringComparison.Ordinal))];

    /// <summary>Whether the receiver has left nothing of its own, not even the folder.</summary>
    protected bool IsTidy() => !Directory.Exists(Path.Combine(Inbox, IncomingFolder));

    protected static string Sha256(ReadOnlySpan<byte> content) => Convert.ToHexString(SHA256.HashData(content));

    /// <summary>Waits for a condition; nothing here takes so long, but a machine under load is no failure.</summary>
    protected static void WaitUntil(Func<bool> condition, string what) => Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(60)), what);

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            Shell.Run("Get-TcpSession | Remove-TcpSession; Get-NetListener | Stop-NetListener -Force");
            Shell.Dispose();
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static long LengthOf(string path)
    {
        FileInfo file = new(path);
        return file.Exists ? file.Length : 0;
    }
}

/// <summary>A pipeline that runs beside the test.</summary>
internal sealed class BackgroundPipeline : IDisposable
{
    private readonly PowerShell _shell = PowerShell.Create();
    private readonly IAsyncResult _running;
    private readonly PSDataCollection<PSObject> _output = [];

    public BackgroundPipeline(PowerShellSession session, string script)
    {
        _shell.Runspace = session.Runspace;
        _running = _shell.AddScript(script).BeginInvoke<PSObject, PSObject>(null, _output);
    }

    public IReadOnlyList<ErrorRecord> Errors => [.. _shell.Streams.Error];

    public PSDataCollection<PSObject> Output => _output;

    public PSDataCollection<ProgressRecord> Progress => _shell.Streams.Progress;

    /// <summary>Waits for the end; what terminates it is thrown.</summary>
    public PSObject[] End()
    {
        _shell.EndInvoke(_running);
        return [.. _output];
    }

    /// <summary>Ctrl+C, which must end it at once.</summary>
    public void Stop()
    {
        Task stopping = Task.Run(_shell.Stop);
        Assert.True(stopping.Wait(TimeSpan.FromSeconds(20)), "The pipeline does not stop.");
        Assert.Equal(PSInvocationState.Stopped, _shell.InvocationStateInfo.State);
        Assert.Throws<PipelineStoppedException>(() => _shell.EndInvoke(_running));
    }

    public void Dispose()
    {
        _shell.Dispose();
        _output.Dispose();
    }
}
