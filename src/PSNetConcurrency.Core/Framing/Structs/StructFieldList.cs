using System.Collections;

namespace PSNetConcurrency.Core.Framing.Structs;

/// <summary>The fields of a format, each made when it is asked for.</summary>
internal sealed class StructFieldList(StructFormat format) : IReadOnlyList<StructField>
{
    public int Count => format.FieldCount;

    public StructField this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            ref readonly StructItem item = ref format.ItemOf(index);
            return new StructField
            {
                Index = index,
                Name = format.Names?[index],
                Code = item.Text,
                Offset = item.Offset + (index - item.FirstValue) * item.Size,
                Size = item.Size,
                Type = item.Type,
            };
        }
    }

    public IEnumerator<StructField> GetEnumerator()
    {
        for (int i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
