using System.Diagnostics;
using System.Globalization;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>Get-FileDigest against the programs that hash files, on one large file in the system's cache, and on many small ones.</summary>
internal sealed class DigestArea : IBenchmarkArea
{
    private const string Ours = "PSNetConcurrency";
    private const long Size = 1024L * 1024 * 1024;
    private const int SmallFiles = 5000;

    // Python measures itself, without its start: its interpreter is as warm as our shell.
    private const string Python = """
        import hashlib, sys, time, zlib
        name, path = sys.argv[1], sys.argv[2]
        start = time.perf_counter()
        with open(path, 'rb', buffering=0) as file:
            if name == 'CRC32':
                crc = 0
                while block := file.read(1 << 18):
                    crc = zlib.crc32(block, crc)
                digest = f'{crc:08x}'
            else:
                digest = hashlib.file_digest(file, name.lower()).hexdigest()
        print(time.perf_counter() - start, digest)
        """;

    private static readonly Case[] Cases =
    [
        new("SHA256", "SHA256", ["openssl dgst -r -sha256", "sha256sum", "python3"]),
        new("SHA512", "SHA512", ["openssl dgst -r -sha512", "sha512sum", "python3"]),
        new("SHA1", "SHA1", ["openssl dgst -r -sha1", "sha1sum", "python3"]),
        new("MD5", "MD5", ["openssl dgst -r -md5", "md5sum", "python3"]),
        new("CRC32", "CRC32", ["python3"]),
        new("XXH3", "XXH3", ["xxhsum -q -H3"]),
        new("XXH128", "XXH128", ["xxhsum -q -H2"]),
        new("SHA256, MD5 in one read", "SHA256,MD5", ["openssl dgst -r -sha256"]),
        new("SHA256, slices", "SHA256 -Mode Slice", ["openssl dgst -r -sha256"]),
    ];

    private bool _correct = true;

    public string Name => "digest";

    public async Task<bool> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("psnc-digest-");
        try
        {
            using Process shell = Programs.Start(Programs.Self("digest", Path.Combine(BenchmarkOptions.RepositoryRoot, "PSNetConcurrency.psd1")));
            try
            {
                string file = Path.Combine(folder.FullName, "large.bin");
                await MakeAsync(file, cancellationToken);
                await LargeAsync(options, shell, file, cancellationToken);
                await SmallAsync(options, shell, folder.CreateSubdirectory("small").FullName, cancellationToken);
            }
            finally
            {
                shell.StandardInput.Close();
                await shell.WaitForExitAsync(CancellationToken.None);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        return _correct;
    }

    private async Task LargeAsync(BenchmarkOptions options, Process shell, string file, CancellationToken cancellationToken)
    {
        Table table = new($"Get-FileDigest of 1 GiB in the cache, {options.Rounds} rounds", "digest", "MB/s", "rate to", "ratio");
        foreach (Case test in Cases.Where(c => options.Wants(c.Name)))
        {
            Peer[] peers = [.. test.Peers.Where(p => Programs.Find(p.Split(' ')[0]) is not null).Select(p => new Peer(p, test, file))];
            Measured rate = new();
            List<double> seconds = [];
            for (int round = 0; round < options.Rounds; round++)
            {
                (double time, string hash) = await AskAsync(shell, $"(Get-FileDigest -LiteralPath '{file}' -Algorithm {test.Arguments})[0].Hash");
                rate.Add(Ours, 1 / time);
                seconds.Add(time);
                foreach (Peer peer in peers)
                {
                    (double theirs, string output) = await peer.RunAsync(cancellationToken);
                    rate.Add(peer.Name, 1 / theirs);
                    if (!test.Arguments.Contains("Slice", StringComparison.Ordinal) && !output.Contains(hash, StringComparison.OrdinalIgnoreCase))
                    {
                        Wrong($"{test.Name}: {hash} is not what {peer.Name} says: {output}");
                    }
                }
            }
            string own = (Size / 1e6 / seconds.Order().ElementAt(seconds.Count / 2)).ToString("0");
            foreach (Peer peer in peers)
            {
                options.Ratios.Add(Name, $"1 GiB, {test.Name}", rate, Ours, peer.Name);
                table.Add(test.Name, own, peer.Name, rate.Ratio(Ours, peer.Name));
            }
        }
        table.Print();
    }

    private async Task SmallAsync(BenchmarkOptions options, Process shell, string folder, CancellationToken cancellationToken)
    {
        if (!options.Wants("small"))
        {
            return;
        }
        for (int i = 0; i < SmallFiles; i++)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{i}.bin"), new byte[4096], cancellationToken);
        }
        Measured rate = new();
        Command peer = new("sh", "-c", $"sha256sum '{folder}'/*.bin | wc -l");
        for (int round = 0; round < options.Rounds; round++)
        {
            (double time, string count) = await AskAsync(shell, $"@(Get-FileDigest -Path '{folder}/*.bin').Count");
            rate.Add(Ours, 1 / time);
            long start = Stopwatch.GetTimestamp();
            (_, string theirs) = await Programs.RunAsync(peer, cancellationToken);
            rate.Add("sha256sum", 1 / Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (count.Trim() != theirs.Trim())
            {
                Wrong($"{count} of {theirs.Trim()} small files were hashed.");
            }
        }
        Table table = new($"{SmallFiles} files of 4 KiB, SHA256", "rate to", "ratio");
        options.Ratios.Add(Name, $"{SmallFiles} files of 4 KiB, SHA256", rate, Ours, "sha256sum");
        table.Add("sha256sum", rate.Ratio(Ours, "sha256sum"));
        table.Print();
    }

    private static async Task<(double Seconds, string Output)> AskAsync(Process shell, string script)
    {
        await shell.StandardInput.WriteLineAsync(script);
        await shell.StandardInput.FlushAsync();
        string[] answer = (await shell.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The shell has ended.")).Split(' ', 2);
        return (double.Parse(answer[0], CultureInfo.InvariantCulture), answer[1]);
    }

    private static async Task MakeAsync(string file, CancellationToken cancellationToken)
    {
        byte[] block = new byte[16 * 1024 * 1024];
        Random random = new(20);
        await using FileStream stream = File.Create(file);
        for (long at = 0; at < Size; at += block.Length)
        {
            random.NextBytes(block);
            await stream.WriteAsync(block, cancellationToken);
        }
    }

    private void Wrong(string words)
    {
        _correct = false;
        Console.WriteLine($"WRONG: {words}");
    }

    /// <param name="Name">What is shown.</param>
    /// <param name="Arguments">What follows -Algorithm.</param>
    /// <param name="Peers">The programs to compare with.</param>
    private sealed record Case(string Name, string Arguments, string[] Peers);

    private sealed class Peer(string program, Case test, string file)
    {
        private readonly Command _command = program == "python3"
            ? new Command(program, "-c", Python, test.Name, file)
            : new Command(program.Split(' ')[0], [.. program.Split(' ')[1..], file]);

        public string Name => program;

        public async Task<(double Seconds, string Output)> RunAsync(CancellationToken cancellationToken)
        {
            long start = Stopwatch.GetTimestamp();
            (int exitCode, string output) = await Programs.RunAsync(_command, cancellationToken);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            return exitCode != 0 ? throw new InvalidOperationException($"{program} failed: {output}")
                : program == "python3" ? (double.Parse(output.Split(' ')[0], CultureInfo.InvariantCulture), output)
                : (seconds, output);
        }
    }
}
