using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Infrastructure.Listeners;

/// <summary>The base of the cmdlets that start a listener, over TCP or UDP: what all listeners can be told, and their registration.</summary>
public abstract class ListenerCommand : NetCmdlet
{
    /// <summary>The port to listen on. With 0, the default, the system chooses a free one, which the listener tells as its Port.</summary>
    [Parameter]
    [ValidateRange(0, 65535)]
    public virtual int Port { get; set; }

    /// <summary>A name for the listener, for Get-NetListener and its kin. The default is its kind and id, such as Echo1, or ChatPeer2.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The address of this machine to listen on. The default is loopback, 127.0.0.1, which only this machine reaches.</summary>
    [Parameter]
    [ValidateNotNull]
    public IPAddress LocalAddress { get; set; } = IPAddress.Loopback;

    /// <summary>Listens on every address of this machine, IPv6 and IPv4, so that other machines reach it. A warning says so.</summary>
    [Parameter]
    public SwitchParameter AnyAddress { get; set; }

    /// <summary>Addresses or networks, such as 10.0.0.0/8 or 192.168.1.7, that are served; all others are refused.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Allow { get; set; } = [];

    /// <summary>Addresses or networks that are refused, also where -Allow names them.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Deny { get; set; } = [];

    protected override bool FailuresTerminate => true;

    /// <summary>The listener's kind, as Get-NetListener shows it.</summary>
    protected abstract string ListenerKind { get; }

    /// <summary>The address to bind, from -LocalAddress and -AnyAddress.</summary>
    internal IPAddress AddressToBind() => AddressToBind(this, AnyAddress, LocalAddress);

    /// <summary>The same of a cmdlet that has these parameters and starts no listener, or one of its own.</summary>
    internal static IPAddress AddressToBind(PSCmdlet cmdlet, bool anyAddress, IPAddress localAddress)
    {
        if (anyAddress && cmdlet.MyInvocation.BoundParameters.ContainsKey(nameof(LocalAddress)))
        {
            throw new NetException(NetError.InvalidArgument, "-AnyAddress and -LocalAddress exclude each other.", localAddress);
        }
        return anyAddress ? (Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any) : localAddress;
    }

    internal IPNetwork[] AllowedNetworks() => [.. Allow.Select(ParseNetwork)];

    internal IPNetwork[] DeniedNetworks() => [.. Deny.Select(ParseNetwork)];

    /// <summary>Keeps a listener that has started for Get-NetListener, and warns where others reach it.</summary>
    /// <param name="listener">The listener.</param>
    /// <param name="address">The address it was told to listen on.</param>
    /// <param name="limits">What limits who may use it.</param>
    internal T Launched<T>(T listener, IPAddress address, string limits) where T : NetListener
    {
        HandleRegistry.Add(listener);
        if (!IPAddress.IsLoopback(address))
        {
            try
            {
                WriteWarning($"{listener.Name} can be reached from other machines, on {listener.LocalEndPoint}. {limits} limit who may use it.");
            }
            catch
            {
                // A warning that stops: whoever wanted that does not want the listener.
                HandleRegistry.Remove(listener);
                listener.Dispose();
                throw;
            }
        }
        return listener;
    }

    internal static IPNetwork ParseNetwork(string text)
    {
        string[] parts = text.Split('/');
        if (IPAddress.TryParse(parts[0], out IPAddress? address))
        {
            byte[] bytes = address.GetAddressBytes();
            int prefix = 8 * bytes.Length;
            if (parts.Length == 1 || (parts.Length == 2 && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out prefix) && prefix <= 8 * bytes.Length))
            {
                if (address.IsIPv4MappedToIPv6 && prefix >= 96)
                {
                    // Clients of a dual-mode listener are known by their IPv4 address.
                    bytes = address.MapToIPv4().GetAddressBytes();
                    prefix -= 96;
                }
                // People write the address of a host with its prefix: the bits behind it are cleared.
                for (int bit = prefix; bit < 8 * bytes.Length; bit++)
                {
                    bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
                }
                return new IPNetwork(new IPAddress(bytes), prefix);
            }
        }
        throw new NetException(NetError.InvalidArgument, $"'{text}' is not an address or a network. Write 192.168.1.7, 10.0.0.0/8 or 2001:db8::/32.", text);
    }
}
