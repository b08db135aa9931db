using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>An ssh server on loopback, with keys that are thrown away, for the user of the tests.</summary>
internal sealed class SshServer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("psnc-ssh").FullName;
    private readonly JudgeProcess _server;

    public SshServer()
    {
        using (TcpListener free = new(IPAddress.Loopback, 0))
        {
            free.Start();
            Port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        JudgeProcess.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", $"{_folder}/host");
        JudgeProcess.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", $"{_folder}/key");
        File.WriteAllText($"{_folder}/config", $"""
            Port {Port}
            ListenAddress 127.0.0.1
            HostKey {_folder}/host
            AuthorizedKeysFile {_folder}/key.pub
            StrictModes no
            UsePAM no
            PidFile none

            """);
        if (Environment.IsPrivilegedProcess)
        {
            Directory.CreateDirectory("/run/sshd");
        }
        _server = JudgeProcess.Start("sshd", "-D", "-e", "-f", $"{_folder}/config");
        _server.Error.WaitFor("Server listening");
    }

    public int Port { get; }

    /// <summary>The launcher words that lead there, as an argument of -Via.</summary>
    public string Via => ViaTo(Port);

    public string ViaTo(int port) =>
        string.Join(", ", new[] { "ssh", "-q", "-i", $"{_folder}/key", "-p", $"{port}", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "127.0.0.1" }.Select(w => $"'{w}'"));

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
