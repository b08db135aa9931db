using System.Globalization;
using System.Text;
using PSNetConcurrency.Core.Framing.Structs;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Tests.Judges;

namespace PSNetConcurrency.Core.Tests.Framing.Structs;

/// <summary>Python's struct itself, on random formats, values and bytes: equal in every byte, value and error.</summary>
public sealed class PythonStructTests
{
    private const int Cases = 100_000;

    // Words: i123, f with the bits of a double, b with bytes, n for None, E for an error. A line: size, bytes packed, values unpacked.
    private const string Judge = """
        import struct, sys

        def value(word):
            kind, rest = word[0], word[1:]
            return int(rest) if kind == 'i' else struct.unpack('>d', bytes.fromhex(rest))[0] if kind == 'f' else bytes.fromhex(rest) if kind == 'b' else None

        def word(value):
            return 'b' + value.hex() if isinstance(value, bytes) else 'f' + struct.pack('>d', value).hex() if isinstance(value, float) else f'i{int(value)}'

        def answer(work):
            try:
                return work()
            except (struct.error, OverflowError, UnicodeError):
                return 'E'

        sys.set_int_max_str_digits(0) if hasattr(sys, 'set_int_max_str_digits') else None
        for line in sys.stdin:
            format, values, data = line.rstrip('\n').split('\t')
            format, values, data = bytes.fromhex(format).decode(), [value(w) for w in values.split()], bytes.fromhex(data)
            print(answer(lambda: str(struct.calcsize(format))),
                  answer(lambda: struct.pack(format, *values).hex()),
                  answer(lambda: ' '.join(map(word, struct.unpack(format, data)))), sep='\t')
        """;

    [JudgeFact("python3")]
    public void Python_packs_unpacks_and_refuses_the_same()
    {
        StructCases source = new(20_240_611);
        List<StructCase> cases = [.. Enumerable.Range(0, Cases).Select(_ => source.Next())];
        StringBuilder questions = new();
        foreach (StructCase one in cases)
        {
            questions.Append(Hex(Encoding.UTF8.GetBytes(one.Format))).Append('\t').AppendJoin(' ', one.Values.Select(Word)).Append('\t').Append(Hex(one.Data)).Append('\n');
        }
        using JudgeProcess python = JudgeProcess.Python(Judge);
        python.Write(questions.ToString());
        python.CloseInput();
        string[] answers = python.Succeeds().TrimEnd('\n').Split('\n');
        Assert.Equal(Cases, answers.Length);

        string[] ours = [.. cases.Select(Answer)];
        Assert.All(ours.Zip(answers, cases), pair => Assert.True(pair.First == pair.Second,
            $"'{pair.Third.Format}' ({Hex(Encoding.UTF8.GetBytes(pair.Third.Format))}) with {string.Join(' ', pair.Third.Values.Select(Word))} and {Hex(pair.Third.Data)}:\nours   {pair.First}\nPython {pair.Second}"));
        // The cases must be worth their number.
        Assert.All([0, 1, 2], column => Assert.InRange(ours.Count(a => a.Split('\t')[column] == "E"), Cases / 100, Cases / 3));
    }

    private static string Answer(StructCase one)
    {
        StructFormat format;
        try
        {
            format = StructFormat.Parse(one.Format);
        }
        catch (NetException e) when (e.Error == NetError.InvalidArgument)
        {
            return "E\tE\tE";
        }
        return $"{format.Size}\t{Try(() => Pack(format, one.Values))}\t{(one.Data.Length == format.Size ? Unpack(format, one.Data) : "E")}";
    }

    private static string Try(Func<string> work)
    {
        try
        {
            return work();
        }
        catch (NetException e) when (e.Error == NetError.InvalidArgument)
        {
            return "E";
        }
    }

    private static string Pack(StructFormat format, StructValue[] values)
    {
        byte[] record = new byte[format.Size];
        format.Pack(values, record);
        return Hex(record);
    }

    private static string Unpack(StructFormat format, byte[] data)
    {
        StructValue[] values = new StructValue[format.FieldCount];
        format.Unpack(data, values);
        object[] objects = format.Unpack(data);
        // Both ways to unpack must agree before Python is asked about one.
        Assert.Equal(values.Select(Word), objects.Select((o, i) => Word(format.Field[i], o)));
        return string.Join(' ', values.Select(Word));
    }

    private static string Word(StructField field, object value)
    {
        Assert.Equal(field.Type, value.GetType());
        return value switch
        {
            byte single when field.Code == "c" => Word(StructValue.From([single])),
            byte[] bytes => Word(StructValue.From(bytes)),
            bool truth => Word(StructValue.From(truth)),
            double number => Word(StructValue.From(number)),
            float number => Word(StructValue.From((double)number)),
            _ => "i" + ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        };
    }

    private static string Word(StructValue value) => value.Kind switch
    {
        StructValueKind.None => "n",
        StructValueKind.Real => "f" + BitConverter.DoubleToUInt64Bits(value.Real).ToString("x16", CultureInfo.InvariantCulture),
        StructValueKind.Bytes => "b" + Hex(value.Bytes),
        _ => "i" + value.Huge.ToString(CultureInfo.InvariantCulture),
    };

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes).ToLowerInvariant();
}
