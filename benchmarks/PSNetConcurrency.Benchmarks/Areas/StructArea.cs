using System.Diagnostics;
using System.Globalization;
using PSNetConcurrency.Core.Framing.Structs;

namespace PSNetConcurrency.Benchmarks.Areas;

/// <summary>Records packed and unpacked a second, against python3's compiled struct.Struct in turns on the same machine.</summary>
internal sealed class StructArea : IBenchmarkArea
{
    private const string Ours = "PSNetConcurrency", Python = "python3";

    // Prints records a second; the arguments are format, seconds and what to do.
    private const string Script = """
        import struct, sys, time
        s, seconds, what = struct.Struct(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
        values = s.unpack(bytes(range(1, s.size + 1)))
        record, table, into = s.pack(*values), bytearray(s.pack(*values) * 1000), bytearray(s.size)
        def pack():
            for _ in range(1000): s.pack_into(into, 0, *values)
        def unpack():
            for _ in range(1000): s.unpack(record)
        def iterate():
            for _ in s.iter_unpack(table): pass
        work, n, start = {'pack': pack, 'unpack': unpack, 'iterate': iterate}[what], 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            work()
            n += 1000
        print(n / (time.perf_counter() - start))
        """;

    private static readonly string[] Formats = [">IHB16s", "<10I", "@bhiqd", ">2H8xQ"];

    public string Name => "struct";

    public async Task<bool> RunAsync(BenchmarkOptions options, CancellationToken cancellationToken)
    {
        if (Programs.Find("python3") is null)
        {
            Console.WriteLine("struct is left out: there is no python3.");
            return true;
        }
        Table table = new($"Records a second to python3's struct.Struct, {options.Rounds} rounds", "format", "pack", "unpack", "as objects, to iter_unpack");
        bool correct = true;
        foreach (string text in Formats)
        {
            StructFormat format = StructFormat.Parse(text);
            Measured pack = new(), unpack = new(), objects = new();
            for (int round = 0; round < options.Rounds; round++)
            {
                foreach (bool ours in round % 2 == 0 ? [true, false] : new[] { false, true })
                {
                    pack.Add(ours ? Ours : Python, ours ? Pack(format, options.Seconds, ref correct) : await PythonAsync("pack"));
                    unpack.Add(ours ? Ours : Python, ours ? Unpack(format, options.Seconds) : await PythonAsync("unpack"));
                    objects.Add(ours ? Ours : Python, ours ? Objects(format, options.Seconds) : await PythonAsync("iterate"));
                }
            }
            options.Ratios.Add(Name, $"pack `{text}`", pack, Ours, Python);
            options.Ratios.Add(Name, $"unpack `{text}`", unpack, Ours, Python);
            options.Ratios.Add(Name, $"unpack `{text}` as objects", objects, Ours, Python);
            table.Add(text, pack.Ratio(Ours, Python), unpack.Ratio(Ours, Python), objects.Ratio(Ours, Python));

            async Task<double> PythonAsync(string what)
            {
                (int exitCode, string output) = await Programs.RunAsync(new Command("python3", "-c", Script, text, options.Seconds.ToString(CultureInfo.InvariantCulture), what), cancellationToken);
                return exitCode == 0 ? double.Parse(output, CultureInfo.InvariantCulture) : throw new InvalidOperationException($"python3 failed: {output}");
            }
        }
        table.Print();
        if (!correct)
        {
            Console.WriteLine("WRONG: what was packed is not what was unpacked.");
        }
        return correct;
    }

    private static double Pack(StructFormat format, double seconds, ref bool correct)
    {
        byte[] record = Record(format), into = new byte[format.Size];
        StructValue[] values = new StructValue[format.FieldCount];
        format.Unpack(record, values);
        double rate = Rate(seconds, () => format.Pack(values, into));
        StructValue[] again = new StructValue[format.FieldCount];
        format.Unpack(into, again);
        // Arrays are compared by what they hold, the rest as it is.
        correct &= values.Zip(again).All(p => p.First.Kind == StructValueKind.Bytes ? p.First.Bytes.AsSpan().SequenceEqual(p.Second.Bytes) : p.First == p.Second);
        return rate;
    }

    private static double Unpack(StructFormat format, double seconds)
    {
        byte[] record = Record(format);
        StructValue[] values = new StructValue[format.FieldCount];
        return Rate(seconds, () => format.Unpack(record, values));
    }

    private static double Objects(StructFormat format, double seconds)
    {
        byte[] record = Record(format);
        return Rate(seconds, () => format.Unpack(record));
    }

    private static byte[] Record(StructFormat format) => [.. Enumerable.Range(1, format.Size).Select(i => (byte)i)];

    private static double Rate(double seconds, Action work)
    {
        long count = 0, start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            for (int i = 0; i < 1000; i++)
            {
                work();
            }
            count += 1000;
        }
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
