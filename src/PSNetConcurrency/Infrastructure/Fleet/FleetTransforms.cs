using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Net;

namespace PSNetConcurrency.Infrastructure.Fleet;

/// <summary>
/// Takes nodes as New-FleetNode makes them, PSSessions, and words: <c>local</c> is a process of this machine,
/// <c>local:00:30:00</c> one whose clock is ahead by so much, and any other is a host that ssh reaches.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FleetNodeTransformAttribute : ArgumentTransformationAttribute
{
    private const string Local = "local";

    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is IEnumerable list and not string ? list.Cast<object>().Select(One).ToArray() : One(value);
    }

    private static object One(object item) => (item is PSObject wrapped ? wrapped.BaseObject : item) switch
    {
        string word => FromWord(word),
        PSSession session => new FleetNode { Name = NameOf(session), Session = session },
        var other => other,
    };

    // Names that nobody gave tell nothing.
    private static string NameOf(PSSession session) =>
        session.Name.StartsWith("Runspace", StringComparison.Ordinal) || session.Name.StartsWith("WinRM", StringComparison.Ordinal) ? $"{session.ComputerName}/{session.Id}" : session.Name;

    private static FleetNode FromWord(string word)
    {
        if (word.Equals(Local, StringComparison.OrdinalIgnoreCase))
        {
            return new FleetNode { Name = Local };
        }
        if (word.StartsWith(Local + ":", StringComparison.OrdinalIgnoreCase))
        {
            return TimeSpan.TryParse(word.AsSpan(Local.Length + 1).TrimStart('+'), CultureInfo.InvariantCulture, out TimeSpan offset)
                ? new FleetNode { Name = word, ClockOffset = offset }
                : throw new ArgumentTransformationMetadataException($"'{word}' names no node: behind local: stands how far its clock is ahead, as 00:30:00 or -00:00:01.5.");
        }
        // ssh would take it for an option.
        return word.Length > 0 && word[0] != '-' && !word.Any(char.IsWhiteSpace) ? new FleetNode { Name = word, Via = ["ssh", "-o", "BatchMode=yes", word] }
            : throw new ArgumentTransformationMetadataException($"'{word}' names no node. Give a host that ssh reaches, local, or a node of New-FleetNode.");
    }
}

/// <summary>Takes time servers as <c>name</c> or <c>name:port</c>, as what Start-TimeServer returns, and as what was measured of one.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class TimeServerTransformAttribute : ArgumentTransformationAttribute
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return value is IEnumerable list and not string ? list.Cast<object>().Select(One).ToArray() : One(value);
    }

    private static object One(object item) => (item is PSObject wrapped ? wrapped.BaseObject : item) switch
    {
        NetListener listener => new IPEndPoint(listener.LocalEndPoint.Address.Equals(IPAddress.Any) ? IPAddress.Loopback : listener.LocalEndPoint.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : listener.LocalEndPoint.Address, listener.LocalEndPoint.Port).ToString(),
        NetworkTime time => $"{time.Server}:{time.Port}",
        TimeReference reference => $"{reference.Server}:{reference.Port}",
        var other => other,
    };
}
