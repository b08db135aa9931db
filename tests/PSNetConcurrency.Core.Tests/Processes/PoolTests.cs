using PSNetConcurrency.Core.Net;
using PSNetConcurrency.Core.Processes.Pooling;
using PSNetConcurrency.Core.Tests.Net;

namespace PSNetConcurrency.Core.Tests.Processes;

/// <summary>A pool's own troubles; the tests of the cmdlets have the rest.</summary>
public sealed class PoolTests
{
    [LinuxFact]
    public async Task Whatever_a_start_fails_with_is_told_and_ends_nothing_else()
    {
        ChildProcessPool pool = ChildProcessPool.Create(new ChildProcessPoolOptions { FilePath = "/bin/cat", Arguments = [], Size = 1, Greeting = default, Interpreter = () => throw new IOException("The disk is gone.") });
        await Eventually.TrueAsync(() => pool.Failure is not null, "the failure is told");
        Assert.Equal(NetError.ProcessStartFailed, pool.Failure!.Error);
        Assert.Contains("The disk is gone.", pool.Failure.Message, StringComparison.Ordinal);
        await pool.CloseAsync();
    }
}
