using System.Net;
using CsCheck;
using PSNetConcurrency.Core.Net.Loop;
using PSNetConcurrency.Core.Net.Server;

namespace PSNetConcurrency.Core.Tests.Net.Server;

public sealed class AddressFilterTests
{
    // Few different bits, so that networks and addresses meet.
    private static readonly Gen<IPAddress> Addresses = Gen.Select(Gen.Bool, Gen.Byte.Array[16], Gen.Int[0, 128]).Select((v4, bytes, keep) =>
    {
        byte[] address = v4 ? bytes[..4] : bytes;
        for (int bit = keep; bit < 8 * address.Length; bit++)
        {
            address[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }
        return new IPAddress(address);
    });

    private static readonly Gen<IPNetwork> Networks = Gen.Select(Addresses, Gen.Int[0, 128]).Select((address, prefix) =>
    {
        byte[] bytes = address.GetAddressBytes();
        prefix = Math.Min(prefix, 8 * bytes.Length);
        for (int bit = prefix; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }
        return new IPNetwork(new IPAddress(bytes), prefix);
    });

    [Fact]
    public void It_says_what_the_networks_say() => Gen.Select(Networks.Array[0, 3], Networks.Array[0, 3], Addresses, Gen.Int[0, 6], Gen.Bool).Sample((allow, deny, address, aimed, mapped) =>
    {
        // Most random addresses are in no network: some are taken from one.
        IPNetwork[] all = [.. allow, .. deny];
        if (aimed < all.Length)
        {
            address = all[aimed].BaseAddress;
        }
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }
        bool expected = !deny.Any(n => n.Contains(address)) && (allow.Length == 0 || allow.Any(n => n.Contains(address)));
        Span<byte> bytes = stackalloc byte[DatagramAddress.MaximumLength];
        int length = DatagramAddress.Write(new IPEndPoint(mapped ? address.MapToIPv6() : address, 1234), mapped ? System.Net.Sockets.AddressFamily.InterNetworkV6 : address.AddressFamily, bytes);
        AddressFilter filter = new(allow, deny);
        return filter.Admits(new DatagramAddress(bytes[..length])) == expected && filter.Refusal(mapped ? address.MapToIPv6() : address) is null == expected;
    }, iter: 5000);

    [Theory]
    [InlineData("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    [InlineData("::ffff:10.0.0.0/104", "11.1.2.3", false)]
    [InlineData("::ffff:10.0.0.1/128", "10.0.0.1", true)]
    [InlineData("::ffff:10.0.0.1/128", "10.0.0.2", false)]
    [InlineData("::/0", "10.0.0.2", false)]
    public void An_IPv4_network_may_be_written_as_one_of_IPv6(string network, string address, bool admitted) =>
        Assert.Equal(admitted, new AddressFilter([IPNetwork.Parse(network)], []).Refusal(IPAddress.Parse(address)) is null);
}
