using System.Collections;
using System.Management.Automation;
using System.Text;
using PSNetConcurrency.Core.Framing;
using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Framing;

namespace PSNetConcurrency.Commands.Framing;

/// <summary>Unpacks bytes into values, or objects with names, by a format of Python's struct.</summary>
/// <remarks>
/// <para>There must be exactly as many bytes as the format has, as for Python's struct.unpack; with -AllowTrailingByte there may be more. -Offset skips what comes before. With -Iterate the bytes are records one after the other, as for iter_unpack.</para>
/// <para>Without -Name the values are written one by one, and with -Iterate each record as one array. With -Name each record is an object with those properties. Integers have .NET's type of their size and sign, e and f are [float], d is [double], ? is [bool], c is a [byte], s and p are byte arrays; with -AsText c, s and p are text.</para>
/// <para>Each byte array that comes down the pipeline whole is a message by itself, as those of ConvertTo-StructByte do; a run of single bytes, into which PowerShell unrolls an array, is one message together. A message that does not fit is one error, and the others go on.</para>
/// </remarks>
/// <example>
///   <para>Four bytes as one number, in either byte order.</para>
///   <code>$bytes = [byte[]](0, 0, 1, 2)
/// $bytes | ConvertFrom-StructByte '>I'
/// $bytes | ConvertFrom-StructByte '&lt;I'</code>
/// </example>
/// <example>
///   <para>The header of a message, by name; the rest stays out.</para>
///   <code>$message = [Convert]::FromHexString('CAFE0005000568656C6C6F')
/// ConvertFrom-StructByte '>HHH' $message -Name magic, kind, length -AllowTrailingByte</code>
/// </example>
/// <example>
///   <para>A table of records of six bytes each, with text in four.</para>
///   <code>$table = 1, 'one', 2, 'two', 3, 'three' | ConvertTo-StructByte '&lt;H4s' -Iterate
/// $table | ConvertFrom-StructByte '&lt;H4s' -Name Number, Word -AsText</code>
/// </example>
/// <example>
///   <para>All the records of one array.</para>
///   <code>[byte[]](1, 0, 2, 0, 3, 0) | ConvertFrom-StructByte '&lt;bx' -Name Level -Iterate</code>
/// </example>
/// <inputs>
/// <para>System.Byte[]: the bytes, whole or unrolled.</para>
/// </inputs>
/// <outputs>
/// <para>System.Object: the values.</para>
/// <para>System.Object[]: with -Iterate, the values of a record.</para>
/// <para>System.Management.Automation.PSCustomObject: with -Name, a record.</para>
/// </outputs>
/// <seealso cref="ConvertToStructByteCommand"/>
/// <seealso cref="MeasureStructFormatCommand"/>
/// <seealso href="https://docs.python.org/3/library/struct.html">Python's struct</seealso>
[Cmdlet(VerbsData.ConvertFrom, "StructByte")]
[OutputType(typeof(object), typeof(object[]), typeof(PSCustomObject))]
public sealed class ConvertFromStructByteCommand : StructCommand
{
    private readonly List<byte> _run = [];
    private bool _given;

    /// <summary>The bytes: an array, or a run of bytes from the pipeline.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, Position = 1)]
    [AllowEmptyCollection]
    public object InputObject { get; set; } = Array.Empty<byte>();

    /// <summary>How many bytes of each message come before the record; a negative number counts from the message's end.</summary>
    [Parameter]
    public int Offset { get; set; }

    /// <summary>Takes any number of records, one after the other.</summary>
    [Parameter]
    public SwitchParameter Iterate { get; set; }

    /// <summary>Takes bytes after the record, or with -Iterate after the last whole one, and leaves them out.</summary>
    [Parameter]
    public SwitchParameter AllowTrailingByte { get; set; }

    /// <summary>Returns c, s and p as text in -Encoding. The NUL bytes that fill s are left out.</summary>
    [Parameter]
    public SwitchParameter AsText { get; set; }

    /// <summary>The encoding of text: a name or a code page's number. The default is utf8NoBOM. Implies -AsText.</summary>
    [Parameter]
    [EncodingTransform]
    [ArgumentCompleter(typeof(EncodingCompleter))]
    public Encoding Encoding { get; set; } = new UTF8Encoding(false);

    protected override async Task BeginAsync()
    {
        await base.BeginAsync();
        if (Iterate && Compiled.Size == 0)
        {
            throw new NetException(NetError.InvalidArgument, $"'{Format}' takes no bytes, so there is no telling how many records there are. Leave out -Iterate.", Format);
        }
        _given = MyInvocation.BoundParameters.ContainsKey(nameof(InputObject));
    }

    protected override Task ProcessAsync()
    {
        object? value = Unwrap(InputObject);
        if (!_given && ByteNumbers.TryByte(value, out byte one))
        {
            // PowerShell unrolls a byte array on its way down the pipeline.
            _run.Add(one);
            return Task.CompletedTask;
        }
        FlushRun();
        Unpack(BytesOf(value));
        return Task.CompletedTask;
    }

    protected override Task EndAsync()
    {
        FlushRun();
        return Task.CompletedTask;
    }

    private void FlushRun()
    {
        if (_run.Count > 0)
        {
            byte[] message = [.. _run];
            _run.Clear();
            try
            {
                Unpack(message);
            }
            catch (NetException e)
            {
                // What comes after the run is a message of its own.
                ReportFailure(e);
            }
        }
    }

    private void Unpack(byte[] message)
    {
        long start = Offset < 0 ? message.Length + (long)Offset : Offset;
        if (start < 0 || start > message.Length)
        {
            throw new NetException(NetError.SizeMismatch, $"The offset {Offset} is out of range for {StructFormat.Count(message.Length, "byte")}.", message);
        }
        ReadOnlySpan<byte> rest = message.AsSpan((int)start);
        string after = start == 0 ? "" : $" from offset {start} on";
        if (Iterate)
        {
            if (rest.Length % Compiled.Size != 0 && !AllowTrailingByte)
            {
                throw new NetException(NetError.SizeMismatch,
                    $"'{Format}' takes {StructFormat.Count(Compiled.Size, "byte")} a record, and {rest.Length}{after} are no multiple: {rest.Length % Compiled.Size} would be left over. Give -AllowTrailingByte to leave them out.", message);
            }
            for (int at = (int)start; message.Length - at >= Compiled.Size; at += Compiled.Size)
            {
                StopToken.ThrowIfCancellationRequested();
                Write(message.AsSpan(at));
            }
            return;
        }
        if (rest.Length != Compiled.Size && !(AllowTrailingByte && rest.Length > Compiled.Size))
        {
            string hint = rest.Length < Compiled.Size ? ""
                : rest.Length % Compiled.Size == 0 && Compiled.Size > 0 ? " Give -Iterate for several records, or -AllowTrailingByte to leave out what follows the first."
                : " Give -AllowTrailingByte to leave out the rest.";
            throw new NetException(NetError.SizeMismatch, $"'{Format}' takes {StructFormat.Count(Compiled.Size, "byte")}, and there {(rest.Length == 1 ? "is" : "are")} {rest.Length}{after}.{hint}", message);
        }
        Write(rest);
    }

    private void Write(ReadOnlySpan<byte> record)
    {
        object[] values = Compiled.Unpack(record);
        if (AsText || MyInvocation.BoundParameters.ContainsKey(nameof(Encoding)))
        {
            ToText(values);
        }
        if (Name is not null)
        {
            PSObject row = new();
            for (int i = 0; i < Name.Length; i++)
            {
                row.Properties.Add(new PSNoteProperty(Name[i], values[i]));
            }
            WriteObject(row);
        }
        else if (Iterate)
        {
            WriteObject(values, enumerateCollection: false);
        }
        else
        {
            // One by one: the arrays of s and p stay whole.
            WriteObject(values, enumerateCollection: true);
        }
    }

    private void ToText(object[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (Compiled.ItemOf(i).Code, values[i]) switch
            {
                ('s', byte[] bytes) => Encoding.GetString(bytes).TrimEnd('\0'),
                ('p', byte[] bytes) => Encoding.GetString(bytes),
                ('c', byte single) => Encoding.GetString([single]),
                _ => values[i],
            };
        }
    }

    private static byte[] BytesOf(object? value) => value switch
    {
        byte[] bytes => bytes,
        _ when ByteNumbers.TryByte(value, out byte single) => [single],
        ReadOnlyMemory<byte> memory => memory.ToArray(),
        ICollection items => [.. items.Cast<object?>().Select(i => ByteNumbers.TryByte(Unwrap(i), out byte b) ? b : throw NotBytes(i))],
        _ => throw NotBytes(value),
    };

    private static NetException NotBytes(object? value) => new(NetError.InvalidArgument,
        $"A {Unwrap(value)?.GetType().Name ?? "$null"} is no byte{(value is int ? $": {value} is not from 0 to 255" : "")}. Give bytes: a file's are [IO.File]::ReadAllBytes(path), a message's are what -AsByteStream returns.", value);

    private static object? Unwrap(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
