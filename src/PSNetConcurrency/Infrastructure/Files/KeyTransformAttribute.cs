using System.Collections;
using System.Management.Automation;
using System.Text;

namespace PSNetConcurrency.Infrastructure.Files;

/// <summary>Takes a key as bytes, or as text, of which the UTF-8 bytes are the key.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class KeyTransformAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
    {
        string text => Encoding.UTF8.GetBytes(text),
        byte[] bytes => bytes,
        IEnumerable => LanguagePrimitives.ConvertTo(inputData, typeof(byte[]), null),
        var other => throw new ArgumentTransformationMetadataException($"'{other}' is not a key: give text or bytes."),
    };
}
