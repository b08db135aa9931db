using System.Buffers;
using System.Collections;
using System.Management.Automation;
using System.Text;
using PSNetConcurrency.Core.Framing.Structs;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Framing;

namespace PSNetConcurrency.Commands.Framing;

/// <summary>Packs values into bytes by a format of Python's struct: order, sizes, counts and alignment as there.</summary>
/// <remarks>
/// <para>The values that come down the pipeline are one record, as those given to Python's struct.pack are: there must be as many as the format has. With -Iterate they are records one after the other. With -Name each object or hashtable is a record, and the values are its properties of those names; an object that does not fit is one error, and the others go on.</para>
/// <para>A number is taken where it is exactly one that the code holds: 3, '3', 0x03, '0x03', 3.0 and [char]3 for an integer, but not 3.5, nor 300 for B; then the error names the value. Codes c, s and p take byte arrays, and text in -Encoding. As in Python, s cuts what is longer than its count, and fills what is shorter with NUL bytes. ? takes true, false and numbers, also as text.</para>
/// <para>Each record is written as one byte array, which is not unrolled. With -Buffer the records are written into that array instead, as by Python's pack_into.</para>
/// </remarks>
/// <example>
///   <para>A header in network byte order: four bytes, two bytes, one byte, and text in eight.</para>
///   <code>$bytes = 1, 514, 255, 'name' | ConvertTo-StructByte '>IHB8s'
/// [Convert]::ToHexString($bytes)</code>
/// </example>
/// <example>
///   <para>Objects become records by the names of their properties.</para>
///   <code>$points = [pscustomobject]@{ X = 1; Y = 2.5 }, @{ X = -1; Y = '1e3' }
/// $points | ConvertTo-StructByte '&lt;hd' -Name X, Y | ConvertFrom-StructByte '&lt;hd' -Name X, Y</code>
/// </example>
/// <example>
///   <para>Writes into a larger message, after the two bytes that are there.</para>
///   <code>$message = [byte[]](0xCA, 0xFE, 0, 0, 0, 0)
/// $null = 258 | ConvertTo-StructByte '>I' -Buffer $message -Offset 2
/// [Convert]::ToHexString($message)</code>
/// </example>
/// <inputs>
/// <para>System.Object: the values, or with -Name the objects whose properties are the values.</para>
/// </inputs>
/// <outputs>
/// <para>System.Byte[]: one array a record; with -Buffer that array, once.</para>
/// </outputs>
/// <seealso cref="ConvertFromStructByteCommand"/>
/// <seealso cref="MeasureStructFormatCommand"/>
/// <seealso href="https://docs.python.org/3/library/struct.html">Python's struct</seealso>
[Cmdlet(VerbsData.ConvertTo, "StructByte")]
[OutputType(typeof(byte[]))]
public sealed class ConvertToStructByteCommand : StructCommand
{
    private StructValue[] _values = [];
    private long _count;
    private long _next;
    private bool _given;

    /// <summary>The values, or with -Name the objects that have them. A collection given is taken apart, unless it is bytes for a code s or p.</summary>
    [Parameter(ValueFromPipeline = true, Position = 1)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? InputObject { get; set; }

    /// <summary>Takes any number of records: so many values as the format has are one.</summary>
    [Parameter]
    public SwitchParameter Iterate { get; set; }

    /// <summary>An array to write into, in place. The records lie one after the other, from -Offset on; its other bytes stay.</summary>
    [Parameter]
    [ValidateNotNull]
    public byte[]? Buffer { get; set; }

    /// <summary>Where in -Buffer to begin; a negative number counts from its end. Without -Buffer: so many zero bytes before each record.</summary>
    [Parameter]
    public int Offset { get; set; }

    /// <summary>The encoding of text for c, s and p: a name or a code page's number. The default is utf8NoBOM.</summary>
    [Parameter]
    [EncodingTransform]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    public Encoding Encoding { get; set; } = new UTF8Encoding(false);

    // Values without names are one record, or have lost their step.
    protected override bool FailuresTerminate => Name is null || Buffer is not null;

    protected override async Task BeginAsync()
    {
        await base.BeginAsync();
        _given = MyInvocation.ExpectingInput || MyInvocation.BoundParameters.ContainsKey(nameof(InputObject));
        _next = Offset < 0 && Buffer is not null ? Buffer.Length + (long)Offset : Offset;
        if (_next < 0 || _next > (Buffer?.Length ?? StructFormat.MaximumSize - Compiled.Size))
        {
            throw new NetException(NetError.InvalidArgument, Buffer is null
                ? $"The offset {Offset} is out of range: without -Buffer it is the number of bytes before a record, and both must fit an array."
                : $"The offset {Offset} is out of range for a buffer of {Buffer.Length} bytes.", Offset);
        }
        if (Iterate && Compiled.FieldCount == 0)
        {
            throw new NetException(NetError.InvalidArgument, $"'{Format}' has no values, so there is no telling how many records to make. Leave out -Iterate.", Format);
        }
        _values = ArrayPool<StructValue>.Shared.Rent(Math.Min(Compiled.FieldCount, 1024));
    }

    protected override Task ProcessAsync()
    {
        object? item = Unwrap(InputObject);
        if (!_given)
        {
            // A format without values needs none.
            return Task.CompletedTask;
        }
        if (Name is not null)
        {
            IEnumerable objects = item is ICollection and not IDictionary ? (IEnumerable)item : new[] { InputObject };
            foreach (object? one in objects)
            {
                AddObject(one);
            }
        }
        else if (item is ICollection items && !IsBytesForField(items))
        {
            foreach (object? one in items)
            {
                Add(one);
            }
        }
        else
        {
            Add(item);
        }
        return Task.CompletedTask;
    }

    protected override Task EndAsync()
    {
        if (Name is not null && !_given)
        {
            throw new NetException(NetError.InvalidArgument, "There is nothing to pack: pipe objects or hashtables that have the names as properties, or give them with -InputObject.");
        }
        if (Name is null && !(Iterate && _count == 0))
        {
            Compiled.CheckCount(_count);
            Write();
        }
        if (Buffer is not null)
        {
            WriteObject(Buffer, enumerateCollection: false);
        }
        return Task.CompletedTask;
    }

    protected override void ReleaseResources()
    {
        if (_values.Length > 0)
        {
            ArrayPool<StructValue>.Shared.Return(_values, clearArray: true);
            _values = [];
        }
    }

    /// <summary>Adds a value to the record under way; those too many are counted for the error.</summary>
    private void Add(object? value)
    {
        if (_count < Compiled.FieldCount)
        {
            Set((int)_count, value);
        }
        _count++;
        if (Iterate && _count == Compiled.FieldCount)
        {
            Write();
            _count = 0;
        }
    }

    private void AddObject(object? value)
    {
        try
        {
            for (int i = 0; i < Name!.Length; i++)
            {
                Set(i, Property(value, Name[i]));
            }
            Write();
        }
        catch (NetException e) when (!FailuresTerminate)
        {
            ReportFailure(e, Unwrap(value));
        }
    }

    private void Set(int index, object? value)
    {
        if (index == _values.Length)
        {
            StructValue[] larger = ArrayPool<StructValue>.Shared.Rent((int)Math.Min(Compiled.FieldCount, 2L * index));
            _values.CopyTo(larger, 0);
            ArrayPool<StructValue>.Shared.Return(_values, clearArray: true);
            _values = larger;
        }
        _values[index] = StructCoercion.Convert(Compiled, index, Unwrapped(value), Encoding);
    }

    private void Write()
    {
        ReadOnlySpan<StructValue> values = _values.AsSpan(0, Compiled.FieldCount);
        if (Buffer is null)
        {
            byte[] record = new byte[Offset + Compiled.Size];
            Compiled.Pack(values, record.AsSpan(Offset));
            WriteObject(record, enumerateCollection: false);
            return;
        }
        if (Buffer.Length - _next < Compiled.Size)
        {
            throw new NetException(NetError.SizeMismatch, $"'{Format}' packs {Compiled.Size} bytes; from offset {_next} on the buffer of {Buffer.Length} bytes has room for {Buffer.Length - _next}.", Buffer);
        }
        Compiled.Pack(values, Buffer.AsSpan((int)_next));
        _next += Compiled.Size;
    }

    /// <summary>Whether a collection is the value of the next field rather than the next values.</summary>
    private bool IsBytesForField(ICollection items) =>
        _count < Compiled.FieldCount && Compiled.ItemOf((int)_count).Kind is StructKind.Text or StructKind.Pascal && items.Cast<object?>().All(i => Unwrap(i) is byte);

    private static object? Property(object? value, string name)
    {
        // Also of a hashtable whose keys are told apart by case.
        if (Unwrap(value) is IDictionary table)
        {
            return table.Contains(name) ? table[name]
                : table.Keys.OfType<string>().FirstOrDefault(k => k.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } key ? table[key]
                : throw Missing(name, string.Join(", ", table.Keys.Cast<object>()));
        }
        PSObject? wrapped = value is null ? null : PSObject.AsPSObject(value);
        return wrapped?.Properties[name] is { } property ? property.Value : throw Missing(name, wrapped is null ? "" : string.Join(", ", wrapped.Properties.Select(p => p.Name)));
    }

    private static NetException Missing(string name, string names) => new(NetError.InvalidArgument,
        $"The object has no property '{name}'. {(names.Length == 0 ? "It has none." : $"It has: {(names.Length > 200 ? names[..200] + "…" : names)}.")}", name);

    private static object? Unwrap(object? value) => value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;

    /// <summary>A value with the items of a collection unwrapped as well.</summary>
    private static object? Unwrapped(object? value) => Unwrap(value) switch
    {
        byte[] bytes => bytes,
        IList items => items.Cast<object?>().Select(Unwrap).ToArray(),
        var other => other,
    };
}
