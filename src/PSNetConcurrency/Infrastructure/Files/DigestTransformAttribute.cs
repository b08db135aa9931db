using System.Globalization;
using System.Management.Automation;

namespace PSNetConcurrency.Infrastructure.Files;

/// <summary>Takes a digest also as what Import-Clixml, ConvertFrom-Json or remoting made of one: another type with the same properties.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DigestTransformAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if ((inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is FileDigest digest)
        {
            return digest;
        }
        try
        {
            PSObject source = PSObject.AsPSObject(inputData);
            return new FileDigest
            {
                Path = source.Properties["Path"]?.Value?.ToString(),
                Offset = Get<long>(source, "Offset"),
                Length = Get<long>(source, "Length"),
                Algorithm = Get<string>(source, "Algorithm"),
                Mode = Get<DigestMode>(source, "Mode"),
                Hash = Get<string>(source, "Hash"),
                Coverage = Get<double>(source, "Coverage"),
                Guarantee = source.Properties["Guarantee"]?.Value?.ToString() ?? "",
                Slice = [.. LanguagePrimitives.GetEnumerable(Get<object>(source, "Slice")) is { } slices ? slices.Cast<object>().Select(SliceOf) : []],
            };
        }
        catch (Exception e) when (e is RuntimeException or InvalidCastException)
        {
            throw new ArgumentTransformationMetadataException($"This is not a digest: {e.Message} Give what Get-FileDigest returns, or what Import-Clixml or ConvertFrom-Json makes of it (ConvertTo-Json needs -Depth 4).", e);
        }
    }

    private static DigestSlice SliceOf(object slice)
    {
        PSObject source = PSObject.AsPSObject(slice);
        return new DigestSlice(Get<long>(source, "Offset"), Get<long>(source, "Length"), Get<string>(source, "Hash"));
    }

    private static T Get<T>(PSObject source, string name) => source.Properties[name] is { Value: { } value }
        ? (T)LanguagePrimitives.ConvertTo(value, typeof(T), CultureInfo.InvariantCulture)
        : throw new PSInvalidCastException($"it has no property {name}.");
}
