using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace PSNetConcurrency.Core.Net.Server;

/// <summary>Names the process that holds a port, where the system tells: Linux (/proc) and Windows (the IP helper tables).</summary>
public static partial class PortOwner
{
    /// <summary>"name (process 123)", or null where the system does not tell this user.</summary>
    public static string? Find(ProtocolType protocol, int port)
    {
        try
        {
            int? id = OperatingSystem.IsLinux() ? FindOnLinux(protocol, port)
                : OperatingSystem.IsWindows() ? FindOnWindows(protocol, port)
                : null;
            if (id is null)
            {
                return null;
            }
            using Process process = Process.GetProcessById(id.Value);
            return id == Environment.ProcessId ? $"this process ({process.ProcessName}, process {id})" : $"{process.ProcessName} (process {id})";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    // The socket's inode stands in /proc/net/tcp, and as a link among its owner's descriptors.
    private static int? FindOnLinux(ProtocolType protocol, int port)
    {
        HashSet<string> inodes = [];
        string table = protocol == ProtocolType.Udp ? "udp" : "tcp", suffix = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (string file in new[] { $"/proc/net/{table}", $"/proc/net/{table}6" }.Where(File.Exists))
        {
            foreach (string line in File.ReadLines(file).Skip(1))
            {
                string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                // State 0A is LISTEN; a UDP socket has 07.
                if (fields.Length > 9 && fields[1].EndsWith(suffix, StringComparison.Ordinal) && fields[3] is "0A" or "07")
                {
                    inodes.Add($"socket:[{fields[9]}]");
                }
            }
        }
        foreach (string folder in inodes.Count == 0 ? [] : Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int id) && Holds(folder, inodes))
            {
                return id;
            }
        }
        return null;
    }

    private static bool Holds(string folder, HashSet<string> inodes)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(folder, "fd")).Any(fd => new FileInfo(fd).LinkTarget is { } target && inodes.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's process, or one that has just ended.
            return false;
        }
    }

    [SupportedOSPlatform("windows")]
    private static unsafe int? FindOnWindows(ProtocolType protocol, int port)
    {
        const int InterNetwork = 2, InterNetworkV6 = 23, TcpOwnerListeners = 3, UdpOwner = 1;
        bool udp = protocol == ProtocolType.Udp;
        foreach (int family in new[] { InterNetwork, InterNetworkV6 })
        {
            // Rows of the owner tables, in bytes: size, and where the local port and the process id stand.
            (int size, int portAt, int idAt) = (udp, family) switch
            {
                (true, InterNetwork) => (12, 4, 8),
                (true, _) => (28, 20, 24),
                (false, InterNetwork) => (24, 8, 20),
                (false, _) => (56, 20, 52),
            };
            int length = 0;
            Read(null, ref length);
            byte[] table = new byte[length + 4096];
            length = table.Length;
            fixed (byte* p = table)
            {
                if (Read(p, ref length) != 0)
                {
                    continue;
                }
            }
            int rows = BitConverter.ToInt32(table, 0);
            for (int i = 0; i < rows; i++)
            {
                int row = 4 + (i * size);
                if (((table[row + portAt] << 8) | table[row + portAt + 1]) == port)
                {
                    return BitConverter.ToInt32(table, row + idAt);
                }
            }

            int Read(byte* buffer, ref int bytes) => udp
                ? GetExtendedUdpTable(buffer, ref bytes, 0, family, UdpOwner, 0)
                : GetExtendedTcpTable(buffer, ref bytes, 0, family, TcpOwnerListeners, 0);
        }
        return null;
    }

    [LibraryImport("iphlpapi")]
    private static unsafe partial int GetExtendedTcpTable(byte* table, ref int size, int order, int family, int tableClass, int reserved);

    [LibraryImport("iphlpapi")]
    private static unsafe partial int GetExtendedUdpTable(byte* table, ref int size, int order, int family, int tableClass, int reserved);
}
