using System.Globalization;
using PSNetConcurrency.Core.Processes.Observation;

namespace PSNetConcurrency.Infrastructure.Processes;

public sealed class ProcessIdCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() =>
        ProcessTable.Snapshot().Select(p => (p.ProcessId.ToString(CultureInfo.InvariantCulture), $"{p.Name} (process {p.ProcessId})"));
}

public sealed class ProcessNameCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() => ProcessTable.Snapshot().Select(p => p.Name).Distinct().Order(StringComparer.OrdinalIgnoreCase).Select(n => (n, n));
}
