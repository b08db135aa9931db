using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PSNetConcurrency.Core.Net;

namespace PSNetConcurrency.Core.Time;

/// <summary>What the four bytes of a reference identifier mean, which the stratum tells (RFC 5905, 7.3): a kiss code, the name of a clock, or the address of a server.</summary>
internal static class NtpReferenceId
{
    /// <summary>The identifier in words. Of a server that has its time over IPv6 it is a hash of the address, which looks like an IPv4 address too.</summary>
    public static string ToText(uint id, int stratum)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, id);
        if (stratum <= 1)
        {
            ReadOnlySpan<byte> word = bytes.TrimEnd((byte)0).TrimEnd((byte)' ');
            if (word.IndexOfAnyExceptInRange((byte)'!', (byte)'~') < 0)
            {
                return Encoding.ASCII.GetString(word);
            }
            if (stratum == 0)
            {
                return "";
            }
        }
        return new IPAddress(bytes).ToString();
    }

    /// <summary>Reads a word of up to four characters, or an IPv4 address.</summary>
    /// <exception cref="NetException"><see cref="NetError.InvalidArgument"/>: it is neither.</exception>
    public static uint Parse(string text)
    {
        Span<byte> bytes = stackalloc byte[4];
        if (text.Length is > 0 and <= 4 && text.All(c => c is > ' ' and <= '~'))
        {
            Encoding.ASCII.GetBytes(text, bytes);
            return BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }
        if (IPAddress.TryParse(text, out IPAddress? address) && address.AddressFamily == AddressFamily.InterNetwork && address.TryWriteBytes(bytes, out _))
        {
            return BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }
        throw new NetException(NetError.InvalidArgument, $"'{text}' is no reference identifier: it takes one to four characters of ASCII, such as GPS, or an IPv4 address.", text);
    }
}
