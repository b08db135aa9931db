using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using PSNetConcurrency.Core.Framing;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>The frame decoder alone, against a loop written by hand for that one format, and Python's struct.</summary>
internal sealed class FramingArea : IBenchmarkArea
{
    private const string Ours = "PSNetConcurrency", Hand = "C# by hand", Python = "Python struct";

    // Reads frames as a program in Python does that knows its trade: one buffer, unpack_from, memoryview for the payloads.
    private const string Judge = """
        import struct, sys, time
        size, chunk, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
        frame = struct.pack('>I', size) + bytes(size)
        stream = frame * max(1, 8 * 1024 * 1024 // len(frame))
        unpack = struct.Struct('>I').unpack_from
        frames, kept = 0, b''
        start = time.perf_counter()
        while time.perf_counter() - start < seconds:
            for at in range(0, len(stream), chunk):
                data = kept + stream[at:at + chunk]
                view, pos, end = memoryview(data), 0, len(data)
                while end - pos >= 4:
                    n, = unpack(data, pos)
                    if end - pos - 4 < n:
                        break
                    payload = view[pos + 4:pos + 4 + n]
                    pos += 4 + n
                    frames += 1
                kept = data[pos:]
        print(frames / (time.perf_counter() - start))
        """;

    private static readonly Shape[] Shapes =
    [
        new("64 KiB in 256 KiB", 64 * 1024, 256 * 1024),
        new("64 KiB in 100,003 B", 64 * 1024, 100_003),
        new("64 KiB in 16 KiB", 64 * 1024, 16 * 1024),
        new("16 B in 256 KiB", 16, 256 * 1024),
        new("16 B in 1460 B", 16, 1460),
        new("100 B in 1460 B", 100, 1460),
    ];

    private delegate long Decoding(ReadOnlySpan<byte> chunk);

    public string Name => "framing";

    public async Task<bool> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        bool correct = true;
        Table rates = new($"Frame decoder, {options.Rounds} rounds: medians; ratios of frames a second",
            "frames", "frames/s", "GB/s", "/by hand", "/Python", "bytes allocated a frame");
        foreach (Shape shape in Shapes.Where(s => options.Wants(s.Name)))
        {
            byte[] stream = Stream(shape.Size);
            Measured measured = new();
            List<double> ours = [];
            double allocated = 0;
            for (int round = 0; round < options.Rounds; round++)
            {
                foreach (string contender in (string[])(round % 2 == 0 ? [Ours, Hand] : [Hand, Ours]))
                {
                    (Func<Decoding> make, bool isOurs) = contender == Ours ? ((Func<Decoding>)OurDecoder, true) : (HandDecoder, false);
                    (double rate, double bytes, bool right) = Measure(make, stream, shape, options.Seconds / 2);
                    correct &= right;
                    measured.Add(contender, rate);
                    if (isOurs)
                    {
                        ours.Add(rate);
                        allocated = bytes;
                    }
                }
                if (Programs.Find("python3") is { } python)
                {
                    (int exitCode, string text) = await Programs.RunAsync(new Command(python, "-c", Judge, $"{shape.Size}", $"{shape.Chunk}", (options.Seconds / 2).ToString(CultureInfo.InvariantCulture)), cancellationToken);
                    if (exitCode == 0)
                    {
                        measured.Add(Python, double.Parse(text, CultureInfo.InvariantCulture));
                    }
                }
                cancellationToken.ThrowIfCancellationRequested();
            }
            options.Ratios.Add(Name, $"frame decoder, {shape.Name}", measured, Ours, Hand);
            options.Ratios.Add(Name, $"frame decoder, {shape.Name}", measured, Ours, Python);
            double median = ours.Order().ElementAt(ours.Count / 2);
            rates.Add(shape.Name, median.ToString("N0", CultureInfo.InvariantCulture), (median * (shape.Size + 4) / 1e9).ToString("0.00", CultureInfo.InvariantCulture),
                measured.Ratio(Ours, Hand), measured.Ratio(Ours, Python), allocated.ToString("0.0000", CultureInfo.InvariantCulture));
        }
        rates.Print();
        if (!correct)
        {
            Console.WriteLine("WRONG: a decoder lost frames.");
        }
        return correct;
    }

    private static (double Rate, double Allocated, bool Right) Measure(Func<Decoding> make, byte[] stream, Shape shape, double seconds)
    {
        Decoding decode = make();
        long expected = stream.Length / (shape.Size + 4), frames = 0, passes = 0;
        Pass(decode, stream, shape.Chunk);
        long allocated = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        double elapsed;
        do
        {
            frames += Pass(decode, stream, shape.Chunk);
            passes++;
            elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
        while (elapsed < seconds);
        return (frames / elapsed, (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / frames, frames == passes * expected);
    }

    private static long Pass(Decoding decode, ReadOnlySpan<byte> stream, int chunk)
    {
        long frames = 0;
        for (; !stream.IsEmpty; stream = stream[Math.Min(chunk, stream.Length)..])
        {
            frames += decode(stream[..Math.Min(chunk, stream.Length)]);
        }
        return frames;
    }

    private static Decoding OurDecoder()
    {
        FrameDecoder decoder = new(FrameFormat.Parse("LengthField"));
        return chunk =>
        {
            long frames = 0;
            while (decoder.TryRead(ref chunk, out ReadOnlySpan<byte> payload))
            {
                // The payload is looked at, as whoever reads it would.
                frames += payload[0] == 7 ? 1 : 0;
            }
            return frames;
        };
    }

    // What somebody writes who has this one format, trusts the peer, and keeps the rest in an array that is large enough.
    private static Decoding HandDecoder()
    {
        byte[] kept = new byte[512 * 1024];
        int have = 0;
        return chunk =>
        {
            long frames = 0;
            while (true)
            {
                if (have > 0)
                {
                    int need = have < 4 ? 4 : 4 + BinaryPrimitives.ReadInt32BigEndian(kept), take = Math.Min(need - have, chunk.Length);
                    chunk[..take].CopyTo(kept.AsSpan(have));
                    have += take;
                    chunk = chunk[take..];
                    if (have < need)
                    {
                        return frames;
                    }
                    if (need > 4)
                    {
                        frames += kept[4] == 7 ? 1 : 0;
                        have = 0;
                    }
                    continue;
                }
                if (chunk.Length < 4 || chunk.Length - 4 < BinaryPrimitives.ReadInt32BigEndian(chunk))
                {
                    chunk.CopyTo(kept);
                    have = chunk.Length;
                    return frames;
                }
                frames += chunk[4] == 7 ? 1 : 0;
                chunk = chunk[(4 + BinaryPrimitives.ReadInt32BigEndian(chunk))..];
            }
        };
    }

    private static byte[] Stream(int size)
    {
        ArrayBufferWriter<byte> output = new();
        byte[] payload = new byte[size];
        payload[0] = 7;
        for (int left = 8 * 1024 * 1024; left > 0; left -= size + 4)
        {
            FrameFormat.Parse("LengthField").Encode(payload, output);
        }
        return output.WrittenSpan.ToArray();
    }

    private sealed record Shape(string Name, int Size, int Chunk);
}
