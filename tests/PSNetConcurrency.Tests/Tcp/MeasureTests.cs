using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace PSNetConcurrency.Tests.Tcp;

public sealed class MeasureTests : IDisposable
{
    private readonly PowerShellSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Listeners_pipe_into_the_measurement_one_result_each()
    {
        PSObject[] results = [.. _session.Run("""
            $servers = (Start-TcpEchoServer -Port 0), (Start-TcpEchoServer -Port 0 -SelfSigned)
            $servers | Measure-TcpEcho -Count 200 -Connection 2 -Size 100 -Depth 4
            $servers | Stop-NetListener
            """)];
        Assert.Equal([false, true], results.Select(r => (bool)r.Properties["UseTls"].Value));
        Assert.All(results, r =>
        {
            Assert.Equal("PSNetConcurrency.TcpEchoResult", r.TypeNames[0]);
            Assert.Equal(200L, r.Properties["Exchanges"].Value);
            Assert.Equal(0, r.Properties["Errors"].Value);
            Assert.Equal(0, r.Properties["Mismatches"].Value);
        });
    }

    [Fact]
    public void A_server_that_does_not_answer_is_a_result_with_errors_and_a_warning()
    {
        PSObject result = Assert.Single(_session.Invoke("""
            $server = Start-TcpEchoServer -Port 0 -Kind Discard
            $server | Measure-TcpEcho -Count 10 -Connection 2 -TimeoutSeconds 0.2
            $server | Stop-NetListener
            """));
        Assert.Equal(2, result.Properties["Errors"].Value);
        Assert.Contains("returned nothing", Assert.Single(_session.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_listens_it_is_an_error_record()
    {
        Assert.Empty(_session.Invoke("Measure-TcpEcho 127.0.0.1 (Get-AvailablePort)"));
        Assert.StartsWith("ConnectionRefused", Assert.Single(_session.Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopped_it_ends_at_once_and_closes_its_connections()
    {
        _session.Run("$server = Start-TcpEchoServer -Port 0");
        NetListenerProbe server = new(_session.One("$server"));
        using PowerShell shell = PowerShell.Create();
        using Runspace other = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        other.Open();
        shell.Runspace = other;
        shell.AddScript($"Import-Module '{TestEnvironment.ManifestPath}'; Measure-TcpEcho 127.0.0.1 {server.Port} -DurationSeconds 600");
        IAsyncResult running = shell.BeginInvoke();
        await WaitAsync(() => server.Active == 16);
        await shell.StopAsync(null, null).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(running.IsCompleted);
        await WaitAsync(() => server.Active == 0);
        _session.Run("$server | Stop-NetListener");
    }

    [Fact]
    public void Sticky_packets_are_shown_and_frames_survive()
    {
        PSObject result = _session.One("Measure-StickyPacket -MessageCount 20 -MessageSize 100 -ReceiveBufferSize 250 -FrameFormat Line -NoDelay");
        Assert.Equal("PSNetConcurrency.StickyPacketResult", result.TypeNames[0]);
        Assert.Equal([true, true, true, true], new[] { "IsSticky", "IsSplit", "IsContentIntact", "FramedIntact" }.Select(n => (bool)result.Properties[n].Value));
        Assert.Equal(2000, ((int[])result.Properties["Chunks"].Value).Sum());
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(5));
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private sealed class NetListenerProbe(PSObject listener)
    {
        public int Port => (int)listener.Properties["Port"].Value;

        public long Active => (long)listener.Properties["ActiveConnection"].Value;
    }
}
