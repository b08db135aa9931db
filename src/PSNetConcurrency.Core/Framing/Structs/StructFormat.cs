using PSNetConcurrency.Core.Framing.Structs;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency;

/// <summary>
/// A format of Python's struct module, compiled: how values lie in a binary record. Immutable: one may serve any number of
/// threads.
/// </summary>
public sealed class StructFormat
{
    /// <summary>The most bytes of a record: what one array holds.</summary>
    public const int MaximumSize = 0x7FFFFFC7;

    private readonly StructItem[] _items;

    internal StructFormat(string format, StructItem[] items, ByteOrder order, bool native, StructDataModel model, int size, int alignment, int fieldCount)
    {
        Format = format;
        _items = items;
        ByteOrder = order;
        IsNative = native;
        DataModel = model;
        Size = size;
        Alignment = alignment;
        FieldCount = fieldCount;
        Field = new StructFieldList(this);
    }

    private StructFormat(StructFormat like, string[] names)
        : this(like.Format, like._items, like.ByteOrder, like.IsNative, like.DataModel, like.Size, like.Alignment, like.FieldCount) => Names = names;

    /// <summary>The data model of this system's C compiler, and so of its CPython.</summary>
    public static StructDataModel CurrentDataModel { get; } =
        IntPtr.Size == 4 ? StructDataModel.ILP32 : OperatingSystem.IsWindows() ? StructDataModel.LLP64 : StructDataModel.LP64;

    /// <summary>The format's text.</summary>
    public string Format { get; }

    /// <summary>Which byte of a number comes first.</summary>
    public ByteOrder ByteOrder { get; }

    /// <summary>Whether sizes and alignment are a C compiler's (@, or no prefix), rather than fixed and without gaps.</summary>
    public bool IsNative { get; }

    /// <summary>The C compiler's sizes that hold where <see cref="IsNative"/>.</summary>
    public StructDataModel DataModel { get; }

    /// <summary>The bytes of a record: Python's calcsize.</summary>
    public int Size { get; }

    /// <summary>The greatest alignment of a field; 1 where nothing is aligned.</summary>
    public int Alignment { get; }

    /// <summary>How many values a record has.</summary>
    public int FieldCount { get; }

    /// <summary>The values, one by one; made as they are asked for, since a count may be in the millions.</summary>
    public IReadOnlyList<StructField> Field { get; }

    /// <summary>The values' names; null where none were given.</summary>
    public IReadOnlyList<string>? Names { get; }

    internal ReadOnlySpan<StructItem> Items => _items;

    /// <summary>Compiles a format, with the native sizes of this system.</summary>
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>: it is not one; the message tells where and why.</exception>
    public static StructFormat Parse(string format) => Parse(format, CurrentDataModel);

    /// <summary>Compiles a format, with the native sizes of <paramref name="dataModel"/>.</summary>
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>: it is not one; the message tells where and why.</exception>
    public static StructFormat Parse(string format, StructDataModel dataModel)
    {
        ArgumentNullException.ThrowIfNull(format);
        return StructFormatParser.Parse(format, dataModel);
    }

    /// <summary>The same format with a name for each value.</summary>
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>: they are too few, too many, empty or not different.</exception>
    public StructFormat WithNames(IEnumerable<string> names)
    {
        string[] all = [.. names];
        if (all.Length != FieldCount)
        {
            throw new NetException(NetError.InvalidArgument,
                $"'{Format}' has {Count(FieldCount, "value")}, and there {(all.Length == 1 ? "is" : "are")} {Count(all.Length, "name")}: each value needs one. A count repeats the value (3h takes three names), but is the length of s and p; x takes no name.", names);
        }
        HashSet<string> seen = new(StringComparer.OrdinalIgnoreCase);
        foreach (string name in all)
        {
            if (string.IsNullOrWhiteSpace(name) || !seen.Add(name))
            {
                throw new NetException(NetError.InvalidArgument, string.IsNullOrWhiteSpace(name) ? "A value's name can't be empty." : $"The name '{name}' is there twice: names must differ, in more than case.", name);
            }
        }
        return new StructFormat(this, all);
    }

    /// <summary>Writes a record at the start of <paramref name="destination"/>; bytes that are no value's become 0. Allocates nothing.</summary>
    /// <exception cref="NetException">
    /// <see cref="NetError.InvalidArgument"/>: too few or too many values, or one that does not fit its code;
    /// <see cref="NetError.SizeMismatch"/>: the destination is too short.
    /// </exception>
    public void Pack(ReadOnlySpan<StructValue> values, Span<byte> destination)
    {
        CheckCount(values.Length);
        if (destination.Length < Size)
        {
            throw new NetException(NetError.SizeMismatch, $"'{Format}' packs {Count(Size, "byte")}, and there is room for {destination.Length}.", Format);
        }
        StructPacker.Pack(this, values, destination[..Size]);
    }

    /// <summary>Reads the record at the start of <paramref name="source"/>, which may be longer. Allocates for s and p only.</summary>
    /// <exception cref="NetException"><see cref="NetError.SizeMismatch"/>: the source is too short, or there is no place for all values.</exception>
    public void Unpack(ReadOnlySpan<byte> source, Span<StructValue> values)
    {
        CheckSource(source.Length);
        if (values.Length < FieldCount)
        {
            throw new NetException(NetError.SizeMismatch, $"'{Format}' has {Count(FieldCount, "value")}, and there is room for {values.Length}.", Format);
        }
        StructUnpacker.Unpack(this, source, values);
    }

    /// <summary>Reads the record at the start of <paramref name="source"/> as objects of each field's <see cref="StructField.Type"/>.</summary>
    /// <exception cref="NetException"><see cref="NetError.SizeMismatch"/>: the source is too short.</exception>
    public object[] Unpack(ReadOnlySpan<byte> source)
    {
        CheckSource(source.Length);
        return StructUnpacker.Unpack(this, source);
    }

    public override string ToString() => Format;

    /// <summary>The item that a value belongs to.</summary>
    internal ref readonly StructItem ItemOf(int index)
    {
        int low = 0, high = _items.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) >>> 1;
            (low, high) = _items[middle].FirstValue <= index ? (middle, high) : (low, middle - 1);
        }
        return ref _items[low];
    }

    internal void CheckCount(long given)
    {
        if (given != FieldCount)
        {
            throw new NetException(NetError.InvalidArgument, $"'{Format}' packs {Count(FieldCount, "value")}, and got {given}.", Format);
        }
    }

    /// <summary>The words that name a value in messages.</summary>
    internal string Describe(int index)
    {
        ref readonly StructItem item = ref ItemOf(index);
        string name = Names is null ? "" : $" '{Names[index]}'";
        return $"Value [{index}]{name} (code {item.Text} at offset {item.Offset + (index - item.FirstValue) * item.Size})";
    }

    internal static string Count(long n, string noun) => n == 1 ? $"1 {noun}" : $"{n} {noun}s";

    private void CheckSource(int length)
    {
        if (length < Size)
        {
            throw new NetException(NetError.SizeMismatch, $"'{Format}' takes {Count(Size, "byte")}, and there {(length == 1 ? "is" : "are")} {length}.", Format);
        }
    }
}
