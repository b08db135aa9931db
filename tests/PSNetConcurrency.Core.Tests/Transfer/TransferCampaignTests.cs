using System.Security.Cryptography.X509Certificates;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Net.Tls;
using PSNetConcurrency.Core.Transfer.Sending;

namespace PSNetConcurrency.Core.Tests.Transfer;

/// <summary>
/// Hundreds of transfers over a network that cuts, resets, stalls, glues, slices and flips, drawn from a seed: each ends in a
/// verified file or a clear error, none in a wrong file under its final name, none in a leftover.
/// </summary>
public class TransferCampaignTests
{
    private const int Transfers = 184, Batch = 46;

    // Making one takes longer than a transfer.
    private static readonly X509Certificate2 s_certificate = ServerCertificate.CreateSelfSigned();

    public static TheoryData<int> Batches => [.. Enumerable.Range(0, Transfers / Batch)];

    [Theory]
    [MemberData(nameof(Batches))]
    public async Task Every_transfer_ends_in_a_verified_file_or_a_clear_error(int batch)
    {
        for (int i = 0; i < Batch; i++)
        {
            int seed = (batch * Batch) + i + 1;
            try
            {
                await RunAsync(seed);
            }
            catch (Exception e)
            {
                Assert.Fail($"Seed {seed}: {e}");
            }
        }
    }

    private static async Task RunAsync(int seed)
    {
        Random random = new(seed);
        bool tls = random.Next(4) == 0, resume = random.Next(2) == 0;
        X509Certificate2? certificate = tls ? s_certificate : null;
        await using TransferRig rig = new(o => o with { Conflict = (FileConflict)random.Next(2) }, l => l with { Certificate = certificate });
        Dictionary<string, byte[]> contents = [];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            contents[$"f{i}.bin"] = TransferRig.Bytes(random.Next(3) == 0 ? random.Next(2000) : random.Next(1_200_000), seed + i);
        }
        string[] paths = [.. contents.Select(c => rig.File(c.Key, c.Value))];
        NetFault fault = Draw(random, contents.Values.Sum(c => c.Length));
        SendOptions options = rig.To(rig.Proxy(fault, seed).Port) with
        {
            Verify = (TransferVerification)random.Next(2),
            Algorithm = random.Next(2) == 0 ? DigestAlgorithm.SHA256 : DigestAlgorithm.XXH128,
            SliceSize = 4096 << random.Next(6),
            RetryCount = random.Next(5),
            RetriesFirst = true,
            Resume = resume,
            Timeout = TimeSpan.FromMilliseconds(fault.StallAfterBytes is null ? 20_000 : 400),
        };
        SendOptions direct = rig.To() with { Verify = options.Verify, Algorithm = options.Algorithm, SliceSize = options.SliceSize, Resume = resume };
        if (tls)
        {
            CertificatePin pin = new(ServerCertificate.Thumbprint(certificate!), SkipCheck: false, "127.0.0.1");
            options = options with { Connect = options.Connect! with { Tls = pin } };
            direct = direct with { Connect = direct.Connect! with { Tls = pin } };
        }
        List<SendOutcome> outcomes = await rig.SendAsync(options, paths);
        Assert.Equal(contents.Keys.Order(), outcomes.Select(o => o.Item.Name).Order());
        Assert.All(outcomes, o => Assert.True(o.Result is { Verified: true } || o.Failure is { Message.Length: > 10 }));
        // A stalled connection would stay until it counts as idle.
        await rig.CutAsync();
        CheckTarget(rig, contents, outcomes.Where(o => o.Result is not null).Select(o => o.Item.Name));

        // What is left is taken up by the next call, or gone when the receiver ends.
        string[] missing = [.. contents.Keys.Where(n => !File.Exists(Path.Combine(rig.Target, n)))];
        if (resume)
        {
            await rig.RestartAsync();
            int port = rig.Server.Port;
            outcomes = await rig.SendAsync(direct with { Connect = direct.Connect! with { Port = port } }, [.. missing.Select(n => Path.Combine(rig.Source, n))]);
            Assert.All(outcomes, o => Assert.True(o.Result is { Verified: true }, o.Failure?.Message));
            await rig.AllGoneAsync();
            CheckTarget(rig, contents, contents.Keys);
            missing = [];
        }
        await rig.StopAsync();
        Assert.Equal(contents.Keys.Except(missing).Order(StringComparer.Ordinal), rig.InTarget());
    }

    // No name shows anything but what was sent under it.
    private static void CheckTarget(TransferRig rig, Dictionary<string, byte[]> contents, IEnumerable<string> complete)
    {
        foreach (string name in rig.InTarget().Where(n => !n.StartsWith(".psnc-", StringComparison.Ordinal)))
        {
            Assert.True(contents[name].AsSpan().SequenceEqual(rig.Received(name)), $"{name} is wrong");
        }
        Assert.All(complete, n => Assert.True(File.Exists(Path.Combine(rig.Target, n)), $"{n} is missing"));
    }

    private static NetFault Draw(Random random, int total)
    {
        long Somewhere() => random.NextInt64(1, total + 5000);
        FaultDirection direction = random.Next(4) == 0 ? FaultDirection.ServerToClient : FaultDirection.ClientToServer;
        long Place() => direction == FaultDirection.ServerToClient ? random.Next(1, 1500) : Somewhere();
        NetFault fault = random.Next(6) switch
        {
            0 => new NetFault { CloseAfterBytes = Place() },
            1 => new NetFault { ResetAfterBytes = Place() },
            2 => new NetFault { StallAfterBytes = Place() },
            3 => new NetFault { CorruptRate = Math.Pow(10, -3 - (3 * random.NextDouble())) },
            4 => new NetFault { CorruptRate = 1e-6, ResetAfterBytes = Place() },
            _ => new NetFault(),
        };
        return fault with
        {
            Direction = direction,
            SliceSize = random.Next(3) == 0 ? random.Next(1000, 20_000) : null,
            CoalesceBytes = random.Next(4) == 0 ? random.Next(1000, 100_000) : null,
            CoalesceMilliseconds = 2,
        };
    }
}
