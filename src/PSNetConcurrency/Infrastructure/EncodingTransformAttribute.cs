using System.Management.Automation;
using System.Text;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure;

/// <summary>Takes an encoding as PowerShell's own cmdlets do: a name, a code page's number, or an Encoding.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class EncodingTransformAttribute : ArgumentTransformationAttribute
{
    /// <summary>The names that PowerShell's cmdlets know.</summary>
    internal static readonly string[] Names = ["ascii", "ansi", "bigendianunicode", "bigendianutf32", "latin1", "oem", "unicode", "utf32", "utf8", "utf8BOM", "utf8NoBOM"];

    static EncodingTransformAttribute() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        try
        {
            return value switch
            {
                Encoding encoding => encoding,
                int codePage => Encoding.GetEncoding(codePage),
                string name when int.TryParse(name, out int codePage) => Encoding.GetEncoding(codePage),
                string name => Named(name),
                _ => throw new ArgumentException($"'{value}' is not an encoding."),
            };
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new ArgumentTransformationMetadataException($"'{value}' is not an encoding. Use a name ({string.Join(", ", Names)}, or one such as gb18030) or a code page's number.", e);
        }
    }

    private static Encoding Named(string name) => name.ToUpperInvariant() switch
    {
        "UTF8" or "UTF8NOBOM" => new UTF8Encoding(false),
        "UTF8BOM" => new UTF8Encoding(true),
        "UNICODE" => Encoding.Unicode,
        "BIGENDIANUNICODE" => Encoding.BigEndianUnicode,
        "UTF32" => Encoding.UTF32,
        "BIGENDIANUTF32" => new UTF32Encoding(true, true),
        "ASCII" => Encoding.ASCII,
        "LATIN1" => Encoding.Latin1,
        "ANSI" => Encoding.GetEncoding(System.Globalization.CultureInfo.CurrentCulture.TextInfo.ANSICodePage),
        "OEM" => Encoding.GetEncoding(System.Globalization.CultureInfo.CurrentCulture.TextInfo.OEMCodePage),
        _ => Encoding.GetEncoding(name),
    };
}
