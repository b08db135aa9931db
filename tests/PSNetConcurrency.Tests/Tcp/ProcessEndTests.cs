using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PSNetConcurrency.Tests.Tcp;

/// <summary>However a process ends, it ends at once, and its listeners with it.</summary>
public sealed class ProcessEndTests
{
    private const string Serve = "$s = Start-TcpEchoServer; $l = Start-TcpServer -FrameFormat Line { $_ }; $t = $s | New-TcpSession; $null = $l | Invoke-TcpExchange -InputObject x -FrameFormat Line; \"PORT $($s.Port)\"; ";

    [Fact]
    public void An_exit_ends_the_process_with_its_code()
    {
        using Process shell = Start(Serve + "exit 3");
        Port(shell);
        Assert.True(shell.WaitForExit(30_000), "The process hangs at its end.");
        Assert.Equal(3, shell.ExitCode);
    }

    [Fact]
    public void The_end_of_the_script_ends_the_process()
    {
        using Process shell = Start(Serve);
        Port(shell);
        Assert.True(shell.WaitForExit(30_000), "The process hangs at its end.");
        Assert.Equal(0, shell.ExitCode);
    }

    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    [InlineData("INT")]
    public void A_signal_frees_the_port(string signal)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }
        using Process shell = Start(Serve + "$l | Wait-NetListener");
        int port = Port(shell);
        Process.Start("kill", ["-" + signal, shell.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]).WaitForExit();
        Assert.True(shell.WaitForExit(30_000), $"The process survives SIG{signal}.");
        Assert.NotEqual(0, shell.ExitCode);
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(() => client.Connect(IPAddress.Loopback, port)).SocketErrorCode);
    }

    private static Process Start(string script) =>
        Process.Start(new ProcessStartInfo(TestEnvironment.ShellPath, ["-NoProfile", "-NonInteractive", "-Command", script]) { RedirectStandardOutput = true })!;

    private static int Port(Process shell)
    {
        string? line = shell.StandardOutput.ReadLine();
        Assert.StartsWith("PORT ", line, StringComparison.Ordinal);
        return int.Parse(line![5..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
