using System.Globalization;
using System.Management.Automation;

namespace PSNetConcurrency.Infrastructure;

/// <summary>Takes a duration as a TimeSpan, as a number of seconds, or as a word such as 250ms, 1.5s, -2h or 00:00:30. PowerShell itself takes a number for ticks of 100 ns.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DurationTransformAttribute : ArgumentTransformationAttribute
{
    private static readonly (string Unit, double Seconds)[] Units = [("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("min", 60), ("m", 60), ("h", 3600), ("d", 86_400)];

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        try
        {
            return value switch
            {
                TimeSpan time => time,
                string text when Parse(text.Trim()) is { } time => time,
                // 100us and 3d, typed without quotes, are numbers to PowerShell (a ushort and a decimal); it keeps what was typed.
                IConvertible and not (string or bool or char or DateTime) when inputData is PSObject && Parse(LanguagePrimitives.ConvertTo<string>(inputData)) is { } typed => typed,
                IConvertible number and not (string or bool or char or DateTime) => FromSeconds(number.ToDouble(CultureInfo.InvariantCulture)),
                _ => throw new ArgumentTransformationMetadataException($"'{value}' is no duration. Give seconds, or a word such as 250ms, 1.5s, 2min, 1h, 3d or 00:00:30."),
            };
        }
        catch (Exception e) when (e is OverflowException or ArgumentException)
        {
            throw new ArgumentTransformationMetadataException($"'{value}' is no duration that there is.", e);
        }
    }

    private static TimeSpan? Parse(string text)
    {
        foreach ((string unit, double seconds) in Units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase) && TryRead(text[..^unit.Length], out double count))
            {
                return FromSeconds(count * seconds);
            }
        }
        return TryRead(text, out double plain) ? FromSeconds(plain)
            : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan time) ? time : null;
    }

    // To the nearest tick: TimeSpan.FromSeconds cuts.
    private static TimeSpan FromSeconds(double seconds) => TimeSpan.FromTicks(checked((long)Math.Round(seconds * TimeSpan.TicksPerSecond)));

    private static bool TryRead(string text, out double number) => double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
