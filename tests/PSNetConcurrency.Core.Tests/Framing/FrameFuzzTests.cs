using System.Globalization;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Tests.Framing;

/// <summary>A million hostile inputs; PSNC_FUZZ_INPUTS asks for more, PSNC_FUZZ_SEED for others.</summary>
[Collection("Alone")]
public class FrameFuzzTests
{
    private const int Maximum = 600;

    private static readonly int Seed = Setting("PSNC_FUZZ_SEED", 20260101), Inputs = Setting("PSNC_FUZZ_INPUTS", 1_000_000);

    [Fact]
    public void A_million_inputs_are_frames_or_clear_errors_and_nothing_grows()
    {
        const int Parts = 10;
        long before = 0;
        for (int half = 0; half < 2; half++)
        {
            Parallel.For(0, Parts, part => new Fuzzer(Seed + (half * Parts) + part).Run(Inputs / (2 * Parts)));
            long now = GC.GetTotalMemory(forceFullCollection: true);
            Assert.InRange(half == 0 ? 0 : now - before, long.MinValue, 8 * 1024 * 1024);
            before = now;
        }
    }

    private static int Setting(string name, int fallback) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : fallback;

    private sealed class Fuzzer
    {
        private readonly int _seed;
        private readonly Random _random;
        private readonly HostileBytes _hostile;
        private readonly FrameFormat[] _formats = [.. HostileBytes.FrameFormats.Select(f => FrameFormat.Parse(f).WithMaximum(Maximum))];
        private readonly byte[] _buffer = new byte[4 * Maximum];

        public Fuzzer(int seed)
        {
            _seed = seed;
            _random = new Random(seed);
            _hostile = new HostileBytes(_random);
        }

        public void Run(int inputs)
        {
            for (int i = 0; i < inputs; i++)
            {
                ReadOnlySpan<byte> input = _buffer.AsSpan(0, _hostile.Fill(_buffer));
                int choice = i % 20;
                try
                {
                    if (choice == 19)
                    {
                        DictionaryHeader header = DictionaryHeader.Parse(input);
                        _ = header.Values.Count;
                    }
                    else if (choice == 18 && i % 400 == 18)
                    {
                        Assert.All(FrameFormatResolver.Resolve(input), c => Assert.InRange(c.Score, 0, 1));
                    }
                    else
                    {
                        Decode(_formats[choice % _formats.Length], input);
                    }
                }
                catch (NetException e) when (choice == 19 && e.Error == NetError.FrameCorrupted)
                {
                }
                catch (Exception e)
                {
                    throw new Xunit.Sdk.XunitException($"Input {Convert.ToHexString(input)} to {choice} (seed {_seed}): {e}");
                }
            }
        }

        private void Decode(FrameFormat format, ReadOnlySpan<byte> stream)
        {
            FrameDecoder decoder = new(format);
            int errors = 0;
            while (!stream.IsEmpty && !decoder.IsLost && errors < 3)
            {
                int cut = _random.Next(1, 200);
                ReadOnlySpan<byte> input = stream[..Math.Min(cut, stream.Length)];
                stream = stream[input.Length..];
                try
                {
                    while (decoder.TryReadFrame(ref input, out FrameView frame))
                    {
                        Assert.True(frame.Bytes.Length is > 0 and <= Maximum);
                        if (format.HasHeader)
                        {
                            Look(format, frame);
                        }
                    }
                    Assert.True(input.IsEmpty);
                }
                catch (NetException e)
                {
                    errors++;
                    Assert.True(e.Error is NetError.MessageTooLarge or NetError.FrameCorrupted);
                }
                Assert.True(decoder.Unfinished.Length <= Maximum + 200);
            }
        }

        private static void Look(FrameFormat format, FrameView frame)
        {
            try
            {
                _ = format.IsHeaderOnly(frame.Header);
                Assert.NotNull(format.ReadHeader(frame.Header));
            }
            catch (NetException e)
            {
                Assert.Equal(NetError.FrameCorrupted, e.Error);
            }
        }
    }
}
