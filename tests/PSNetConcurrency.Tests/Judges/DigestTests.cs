using System.Management.Automation;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>Digests of files of many lengths, as other people's programs compute them.</summary>
public sealed class DigestTests : JudgeSession
{
    private static readonly int[] Lengths = [0, 1, 3, 16, 17, 128, 129, 240, 241, 1023, 65_536, 524_288, 524_289, 1_500_007];

    [JudgeFact("sha256sum", "md5sum", "openssl", "xxhsum")]
    public void Every_program_agrees()
    {
        MakeFiles();
        foreach ((string algorithm, string[] command) in new (string, string[])[]
        {
            ("SHA256", ["sha256sum"]), ("MD5", ["md5sum"]), ("SHA1", ["openssl", "dgst", "-r", "-sha1"]), ("SHA384", ["openssl", "dgst", "-r", "-sha384"]),
            ("SHA512", ["openssl", "dgst", "-r", "-sha512"]), ("XXH128", ["xxhsum", "-q", "-H2"]),
        })
        {
            Assert.Equal(Lines(JudgeProcess.Run(command[0], [.. command[1..], .. Files()])), Digests($"-Algorithm {algorithm}"));
        }
    }

    [JudgeFact("python3")]
    public void Python_agrees_also_on_slices_and_on_the_blocks_that_a_key_chooses()
    {
        MakeFiles();
        string judged = Judge("""
            import hashlib, hmac, struct, sys, zlib

            def sample(data, size, count, key):
                blocks = -(-len(data) // size)
                def numbers():
                    n = 0
                    while True:
                        yield from struct.unpack('>4Q', hmac.new(key, struct.pack('>4Q', len(data), size, count, n), 'sha256').digest())
                        n += 1
                source, chosen = numbers(), set()
                if count >= blocks:
                    chosen = set(range(blocks))
                else:
                    for j in range(blocks - count, blocks):
                        bound = j + 1
                        while (number := next(source)) >= 2**64 // bound * bound:
                            pass
                        chosen.add(j if number % bound in chosen else number % bound)
                return [data[i * size:(i + 1) * size] for i in sorted(chosen)]

            sha = lambda data: hashlib.sha256(data).digest()
            for name in sys.argv[1:]:
                data = open(name, 'rb').read()
                root = sha(b''.join(sha(data[at:at + 1000]) for at in range(0, len(data), 1000)))
                sampled = sha(struct.pack('>Q', len(data)) + b''.join(sha(block) for block in sample(data, 1000, 50, 'grüße'.encode())))
                print(f'{zlib.crc32(data):08X}', hashlib.sha512(data).hexdigest().upper(), root.hex().upper(), sampled.hex().upper())
            """, Files());
        string[][] columns = [Digests("-Algorithm CRC32"), Digests("-Algorithm SHA512"), Digests("-SliceSize 1000"), Digests("-Mode Sample -SampleSize 1000 -SampleCount 50 -Key grüße")];
        Assert.Equal(Enumerable.Range(0, Lengths.Length).Select(i => string.Join(' ', columns.Select(c => c[i]))), judged.Trim().Split('\n'));
    }

    [JudgeFact("xxhsum")]
    public void Xxhsum_agrees_on_xxh3()
    {
        MakeFiles();
        string[] judged = [.. JudgeProcess.Run("xxhsum", ["-q", "-H3", .. Files()]).Trim().Split('\n').Select(l => l.Split(' ')[^1].ToUpperInvariant())];
        Assert.Equal(judged, Digests("-Algorithm XXH3"));
    }

    private static string[] Lines(string output) => [.. output.Trim().Split('\n').Select(l => l.Split(' ')[0].ToUpperInvariant())];

    private static string Judge(string script, params string[] arguments)
    {
        using JudgeProcess python = JudgeProcess.Python(script, arguments);
        python.CloseInput();
        return python.Succeeds();
    }

    private void MakeFiles()
    {
        foreach ((int length, string file) in Lengths.Zip(Files()))
        {
            File.WriteAllBytes(file, RandomBytes(length));
        }
    }

    private string[] Files() => [.. Lengths.Select(l => Path.Combine(Folder, $"{l}.bin"))];

    private string[] Digests(string arguments)
    {
        PSObject[] digests = [.. Shell.Run($"Get-FileDigest -LiteralPath $files {arguments}", ("files", Files()))];
        return [.. digests.Select(d => (string)d.Properties["Hash"].Value)];
    }
}
