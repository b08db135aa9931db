using System.Globalization;

namespace PSNetConcurrency.Tests.Judges;

/// <summary>A TCP packet as tshark saw it.</summary>
internal sealed record Packet(int From, int To, int Flags, byte[] Payload)
{
    public bool IsFin => (Flags & 1) != 0;

    public bool IsSyn => (Flags & 2) != 0;

    public bool IsReset => (Flags & 4) != 0;
}

/// <summary>What goes over loopback to and from a port, by tshark.</summary>
internal sealed class PacketCapture : IDisposable
{
    private readonly JudgeProcess _tshark;

    public PacketCapture(int port, string temporaryFolder)
    {
        _tshark = JudgeProcess.StartIn(temporaryFolder, "tshark", "-i", "lo", "-l", "-n", "-f", $"tcp port {port}",
            "-T", "fields", "-e", "tcp.srcport", "-e", "tcp.dstport", "-e", "tcp.flags", "-e", "tcp.payload");
        // "Capturing on" comes before the filter is set, this after.
        _tshark.Error.WaitFor("Capture started");
    }

    public Packet[] Packets => [.. _tshark.Output.Text.Split('\n')[..^1].Select(Parse)];

    public Packet[] WaitUntil(Func<Packet[], bool> condition, string what)
    {
        _tshark.Output.WaitUntil(() => condition(Packets), what);
        return Packets;
    }

    /// <summary>Waits until so many connections to the port are over: closed by both ends, or reset by one.</summary>
    public Packet[] WaitUntilClosed(int port, int connections) =>
        WaitUntil(packets => packets.Count(p => p.IsSyn && p.To == port && IsOver(packets, p.From)) == connections, $"the end of {connections} connections");

    private static bool IsOver(Packet[] packets, int client) =>
        packets.Any(p => p.IsReset && (p.From == client || p.To == client)) || (packets.Any(p => p.IsFin && p.From == client) && packets.Any(p => p.IsFin && p.To == client));

    public void Dispose() => _tshark.Dispose();

    private static Packet Parse(string line)
    {
        string[] fields = line.Split('\t');
        return new Packet(int.Parse(fields[0], CultureInfo.InvariantCulture), int.Parse(fields[1], CultureInfo.InvariantCulture),
            Convert.ToInt32(fields[2], 16), Convert.FromHexString(fields[3].Replace(":", "")));
    }
}
