using System.Management.Automation;
using PSNetConcurrency.Core.Processes.Protocol;

namespace PSNetConcurrency.Child.Values;

/// <summary>
/// Writes a value so that it arrives as it would from Start-Job. The kinds that jobs are full of have a form of their own, which
/// is small and quick; the engine's serializer, which takes long to wake up, does the rest.
/// </summary>
internal static class ValueWriter
{
    private const string CustomType = "System.Management.Automation.PSCustomObject";

    public static void Write(WireWriter writer, object? value)
    {
        if (value is PSObject wrapped)
        {
            object inner = wrapped.BaseObject;
            if (inner is PSCustomObject)
            {
                if (TryWriteCustom(writer, wrapped))
                {
                    return;
                }
            }
            else if (!IsDecorated(wrapped, inner) && TryWriteSimple(writer, inner))
            {
                return;
            }
        }
        else if (TryWriteSimple(writer, value))
        {
            return;
        }
        writer.Byte((byte)ValueKind.Clixml);
        // The depth of a job's output; types may ask for more.
        writer.Text(PSSerializer.Serialize(value, 1));
    }

    private static bool TryWriteSimple(WireWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.Byte((byte)ValueKind.Null);
                return true;
            case string text:
                writer.Byte((byte)ValueKind.Text);
                writer.Text(text);
                return true;
            case Enum:
                // Its type code is the number's.
                return false;
        }
        switch (Type.GetTypeCode(value.GetType()))
        {
            case TypeCode.Boolean:
                writer.Byte((byte)((bool)value ? ValueKind.True : ValueKind.False));
                return true;
            case TypeCode.Int32:
                writer.Byte((byte)ValueKind.Int32);
                writer.Int32((int)value);
                return true;
            case TypeCode.Int64:
                Write(writer, ValueKind.Int64, (long)value);
                return true;
            case TypeCode.Double:
                Write(writer, ValueKind.Double, BitConverter.DoubleToInt64Bits((double)value));
                return true;
            case TypeCode.Byte:
                writer.Byte((byte)ValueKind.Byte);
                writer.Byte((byte)value);
                return true;
            case TypeCode.SByte:
                writer.Byte((byte)ValueKind.SByte);
                writer.Byte((byte)(sbyte)value);
                return true;
            case TypeCode.Int16:
                writer.Byte((byte)ValueKind.Int16);
                writer.Int32((short)value);
                return true;
            case TypeCode.UInt16:
                writer.Byte((byte)ValueKind.UInt16);
                writer.Int32((ushort)value);
                return true;
            case TypeCode.Char:
                writer.Byte((byte)ValueKind.Char);
                writer.Int32((char)value);
                return true;
            case TypeCode.UInt32:
                Write(writer, ValueKind.UInt32, (uint)value);
                return true;
            case TypeCode.UInt64:
                Write(writer, ValueKind.UInt64, unchecked((long)(ulong)value));
                return true;
            case TypeCode.Single:
                writer.Byte((byte)ValueKind.Single);
                writer.Int32(BitConverter.SingleToInt32Bits((float)value));
                return true;
            case TypeCode.Decimal:
                WriteDecimal(writer, (decimal)value);
                return true;
            case TypeCode.DateTime:
                DateTime time = (DateTime)value;
                // A time of this place is the same moment where the reader is.
                Write(writer, ValueKind.DateTime, time.Kind == DateTimeKind.Local ? time.ToUniversalTime().Ticks : time.Ticks);
                writer.Byte((byte)time.Kind);
                return true;
        }
        return TryWriteOther(writer, value);
    }

    private static bool TryWriteOther(WireWriter writer, object value)
    {
        switch (value)
        {
            case TimeSpan span:
                Write(writer, ValueKind.TimeSpan, span.Ticks);
                return true;
            case Guid guid:
                writer.Byte((byte)ValueKind.Guid);
                guid.TryWriteBytes(writer.Reserve(16));
                return true;
            case Version version when value.GetType() == typeof(Version):
                writer.Byte((byte)ValueKind.Version);
                writer.Text(version.ToString());
                return true;
            case byte[] bytes:
                writer.Byte((byte)ValueKind.Bytes);
                writer.Blob(bytes);
                return true;
            default:
                return false;
        }
    }

    private static void Write(WireWriter writer, ValueKind kind, long value)
    {
        writer.Byte((byte)kind);
        writer.Int64(value);
    }

    private static void WriteDecimal(WireWriter writer, decimal value)
    {
        writer.Byte((byte)ValueKind.Decimal);
        int[] bits = decimal.GetBits(value);
        for (int i = 0; i < bits.Length; i++)
        {
            writer.Int32(bits[i]);
        }
    }

    private static bool TryWriteCustom(WireWriter writer, PSObject value)
    {
        if (value.TypeNames.Count != 2 || value.TypeNames[0] != CustomType)
        {
            return false;
        }
        int start = writer.Length;
        writer.Byte((byte)ValueKind.Custom);
        int countAt = writer.Length;
        writer.Int32(0);
        int count = 0;
        foreach (PSPropertyInfo property in value.Properties)
        {
            if (property.MemberType != PSMemberTypes.NoteProperty)
            {
                writer.Truncate(start);
                return false;
            }
            writer.Text(property.Name);
            object? inner = property.Value;
            if (inner is PSObject wrapped)
            {
                inner = wrapped.BaseObject;
                if (inner is PSCustomObject || IsDecorated(wrapped, inner))
                {
                    writer.Truncate(start);
                    return false;
                }
            }
            if (!TryWriteSimple(writer, inner))
            {
                writer.Truncate(start);
                return false;
            }
            count++;
        }
        writer.PatchInt32(countAt, count);
        return true;
    }

    // Whether something was added to this one value that must travel with it.
    private static bool IsDecorated(PSObject wrapped, object inner)
    {
        foreach (PSPropertyInfo property in wrapped.Properties)
        {
            if (property.IsInstance && property.MemberType != PSMemberTypes.Property)
            {
                return true;
            }
        }
        return inner is string && wrapped.TypeNames[0] != "System.String";
    }
}
