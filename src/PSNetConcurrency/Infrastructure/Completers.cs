using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSNetConcurrency.Core.Framing;

namespace PSNetConcurrency.Infrastructure;

/// <summary>Offers values that start with what is typed (or match it as a wildcard), quoted where they must be.</summary>
public abstract class ListCompleter : IArgumentCompleter
{
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        WildcardPattern pattern = WildcardPattern.Get((wordToComplete ?? "").Trim('\'', '"') + "*", WildcardOptions.IgnoreCase);
        foreach ((string value, string tip) in Values())
        {
            if (pattern.IsMatch(value))
            {
                string text = value.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.') ? value : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
                yield return new CompletionResult(text, value, CompletionResultType.ParameterValue, tip);
            }
        }
    }

    protected abstract IEnumerable<(string Value, string Tip)> Values();
}

/// <summary>
/// For an object that is chosen by position, where its name will do as well: offers names while nothing is typed, as the engine then
/// asks the first parameter at that position, which is the object's. After the parameter's own name it offers nothing: text is no object.
/// </summary>
public sealed class PositionCompleter<TNames> : IArgumentCompleter
    where TNames : ListCompleter, new()
{
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters) =>
        !string.IsNullOrEmpty(wordToComplete) || commandAst.CommandElements.OfType<CommandParameterAst>().Any(p => parameterName.StartsWith(p.ParameterName, StringComparison.OrdinalIgnoreCase))
            ? []
            : new TNames().CompleteArgument(commandName, parameterName, wordToComplete, commandAst, fakeBoundParameters);
}

public sealed class ListenerIdCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() => HandleRegistry.Get<NetListener>().Select(l => (l.Id.ToString(CultureInfo.InvariantCulture), l.ToString()));
}

public sealed class ListenerNameCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() => HandleRegistry.Get<NetListener>().Select(l => (l.Name, l.ToString()));
}

public sealed class ListenerKindCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() => HandleRegistry.Get<NetListener>().Select(l => l.Kind).Distinct().Select(k => (k, k));
}

public sealed class SessionIdCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() => HandleRegistry.Get<TcpSession>().Select(s => (s.Id.ToString(CultureInfo.InvariantCulture), s.ToString()));
}

public sealed class SessionNameCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() => HandleRegistry.Get<TcpSession>().Select(s => (s.Name, s.ToString()));
}

public sealed class ChildProcessIdCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() => HandleRegistry.Get<ChildProcess>().Select(c => (c.Id.ToString(CultureInfo.InvariantCulture), c.ToString()!));
}

public sealed class ChildProcessNameCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() => HandleRegistry.Get<ChildProcess>().Select(c => c.Name).Distinct().Select(n => (n, n));
}

public sealed class ChildProcessPoolIdCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() => HandleRegistry.Get<ChildProcessPool>().Select(p => (p.Id.ToString(CultureInfo.InvariantCulture), p.ToString()));
}

public sealed class ChildProcessPoolNameCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() => HandleRegistry.Get<ChildProcessPool>().Select(p => (p.Name, p.ToString()));
}

public sealed class FleetScheduleIdCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() => HandleRegistry.Get<FleetSchedule>().Select(s => (s.Id.ToString(CultureInfo.InvariantCulture), s.ToString()));
}

public sealed class FleetScheduleNameCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() => HandleRegistry.Get<FleetSchedule>().Select(s => (s.Name, s.ToString()));
}

public sealed class TimeZoneCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() => TimeZoneInfo.GetSystemTimeZones().Select(z => (z.Id, z.DisplayName)).Append(("Local", "The zone of this machine"));
}

public sealed class KissCodeCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() =>
    [
        ("RATE", "The client asks too often, and should ask less often"),
        ("DENY", "The client is refused, and should not ask again"),
        ("RSTR", "The client is refused by policy, and should not ask again"),
    ];
}

public sealed class EncodingCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() => EncodingTransformAttribute.Names.Select(n => (n, n));
}

public sealed class FrameFormatCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() =>
    [
        ("None", "What one receive happens to bring"),
        ("Line", "Lines that end with LF or CR LF"),
        ("LengthField", "Four bytes of length, big-endian, then the message"),
        ("LengthField,4,Little", "Four bytes of length, little-endian, then the message"),
        ("LengthField,2", "Two bytes of length, big-endian, then the message"),
        ("LengthField,4,Big,LengthIncludesHeader", "Four bytes of length, which counts them too, then the message"),
        ("Dictionary", "The length of a JSON header, little-endian, the header, then the payload it tells the size of"),
        ("Dictionary,Big", "The same with a big-endian length"),
        ("FixedSize,16", "Messages of 16 bytes each"),
        ("Delimiter,\\0", "Messages that end with a NUL byte"),
        ("ContentLength", "Header lines with a Content-Length, an empty line, the content: LSP, HTTP"),
        ("Varint", "The length as a varint, then the message: protobuf's delimited messages"),
        ("Netstring", "The length in digits, a colon, the message, a comma"),
    ];
}

public sealed class StructFormatCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() =>
    [
        (">I", "Four bytes without a sign, big-endian (network byte order)"),
        ("<I", "Four bytes without a sign, little-endian"),
        ("<i", "Four bytes with a sign, little-endian"),
        (">H", "Two bytes without a sign, big-endian"),
        ("<H", "Two bytes without a sign, little-endian"),
        (">Q", "Eight bytes without a sign, big-endian"),
        ("<q", "Eight bytes with a sign, little-endian"),
        ("<d", "A floating-point number of eight bytes, little-endian"),
        (">IHB16s", "Four, two and one byte, then text in sixteen; big-endian"),
        ("@iq0q", "As a C compiler lays out an int and a long long"),
    ];
}
