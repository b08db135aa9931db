using System.Management.Automation;
using CsCheck;
using PSNetConcurrency.Child.Values;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes;
using PSNetConcurrency.Core.Processes.Protocol;
using PSNetConcurrency.Infrastructure.Processes;

namespace PSNetConcurrency.Core.Tests.Processes;

/// <summary>The values and records that children send: as they were, or refused.</summary>
public class CodecTests
{
    private static readonly object?[] Edges = [double.NaN, double.NegativeInfinity, -0.0, float.NaN, 1.50m, decimal.MinValue, "", "\uD83D", "a\uDC00\0", new Version(1, 2)];

    private static readonly Gen<DateTime> Times =
        Gen.Select(Gen.Long[DateTime.MinValue.Ticks + TimeSpan.TicksPerDay, DateTime.MaxValue.Ticks - TimeSpan.TicksPerDay], Gen.Enum<DateTimeKind>(), (ticks, kind) => new DateTime(ticks, kind));

    private static readonly Gen<object?> Simple = Gen.OneOf<object?>(
        Gen.Bool.Select(_ => (object?)null), Gen.Bool.Select(Boxed), Gen.Int.Select(Boxed), Gen.Long.Select(Boxed), Gen.Double.Select(Boxed), Gen.Float.Select(Boxed), Gen.Decimal.Select(Boxed),
        Gen.Char.Select(Boxed), Gen.Byte.Select(Boxed), Gen.SByte.Select(Boxed), Gen.Short.Select(Boxed), Gen.UShort.Select(Boxed), Gen.UInt.Select(Boxed), Gen.ULong.Select(Boxed),
        Gen.Char.Array[0, 20].Select(c => (object?)new string(c)), Gen.Byte.Array[0, 20].Select(Boxed), Gen.Guid.Select(Boxed), Times.Select(Boxed), Gen.TimeSpan.Select(Boxed),
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, 9], Gen.Int[0, 9], (a, b, c) => (object?)new Version(a, b, c)),
        Gen.Int[0, Edges.Length - 1].Select(i => Edges[i]));

    private static readonly Gen<object?> Custom = Simple.Array[0, 5].Select(values =>
    {
        PSObject custom = new();
        for (int i = 0; i < values.Length; i++)
        {
            custom.Properties.Add(new PSNoteProperty(i % 2 == 0 ? $"P{i}" : $"Größe{i}", values[i]));
        }
        return (object?)custom;
    });

    private static readonly Gen<object?> Value = Gen.Frequency((3, Simple), (1, Custom));

    [Fact]
    public void A_value_comes_back_as_it_was() => Value.Sample(value =>
    {
        byte[] bytes = Bytes(w => ValueWriter.Write(w, value));
        WireReader reader = new(bytes);
        Same(value, new ValueReader().Read(ref reader));
        Assert.Equal(0, reader.Left);
    }, iter: 5_000);

    [Fact]
    public void Whatever_a_value_was_turned_into_is_read_or_refused() => Mutated(Gen.Select(Value, v => Bytes(w => ValueWriter.Write(w, v)))).Sample(bytes =>
    {
        try
        {
            WireReader reader = new(bytes);
            new ValueReader().Read(ref reader);
        }
        catch (InvalidDataException)
        {
        }
    }, iter: 15_000);

    [Fact]
    public void Whatever_a_record_was_turned_into_is_read_or_refused()
    {
        Gen<object?> written = Gen.OneOf<object?>(
            Gen.String.Select(s => (object?)new WarningRecord(s)), Gen.String.Select(s => (object?)new VerboseRecord(s)),
            Gen.Select(Gen.Int[0, 100], Gen.String[Gen.Char.AlphaNumeric, 1, 9]).Select((id, text) => (object?)new ProgressRecord(id, text, text) { PercentComplete = id }),
            Gen.Select(Value, Gen.String).Select((data, source) => (object?)new InformationRecord(data, source)),
            Gen.String.Select(s => (object?)new InformationRecord(new HostInformationMessage { Message = s, ForegroundColor = ConsoleColor.Red }, "Host")));
        RecordDecoder decoder = new();
        Mutated(Gen.OneOf(Value, written).Select(value => Bytes(w => RecordWriter.Write(w, StreamOf(value), value)))).Sample(bytes =>
        {
            try
            {
                Assert.InRange(decoder.Decode(bytes, 1, out _), 5, bytes.Length);
            }
            catch (NetException e)
            {
                Assert.Equal(NetError.FrameCorrupted, e.Error);
            }
        }, iter: 10_000, threads: 1);
    }

    private static object? Boxed<T>(T value) => value;

    private static byte[] Bytes(Action<WireWriter> write)
    {
        WireWriter writer = new();
        write(writer);
        return writer.Written.ToArray();
    }

    private static ChildStreamKind StreamOf(object? value) => value switch
    {
        WarningRecord => ChildStreamKind.Warning,
        VerboseRecord => ChildStreamKind.Verbose,
        ProgressRecord => ChildStreamKind.Progress,
        InformationRecord => ChildStreamKind.Information,
        _ => ChildStreamKind.Output,
    };

    // A few bytes changed, and the end cut off or something put behind it.
    private static Gen<byte[]> Mutated(Gen<byte[]> whole) => Gen.Select(whole, Gen.Select(Gen.Int[0, 1000], Gen.Byte).Array[0, 3], Gen.Int[0, 30], (bytes, changes, cut) =>
    {
        byte[] mutated = cut < 10 ? bytes[..Math.Max(0, bytes.Length - cut)] : bytes;
        foreach ((int at, byte to) in changes)
        {
            if (mutated.Length > 0)
            {
                mutated[at % mutated.Length] = to;
            }
        }
        return mutated;
    });

    private static void Same(object? sent, object? got)
    {
        if (sent is PSObject custom)
        {
            PSObject seen = Assert.IsType<PSObject>(got);
            Assert.Equal(["Deserialized.System.Management.Automation.PSCustomObject", "Deserialized.System.Object"], seen.TypeNames);
            Assert.Equal(custom.Properties.Select(p => p.Name), seen.Properties.Select(p => p.Name));
            foreach (PSPropertyInfo property in custom.Properties)
            {
                Same(property.Value, seen.Properties[property.Name].Value);
            }
            return;
        }
        Assert.Equal(sent?.GetType(), got?.GetType());
        switch (sent)
        {
            case double number:
                Assert.Equal(BitConverter.DoubleToInt64Bits(number), BitConverter.DoubleToInt64Bits((double)got!));
                break;
            case float number:
                Assert.Equal(BitConverter.SingleToInt32Bits(number), BitConverter.SingleToInt32Bits((float)got!));
                break;
            case decimal number:
                Assert.Equal(decimal.GetBits(number), decimal.GetBits((decimal)got!));
                break;
            case DateTime time:
                Assert.Equal((time.Ticks, time.Kind), (((DateTime)got!).Ticks, ((DateTime)got).Kind));
                break;
            default:
                Assert.Equal(sent, got);
                break;
        }
    }
}
