using System.Globalization;
using System.Management.Automation;

namespace PSNetConcurrency.Infrastructure;

/// <summary>Reads numbers of whatever holds them. To PowerShell the text 5,5 would be 55 and 2kb 2048: in a file both are mistakes.</summary>
internal static class NumberReader
{
    public const string Hint = "Numbers are read with a point, as 2.5.";

    public static bool TryRead(object? value, out double number) => (value is PSObject wrapped ? wrapped.BaseObject : value) is string text
        ? double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
        : LanguagePrimitives.TryConvertTo(value, CultureInfo.InvariantCulture, out number);
}

/// <summary>Reads text as <see cref="NumberReader"/> does, before PowerShell does. What is blank is left to it, and what is no text.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NumberTransformAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is not string text || string.IsNullOrWhiteSpace(text) ? inputData
        : NumberReader.TryRead(text, out double number) ? number
        : throw new ArgumentTransformationMetadataException($"'{text}' is no number. {NumberReader.Hint}");
}
