using System.Globalization;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>What the tests with judges share: a PowerShell session, and a folder for what the judges need.</summary>
public abstract class JudgeSession : IDisposable
{
    private readonly Lazy<string> _folder = new(() => Directory.CreateTempSubdirectory("psnc-judge-").FullName);

    internal PowerShellSession Shell { get; } = new();

    protected string Folder => _folder.Value;

    protected string CertificatePath => Path.Combine(Folder, "certificate.pem");

    protected string KeyPath => Path.Combine(Folder, "key.pem");

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Starts a server of ours in $s and returns its port.</summary>
    protected int StartServer(string command) => (int)Shell.One($"$s = {command}; $s.Port").BaseObject;

    /// <summary>Free ports, for judges that must be told a number.</summary>
    protected int[] FreePorts(int count) => [.. Shell.Run("Get-AvailablePort -Count $args0", ("args0", count)).Select(p => (int)p.BaseObject)];

    /// <summary>Starts xinetd with services of its own, a port each; over UDP, or over TCP.</summary>
    internal JudgeProcess StartXinetd(string[] services, int[] ports, bool udp)
    {
        (string type, string protocol, string wait) = udp ? ("dgram", "udp", "yes") : ("stream", "tcp", "no");
        string config = Path.Combine(Folder, "xinetd.conf");
        File.WriteAllText(config, "defaults\n{\n}\n" + string.Concat(services.Select((name, i) => $$"""
            service {{name}}
            {
                type = INTERNAL UNLISTED
                id = {{name}}-{{type}}
                socket_type = {{type}}
                protocol = {{protocol}}
                wait = {{wait}}
                user = {{Environment.UserName}}
                bind = 127.0.0.1
                port = {{ports[i]}}
                disable = no
            }

            """)));
        return JudgeProcess.Start("xinetd", "-dontfork", "-f", config, "-pidfile", Path.Combine(Folder, "pid"), "-filelog", Path.Combine(Folder, "log"));
    }

    /// <summary>How far behind now the local time is that rdate, with these arguments, prints: like "Mon Nov 23 08:57:48 UTC 2026".</summary>
    protected static TimeSpan AgeByRdate(params string[] arguments)
    {
        string[] words = JudgeProcess.Run("rdate", arguments).Trim().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return DateTime.Now - DateTime.ParseExact(string.Join(' ', words[1], words[2], words[^1], words[3]), "MMM d yyyy HH:mm:ss", CultureInfo.InvariantCulture);
    }

    /// <summary>Has openssl make a certificate for localhost, and returns its SHA-256 thumbprint as openssl prints it.</summary>
    protected string MakeCertificate()
    {
        JudgeProcess.Run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", KeyPath, "-out", CertificatePath);
        return Fingerprint("-in", CertificatePath);
    }

    /// <summary>The SHA-256 thumbprint as openssl tells it, with its colons.</summary>
    protected static string Fingerprint(params string[] arguments) =>
        JudgeProcess.Run("openssl", ["x509", "-noout", "-fingerprint", "-sha256", .. arguments]).Trim().Split('=')[1];

    /// <summary>Bytes that no pattern of a server repeats, and the same in every run.</summary>
    protected static byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(20).NextBytes(bytes);
        return bytes;
    }

    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            // A runspace that closes takes no listener with it.
            Shell.Run("Get-TcpSession | Remove-TcpSession; Get-NetListener | Stop-NetListener -Force");
            Shell.Dispose();
            if (_folder.IsValueCreated)
            {
                Directory.Delete(_folder.Value, recursive: true);
            }
        }
    }
}
