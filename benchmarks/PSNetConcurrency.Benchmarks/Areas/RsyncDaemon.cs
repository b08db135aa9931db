using System.Diagnostics;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>An rsync daemon on loopback: rsync without ssh, so that it encrypts as little as a plain connection does.</summary>
internal sealed class RsyncDaemon : IDisposable
{
    private readonly Process _process;
    private readonly int _port;

    private RsyncDaemon(Process process, int port)
    {
        _process = process;
        _port = port;
    }

    /// <summary>What stands for the folder in rsync's arguments.</summary>
    public string Url => $"rsync://127.0.0.1:{_port}/inbox";

    /// <summary>Starts it over a folder; null, and a line that says why, where that can't be done.</summary>
    public static async Task<RsyncDaemon?> StartAsync(string folder, string inbox, CancellationToken cancellationToken)
    {
        if (Programs.Find("rsync") is null)
        {
            Console.WriteLine("The rsync daemon is left out: there is no rsync.");
            return null;
        }
        int port = Programs.FreePort();
        string config = Path.Combine(folder, "rsyncd.conf");
        await File.WriteAllTextAsync(config, $"""
            use chroot = no
            reverse lookup = no
            [inbox]
            path = {inbox}
            read only = no
            {(Environment.IsPrivilegedProcess ? "uid = 0\ngid = 0" : "")}

            """, cancellationToken);
        Process process = Programs.Start(new Command("rsync", "--daemon", "--no-detach", "--address=127.0.0.1", $"--port={port}", $"--config={config}"), quiet: true);
        RsyncDaemon daemon = new(process, port);
        if (await Programs.WaitForPortAsync(process, port, cancellationToken))
        {
            return daemon;
        }
        Console.WriteLine("The rsync daemon is left out: it did not start.");
        daemon.Dispose();
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
