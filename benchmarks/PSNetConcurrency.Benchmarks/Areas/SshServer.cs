using System.Diagnostics;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>An ssh server on loopback with keys for the occasion, for scp and rsync.</summary>
internal sealed class SshServer : IDisposable
{
    private readonly Process _process;
    private readonly string _folder;
    private readonly int _port;

    private SshServer(Process process, string folder, int port)
    {
        _process = process;
        _folder = folder;
        _port = port;
    }

    /// <summary>The options of ssh and of scp that lead there.</summary>
    public string Options => $"-q -o BatchMode=yes -o ConnectTimeout=5 -i {_folder}/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -c aes128-gcm@openssh.com -o Port={_port}";

    /// <summary>Starts it; null, and a line that says why, where that can't be done.</summary>
    public static async Task<SshServer?> StartAsync(string folder, CancellationToken cancellationToken)
    {
        if (!File.Exists("/usr/sbin/sshd") || Programs.Find("scp") is null || Programs.Find("ssh-keygen") is null)
        {
            Console.WriteLine("scp and rsync are left out: there is no ssh server and client.");
            return null;
        }
        int port = Programs.FreePort();
        string home = Directory.CreateDirectory(Path.Combine(folder, "ssh")).FullName;
        await File.WriteAllTextAsync(Path.Combine(home, "config"), $"""
            Port {port}
            ListenAddress 127.0.0.1
            HostKey {home}/host
            AuthorizedKeysFile {home}/key.pub
            StrictModes no
            UsePAM no
            PidFile none
            Subsystem sftp internal-sftp

            """, cancellationToken);
        await Programs.RunAsync(new Command("bash", "-c", $"mkdir -p /run/sshd; chmod 700 {home}; ssh-keygen -q -t ed25519 -N '' -f {home}/host; ssh-keygen -q -t ed25519 -N '' -f {home}/key"), cancellationToken);
        Process process = Programs.Start(new Command("/usr/sbin/sshd", "-D", "-e", "-f", Path.Combine(home, "config")), quiet: true);
        SshServer server = new(process, home, port);
        (int exitCode, string output) = await Programs.WaitForPortAsync(process, port, cancellationToken)
            ? await Programs.RunAsync(new Command("bash", "-c", $"ssh {server.Options} 127.0.0.1 true"), cancellationToken)
            : (1, "it did not start");
        if (exitCode == 0)
        {
            return server;
        }
        Console.WriteLine($"scp and rsync are left out: the ssh server lets nobody in: {output.Trim()}");
        server.Dispose();
        return null;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }
        _process.Dispose();
    }
}
