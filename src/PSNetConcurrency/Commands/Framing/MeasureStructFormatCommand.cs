using System.Management.Automation;
using PSNetConcurrency.Infrastructure;
using PSNetConcurrency.Infrastructure.Framing;

namespace PSNetConcurrency.Commands.Framing;

/// <summary>Tells how many bytes a format of Python's struct has, how it is aligned, and where each value lies.</summary>
/// <remarks>
/// <para>Size is what Python's struct.calcsize returns. Field lists the values with their offsets, sizes and types; gaps between them are padding. Alignment is the greatest of any value with native sizes (a format that begins with @ or has no prefix), else 1.</para>
/// <para>As in Python and unlike in C, no padding is added at the end. A code with the count 0 adds it: 'ib0i'.</para>
/// </remarks>
/// <example>
///   <para>A header in network byte order.</para>
///   <code>Measure-StructFormat '>IHB16s'</code>
/// </example>
/// <example>
///   <para>Where a C compiler puts each member.</para>
///   <code>(Measure-StructFormat 'bhiq0q' -Name kind, port, count, time).Field</code>
/// </example>
/// <example>
///   <para>The same C struct on 64-bit Linux and on 64-bit Windows.</para>
///   <code>Measure-StructFormat 'il' -DataModel LP64
/// Measure-StructFormat 'il' -DataModel LLP64</code>
/// </example>
/// <outputs>PSNetConcurrency.StructFormat: the format with its size, alignment and fields.</outputs>
/// <seealso cref="ConvertToStructByteCommand"/>
/// <seealso cref="ConvertFromStructByteCommand"/>
/// <seealso href="https://docs.python.org/3/library/struct.html">Python's struct</seealso>
[Cmdlet(VerbsDiagnostic.Measure, "StructFormat")]
[OutputType(typeof(StructFormat))]
public sealed class MeasureStructFormatCommand : StructCommand
{
    protected override Task EndAsync()
    {
        WriteObject(Compiled);
        return Task.CompletedTask;
    }
}
