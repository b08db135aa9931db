using System.Net;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>The places that the clients of a TCP listener take, in all and for each address. On the loop only.</summary>
/// <param name="maximum">How many there are.</param>
/// <param name="maximumPerAddress">How many of them one address may take, an IPv6 network of /64 counting as one; 0 for all.</param>
internal sealed class ClientPlaces(int maximum, int maximumPerAddress)
{
    private readonly Dictionary<(UInt128 Value, bool IsIPv4), int> _perAddress = [];
    private int _taken;

    /// <summary>Why there is none for a client, in words; null where there is.</summary>
    public string? Refusal(IPAddress address) =>
        _taken >= maximum ? $"The listener is full: {maximum} clients."
        : maximumPerAddress > 0 && _perAddress.GetValueOrDefault(KeyOf(address)) >= maximumPerAddress ? $"Its address has {maximumPerAddress} connections already."
        : null;

    public void Take(IPAddress address) => Count(address, 1);

    public void Give(IPAddress address) => Count(address, -1);

    private void Count(IPAddress address, int change)
    {
        _taken += change;
        if (maximumPerAddress == 0)
        {
            return;
        }
        (UInt128, bool) key = KeyOf(address);
        int taken = _perAddress.GetValueOrDefault(key) + change;
        if (taken == 0)
        {
            _perAddress.Remove(key);
        }
        else
        {
            _perAddress[key] = taken;
        }
    }

    // A household or a server has all of a /64 to itself.
    private static (UInt128 Value, bool IsIPv4) KeyOf(IPAddress address)
    {
        UInt128 value = AddressFilter.ValueOf(address, out bool isIPv4);
        return (isIPv4 ? value : value >> 64, isIPv4);
    }
}
