using System.Management.Automation;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Child.Values;

/// <summary>Reads what <see cref="ValueWriter"/> wrote. Objects of one shape come in rows: their names are kept.</summary>
internal sealed class ValueReader
{
    private const int KeptNames = 64;
    private readonly string?[] _names = new string?[KeptNames];
    private readonly int[] _hashes = new int[KeptNames];

    /// <exception cref="InvalidDataException">The bytes are no value.</exception>
    public object? Read(ref WireReader reader, int depth = 0)
    {
        switch ((ValueKind)reader.Byte())
        {
            case ValueKind.Null:
                return null;
            case ValueKind.True:
                return true;
            case ValueKind.False:
                return false;
            case ValueKind.Int32:
                return reader.Int32();
            case ValueKind.Int64:
                return reader.Int64();
            case ValueKind.Double:
                return BitConverter.Int64BitsToDouble(reader.Int64());
            case ValueKind.Text:
                return reader.RequiredText();
            case ValueKind.Byte:
                return reader.Byte();
            case ValueKind.SByte:
                return (sbyte)reader.Byte();
            case ValueKind.Int16:
                return (short)reader.Int32();
            case ValueKind.UInt16:
                return (ushort)reader.Int32();
            case ValueKind.UInt32:
                return (uint)reader.Int64();
            case ValueKind.UInt64:
                return unchecked((ulong)reader.Int64());
            case ValueKind.Single:
                return BitConverter.Int32BitsToSingle(reader.Int32());
            case ValueKind.Char:
                return (char)reader.Int32();
            case ValueKind.Decimal:
                return ReadDecimal(ref reader);
            case ValueKind.DateTime:
                return ReadDateTime(ref reader);
            case ValueKind.TimeSpan:
                return new TimeSpan(reader.Int64());
            case ValueKind.Guid:
                return new Guid(reader.Raw(16));
            case ValueKind.Version:
                return Version.TryParse(reader.RequiredText(), out Version? version) ? version : throw Wrong("version");
            case ValueKind.Bytes:
                return reader.Blob().ToArray();
            case ValueKind.Custom when depth == 0:
                return ReadCustom(ref reader);
            case ValueKind.Clixml:
                return ReadClixml(reader.RequiredText());
            case ValueKind.HostMessage:
                return ReadHostMessage(ref reader);
            default:
                throw Wrong("kind of value");
        }
    }

    private PSObject ReadCustom(ref WireReader reader)
    {
        int count = reader.Count(5);
        PSObject value = new();
        for (int i = 0; i < count; i++)
        {
            string name = ReadName(ref reader);
            if (value.Properties[name] is not null)
            {
                throw Wrong("object: it has a property twice");
            }
            value.Properties.Add(new PSNoteProperty(name, Read(ref reader, 1)));
        }
        value.TypeNames.Clear();
        value.TypeNames.Add("Deserialized.System.Management.Automation.PSCustomObject");
        value.TypeNames.Add("Deserialized.System.Object");
        return value;
    }

    private string ReadName(ref WireReader reader)
    {
        WireReader ahead = reader;
        int length = ahead.Int32();
        if (length is > 0 and < 128)
        {
            ReadOnlySpan<byte> bytes = ahead.Raw(length);
            int hash = length;
            for (int i = 0; i < bytes.Length; i++)
            {
                if (bytes[i] >= 0x80)
                {
                    return reader.RequiredText();
                }
                hash = (hash * 31) + bytes[i];
            }
            int slot = hash & (KeptNames - 1);
            if (_hashes[slot] == hash && _names[slot] is { } kept && IsName(kept, bytes))
            {
                reader = ahead;
                return kept;
            }
            string name = reader.RequiredText();
            _hashes[slot] = hash;
            _names[slot] = name;
            return name;
        }
        string text = reader.RequiredText();
        return text.Length > 0 ? text : throw Wrong("property name");
    }

    private static bool IsName(string name, ReadOnlySpan<byte> bytes)
    {
        if (name.Length != bytes.Length)
        {
            return false;
        }
        for (int i = 0; i < bytes.Length; i++)
        {
            if (name[i] != bytes[i])
            {
                return false;
            }
        }
        return true;
    }

    private static decimal ReadDecimal(ref WireReader reader)
    {
        int[] bits = [reader.Int32(), reader.Int32(), reader.Int32(), reader.Int32()];
        try
        {
            return new decimal(bits);
        }
        catch (ArgumentException)
        {
            throw Wrong("decimal");
        }
    }

    private static DateTime ReadDateTime(ref WireReader reader)
    {
        long ticks = reader.Int64();
        byte kind = reader.Byte();
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks || kind > (byte)DateTimeKind.Local)
        {
            throw Wrong("time");
        }
        return kind == (byte)DateTimeKind.Local ? new DateTime(ticks, DateTimeKind.Utc).ToLocalTime() : new DateTime(ticks, (DateTimeKind)kind);
    }

    private static object? ReadClixml(string text)
    {
        try
        {
            return PSSerializer.Deserialize(text);
        }
        catch (Exception e) when (e is not OutOfMemoryException and not PipelineStoppedException)
        {
            throw new InvalidDataException($"What the engine serialized can't be read: {e.Message}", e);
        }
    }

    private static HostInformationMessage ReadHostMessage(ref WireReader reader)
    {
        HostInformationMessage message = new() { Message = reader.Text() };
        int foreground = reader.Int32(), background = reader.Int32();
        if (foreground is < -1 or > 15 || background is < -1 or > 15)
        {
            throw Wrong("colour");
        }
        message.ForegroundColor = foreground < 0 ? null : (ConsoleColor)foreground;
        message.BackgroundColor = background < 0 ? null : (ConsoleColor)background;
        message.NoNewLine = reader.Bool();
        return message;
    }

    private static InvalidDataException Wrong(string what) => new($"The bytes hold no such {what}.");
}
