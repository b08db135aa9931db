using System.Net.NetworkInformation;

namespace PSNetConcurrency.Infrastructure.Udp;

public sealed class InterfaceCompleter : ListCompleter
{
    protected override IEnumerable<(string Value, string Tip)> Values() =>
        NetworkInterface.GetAllNetworkInterfaces().Select(i => (i.Name, $"{i.NetworkInterfaceType}, {i.OperationalStatus}"));
}
