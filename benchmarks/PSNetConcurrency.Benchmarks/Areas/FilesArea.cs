using System.Diagnostics;
using System.Globalization;
using PSNetConcurrency.Benchmarks.Children;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>File transfers against the programs that move files: to nothing, into a file, many small ones; and what they must not cost.</summary>
internal sealed class FilesArea : IBenchmarkArea
{
    private const string Sha = "PSNetConcurrency SHA-256", Xxh = "PSNetConcurrency XXH128", Bare = "PSNetConcurrency unverified";
    private const long Size = 2L * 1024 * 1024 * 1024;
    private const int SmallFiles = 10_000;

    private readonly Dictionary<string, Func<Task<double>>> _contenders = [];
    private BenchmarkOptions _options = null!;
    private string _folder = "";
    private string _large = "";
    private bool _correct = true;

    public string Name => "files";

    public async Task<bool> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        _options = options;
        // In memory where that can be: the disk is not what is measured.
        _folder = MakeFolder();
        try
        {
            _large = Path.Combine(_folder, "large.bin");
            await MakeAsync(cancellationToken);
            using SshServer? ssh = options.Wants("file") || options.Wants("small") ? await SshServer.StartAsync(_folder, cancellationToken) : null;
            await PartAsync("nothing", () => NothingAsync(cancellationToken));
            await PartAsync("file", () => FileAsync(ssh, cancellationToken));
            await PartAsync("small", () => SmallAsync(ssh, cancellationToken));
            await PartAsync("resume", () => ResumeAsync(cancellationToken));
            await PartAsync("limit", () => LimitAsync(cancellationToken));
        }
        finally
        {
            DeleteFolder(_folder);
        }
        return _correct;
    }

    private async Task NothingAsync(CancellationToken cancellationToken)
    {
        string? xfer = await Programs.BuildAsync("xfer", cancellationToken, "-lcrypto", "-lpthread");
        string? script = Programs.Find("python3") is null ? null : $"python3 {BenchmarkOptions.PeerFolder}/xfer.py";
        using TransferPair pair = await TransferPair.StartAsync(Inbox(), discards: true, cancellationToken);
        _contenders.Clear();
        _contenders[Sha] = async () => (await pair.SendAsync(_large, "Full", "SHA256", cancellationToken)).Seconds;
        _contenders[Xxh] = async () => (await pair.SendAsync(_large, "Full", "XXH128", cancellationToken)).Seconds;
        _contenders[Bare] = async () => (await pair.SendAsync(_large, "None", "XXH128", cancellationToken)).Seconds;
        AddPeer("C SHA-256", xfer, "sha");
        AddPeer("C unverified", xfer, "");
        AddPeer("Python SHA-256", script, "hash");
        await WarmUpAsync(cancellationToken);
        TransferUsage before = await pair.SendAsync(_large, "None", "XXH128", cancellationToken);
        Measured rate = await MeasureAsync(cancellationToken);
        Table table = new($"2 GiB to a null target, {_options.Rounds} rounds", "", "to C SHA-256", "to Python SHA-256", "to C unverified");
        foreach (string ours in (string[])[Sha, Xxh])
        {
            _options.Ratios.Add(Name, $"2 GiB to nowhere, {ours}", rate, ours, "C SHA-256", bar: ours == Sha ? 1 : null);
            _options.Ratios.Add(Name, $"2 GiB to nowhere, {ours}", rate, ours, "Python SHA-256", bar: ours == Sha ? 1 : null);
            // What is verified with XXH128 may take 1.15 times as long as what is not verified at all.
            _options.Ratios.Add(Name, $"2 GiB to nowhere, {ours}", rate, ours, "C unverified", bar: ours == Xxh ? 0.87 : null);
        }
        foreach (string name in rate.Names)
        {
            table.Add(name, rate.Ratio(name, "C SHA-256"), rate.Ratio(name, "Python SHA-256"), rate.Ratio(name, "C unverified"));
        }
        table.Print();
        TransferUsage sender = await pair.SendAsync(_large, "Full", "SHA256", cancellationToken), receiver = await pair.ReceiverAsync(cancellationToken);
        Table memory = new("Memory at its peak, MiB, of the whole process", "sender", "receiver");
        memory.Add($"{sender.PeakBytes >> 20}", $"{receiver.PeakBytes >> 20}");
        memory.Print();
        Check(sender.PeakBytes - before.PeakBytes < 64 << 20, "Memory grows with what is sent.");

        void AddPeer(string name, string? program, string hash)
        {
            if (program is not null)
            {
                _contenders[name] = () => ShellAsync(port => $"{program} recv {port} /dev/null {hash} >/dev/null & {program} send 127.0.0.1 {port} {_large} {hash} >/dev/null || {{ kill $!; exit 1; }}; wait $!", cancellationToken);
            }
        }
    }

    private async Task FileAsync(SshServer? ssh, CancellationToken cancellationToken)
    {
        string inbox = Inbox(), target = Path.Combine(inbox, "large.bin");
        using TransferPair pair = await TransferPair.StartAsync(inbox, discards: false, cancellationToken);
        _contenders.Clear();
        _contenders[Sha] = async () => (await pair.SendAsync(_large, "Full", "SHA256", cancellationToken)).Seconds;
        _contenders[Xxh] = async () => (await pair.SendAsync(_large, "Full", "XXH128", cancellationToken)).Seconds;
        // Under this name, as nc may be another of its kind, which knows no -N.
        if (Programs.Find("nc.openbsd") is { } nc && Programs.Find("openssl") is not null)
        {
            _contenders["nc, then openssl sha256 on both"] = () => ShellAsync(port => $"{nc} -l 127.0.0.1 {port} > {target} & for i in $(seq 500); do {nc} -N 127.0.0.1 {port} < {_large} 2>/dev/null && sent=1 && break; sleep 0.005; done; [ \"$sent\" ] || kill $!; wait $!; openssl dgst -sha256 {target} & openssl dgst -sha256 {_large} & wait", cancellationToken);
        }
        if (ssh is not null)
        {
            _contenders["scp"] = () => ShellAsync(_ => $"scp {ssh.Options} {_large} 127.0.0.1:{target}", cancellationToken);
            if (Programs.Find("rsync") is not null)
            {
                _contenders["rsync -W"] = () => ShellAsync(_ => $"rsync -W -e 'ssh {ssh.Options}' {_large} 127.0.0.1:{target}", cancellationToken);
            }
        }
        await WarmUpAsync(cancellationToken);
        Measured rate = await MeasureAsync(cancellationToken, () => File.Delete(target));
        Table table = new($"2 GiB into a new file, {_options.Rounds} rounds: rate of ours to the others'", "", Sha, Xxh);
        foreach (string name in rate.Names)
        {
            if (name is not (Sha or Xxh))
            {
                _options.Ratios.Add(Name, $"2 GiB into a new file, {Sha}", rate, Sha, name, bar: 1);
            }
            table.Add(name, rate.Ratio(Sha, name), rate.Ratio(Xxh, name));
        }
        table.Print();
    }

    private async Task SmallAsync(SshServer? ssh, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "many")).FullName, inbox = Inbox(), target = Path.Combine(inbox, "many");
        byte[] content = new byte[4096];
        for (int i = 0; i < SmallFiles; i++)
        {
            new Random(i).NextBytes(content);
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{i:d5}"), content, cancellationToken);
        }
        using TransferPair pair = await TransferPair.StartAsync(inbox, discards: false, cancellationToken);
        _contenders.Clear();
        _contenders[Sha] = async () => (await pair.SendAsync(folder, "Full", "SHA256", cancellationToken)).Seconds;
        using RsyncDaemon? daemon = await RsyncDaemon.StartAsync(_folder, inbox, cancellationToken);
        if (daemon is not null)
        {
            _contenders["rsync -a to a daemon"] = () => ShellAsync(_ => $"rsync -a {folder} {daemon.Url}", cancellationToken);
        }
        if (ssh is not null)
        {
            _contenders["scp -r"] = () => ShellAsync(_ => $"scp {ssh.Options} -r {folder} 127.0.0.1:{inbox}", cancellationToken);
            if (Programs.Find("rsync") is not null)
            {
                _contenders["rsync -a over ssh"] = () => ShellAsync(_ => $"rsync -a -e 'ssh {ssh.Options}' {folder} 127.0.0.1:{inbox}", cancellationToken);
            }
        }
        await WarmUpAsync(cancellationToken);
        Measured rate = await MeasureAsync(cancellationToken, () => DeleteFolder(target));
        Table table = new($"{SmallFiles} files of 4 KiB, {_options.Rounds} rounds: rate of ours (verified) to the others'", "", "ratio", "least - most");
        foreach (string name in rate.Names)
        {
            if (name != Sha)
            {
                _options.Ratios.Add(Name, $"{SmallFiles} files of 4 KiB, {Sha}", rate, Sha, name, bar: 1);
            }
            table.Add(name, rate.Ratio(Sha, name), rate.Spread(Sha, name));
        }
        table.Print();
    }

    private async Task ResumeAsync(CancellationToken cancellationToken)
    {
        string inbox = Inbox();
        using (TransferPair first = await TransferPair.StartAsync(inbox, discards: false, cancellationToken))
        {
            _ = first.BeginAsync(_large, $"{400 << 20}\tresume", cancellationToken);
            using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
            while (!Directory.EnumerateFiles(inbox, "*.part", SearchOption.AllDirectories).Any(f => new FileInfo(f).Length >= Size / 2))
            {
                await timer.WaitForNextTickAsync(cancellationToken);
            }
        }
        using TransferPair second = await TransferPair.StartAsync(inbox, discards: false, cancellationToken);
        long received = (await second.ReceiverAsync(cancellationToken)).ReadBytes;
        TransferUsage sender = await second.SendAsync(_large, "Full", "SHA256", cancellationToken, "\tresume");
        received = (await second.ReceiverAsync(cancellationToken)).ReadBytes - received;
        Table table = new("A half-sent file of 2 GiB resumed by new processes, MiB", "verified before", "read by the sender", "read by the receiver");
        table.Add($"{sender.Skipped >> 20}", $"{sender.ReadBytes >> 20}", $"{received >> 20}");
        table.Print();
        Check(sender.Skipped >= (Size / 2) - (32 << 20), "What was verified is not skipped.");
        Check(sender.ReadBytes < Size - sender.Skipped + (64 << 20) && received < Size - sender.Skipped + (64 << 20), "What was verified is read again.");
    }

    private async Task LimitAsync(CancellationToken cancellationToken)
    {
        const long Limit = 256 << 20;
        using TransferPair pair = await TransferPair.StartAsync(Inbox(), discards: true, cancellationToken);
        TransferUsage usage = await pair.SendAsync(_large, "Full", "XXH128", cancellationToken, $"{Limit}");
        double ratio = Size / usage.Seconds / Limit;
        Table table = new("Rate under -LimitBytesPerSecond 256MB", "to the limit");
        table.Add(ratio.ToString("0.000", CultureInfo.InvariantCulture));
        table.Print();
        Check(ratio is > 0.95 and < 1.05, "The limit is not held within 5 %.");
    }

    // Another first in each round; rates, so that above 1 is faster.
    private async Task<Measured> MeasureAsync(CancellationToken cancellationToken, Action? prepare = null)
    {
        Measured rate = new();
        string[] names = [.. _contenders.Keys];
        for (int round = 0; round < _options.Rounds; round++)
        {
            for (int i = 0; i < names.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                prepare?.Invoke();
                string name = names[(i + round) % names.Length];
                rate.Add(name, 1 / await _contenders[name]());
            }
        }
        return rate;
    }

    // What runs in a process that stays is compiled by then, as in a shell that is in use.
    private async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        foreach ((string name, Func<Task<double>> run) in _contenders)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (name.StartsWith("PSNet", StringComparison.Ordinal))
            {
                await run();
            }
        }
    }

    private static async Task<double> ShellAsync(Func<int, string> script, CancellationToken cancellationToken)
    {
        Command command = new("bash", "-c", "set -o pipefail; " + script(Programs.FreePort()));
        long start = Stopwatch.GetTimestamp();
        (int exitCode, string output) = await Programs.RunAsync(command, cancellationToken);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return exitCode == 0 ? seconds : throw new LoadFailedException($"A peer failed: {output.Trim()}");
    }

    private string Inbox()
    {
        string inbox = Path.Combine(_folder, "inbox");
        DeleteFolder(inbox);
        return Directory.CreateDirectory(inbox).FullName;
    }

    // For this user alone: keys lie in it.
    private static string MakeFolder()
    {
        if (!Directory.Exists("/dev/shm") || OperatingSystem.IsWindows())
        {
            return Directory.CreateTempSubdirectory("psnc-files-").FullName;
        }
        string folder = $"/dev/shm/psnc-files-{Guid.NewGuid():n}";
        return Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    private static void DeleteFolder(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // That is what was wanted.
        }
    }

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        byte[] block = new byte[4 << 20];
        await using FileStream file = File.Create(_large);
        for (long at = 0; at < Size; at += block.Length)
        {
            Random.Shared.NextBytes(block);
            await file.WriteAsync(block, cancellationToken);
        }
    }

    private async Task PartAsync(string name, Func<Task> part)
    {
        if (!_options.Wants(name))
        {
            return;
        }
        try
        {
            await part();
        }
        catch (LoadFailedException e)
        {
            Check(false, $"{name}: {e.Message}");
        }
    }

    private void Check(bool holds, string words)
    {
        if (!holds)
        {
            _correct = false;
            Console.WriteLine($"WRONG: {words}");
        }
    }
}
